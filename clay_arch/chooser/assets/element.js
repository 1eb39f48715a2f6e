// <clay-arch-chooser rules="..." facts="...">: the questions on one side, the answer on the other.
// The attributes are what the ids of rules and facts are appended to, for the links to them.

class Chooser extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    this.form = form((changed, isDone) => this.change(changed, isDone));
    this.answer = html("div", { class: "answer" });
    this.status = html("p", { class: "unseen", role: "status" });
    this.complaint = html("p", { class: "error", role: "alert" });
    root.append(
      html("style", {}, STYLE),
      (this.frame = html("div", { class: "chooser" })),
      this.status,
    );
    this.frame.append(this.form.node, this.complaint, this.answer);
    this.follow(false);
    addEventListener("hashchange", () => this.follow(true));
    performance.mark("clay-arch-chooser-answered");
    new ResizeObserver(([{ contentRect }]) => this.fit(contentRect.width)).observe(this.answer);
  }

  /** Take over the answers of the address; an address of something else changes nothing. */
  follow(isLater) {
    const found = fromHash(location.hash);
    if (!found && this.answers && location.hash) return;
    const { answers, refused } = found ?? { answers: firstAnswers(), refused: [] };
    this.answers = answers;
    this.complaint.textContent = refused.length
      ? `Not understood in this page's address and left out: ${listed(refused)}.`
      : "";
    this.form.show(answers, null);
    this.draw();
    if (isLater) this.announce();
  }

  /** One answer has changed; for good, once its control is left or its slider let go. */
  change(changed, isDone) {
    this.answers = { ...this.answers, ...changed };
    this.form.show(this.answers, this.shadowRoot.activeElement);
    this.draw();
    if (!isDone) return;
    this.announce();
    const hash = toHash(this.answers);
    if (hash !== location.hash) history.pushState(null, "", hash);
  }

  announce(text) {
    this.status.textContent = text ?? fitSentence(this.answers, decide(this.answers));
  }

  /** The pictures are drawn to the pixel, so they wait for the width and follow it. */
  fit(width) {
    if (this.width === Math.floor(width)) return;
    this.width = Math.floor(width);
    this.draw();
  }

  draw() {
    const { answers } = this;
    const decision = decide(answers);
    const limits = limitsOf(answers, decision.fit);
    const view = {
      answers,
      decision,
      limits,
      feasibility: feasibilityOf(limits),
      width: this.width,
      links: { rules: this.getAttribute("rules"), facts: this.getAttribute("facts") },
      announce: (text) => this.announce(text),
    };
    this.frame.style = accent(decision.fit);
    this.form.peek.replaceChildren(...glimpse(view));
    const sections = this.width
      ? [verdict, reasons, band, changes, limitTable, curves, sideBySide]
      : [verdict, reasons, changes, limitTable, sideBySide];
    this.answer.replaceChildren(...sections.map((section) => section(view)));
  }

  /** The whole answer as plain values: what the page shows, for those who compare. */
  static answer(answers) {
    const decision = decide(answers);
    const variants = TABLE.variants.map((_, variant) => {
      const limits = limitsOf(answers, variant);
      return {
        limits: limits.map((limit) => [
          limit.meter.id,
          neededOf(limit, answers),
          limit.meter.allowed,
          limit.verdict,
          limit.way,
          limit.day === null ? null : String(limit.day),
        ]),
        feasibility: feasibilityOf(limits),
        binding: bindingOf(limits)?.meter.id ?? null,
        bindingSentence: bindingSentence(answers, limits),
        pricePerLead: pricePerLead(costOf(answers, limits)),
        rejection: variant === decision.fit ? null : rejection(answers, decision, variant),
      };
    });
    return {
      ...decision,
      sentence: fitSentence(answers, decision),
      unmet: unmet(answers, decision),
      variants,
      flips: volumeFlips(answers).map(({ amount, decision: there }) => [amount, outcome(there)]),
      changes: changeSentences(answers),
      crossings: Object.fromEntries(MONTHLY.map((id) => [id, crossingsOf(id, answers)])),
      recommend: command("recommend", answers),
      hash: toHash(answers),
    };
  }

  static answersOf(hash) {
    return fromHash(hash);
  }
}

customElements.define("clay-arch-chooser", Chooser);
