// The verdict: what fits, why, what blocks it and the command that goes on from here.

const LIMITS_SAID = {
  feasible: "Clay's limits allow for it",
  conditional: "Clay's limits need watching",
  infeasible: "Clay's limits do not allow for it",
};

/** The answer in a line, for where it would be out of sight. */
const glimpse = ({ decision, feasibility }) => [
  named(decision.fit),
  html("span", {}, `${decision.status}; limits ${WITHIN[feasibility].toLowerCase()}`),
];

function verdict({ answers, decision, limits, feasibility, links, announce }) {
  const { fit } = decision;
  return html(
    "section",
    { class: "verdict", style: accent(fit), "aria-label": "Recommendation" },
    html("p", { class: "kicker" }, "Recommendation"),
    html("h2", { class: "fit" }, titleOf(fit)),
    html("p", { class: "sentence" }, fitSentence(answers, decision)),
    html("p", { class: "summary" }, TABLE.variants[fit].summary),
    html(
      "p",
      { class: `limits ${feasibility}` },
      html("strong", {}, `${LIMITS_SAID[feasibility]}. `),
      bindingSentence(answers, limits),
    ),
    decision.status === "blocked" ? blockers(decision, links) : null,
    commands(answers, decision, announce),
  );
}

function blockers(decision, links) {
  const items = decision.lacks[decision.fit].rules.map((rule) =>
    html(
      "li",
      {},
      explained(rule, links),
      ` ${TABLE.needs[rule].need}: ${TABLE.needs[rule].because}`,
    ),
  );
  return html("div", {}, html("h3", {}, "What blocks it"), html("ul", { class: "plain" }, items));
}

function commands(answers, decision, announce) {
  const isBlocked = decision.status === "blocked";
  const today = running(decision.today, decision.todayTransport);
  const label = isBlocked ? `A project for what can run today, ${today}` : "A running project";
  const rows = [
    html("p", { class: "label" }, label),
    copyable(newCommand(answers, decision), label, announce),
  ];
  if (isBlocked && decision.fit !== decision.today) {
    const later = `A project to prepare for ${titleOf(decision.fit)}`;
    rows.push(
      html("p", { class: "label" }, later),
      copyable(newCommand(answers, decision, decision.fit), later, announce),
    );
  }
  const report = "The whole report";
  rows.push(
    html("p", { class: "label" }, report),
    copyable(command("recommend", answers), report, announce),
  );
  return html("div", { class: "commands" }, rows);
}

function reasons({ answers, decision, links }) {
  const ordered = [
    ...decision.reasons.filter((reason) => reason.decides),
    ...decision.reasons.filter((reason) => !reason.decides),
  ];
  const items = ordered.map((reason) => {
    const { asks, because } = TABLE.rules[reason.rule];
    return html(
      "li",
      { class: reason.decides ? "decides" : null },
      explained(reason.rule, links),
      html("span", {}, `${asks}, for ${asked(reason, answers)}`),
      html("span", { class: "because" }, `${capitalised(because)}.`),
    );
  });
  const open = NEEDS.filter((need) => answers[need] === null).map((need) =>
    uncapitalised(AXIS[need].title),
  );
  return html(
    "section",
    {},
    heading("Why"),
    html("ul", { class: "reasons" }, items),
    open.length ? html("p", { class: "note" }, `Not asked for: ${listed(open)}.`) : null,
  );
}
