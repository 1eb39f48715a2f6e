// The variants side by side for this workload.

const WITHIN = { feasible: "Kept", conditional: "To be watched", infeasible: "Exceeded" };

function fitOf(decision, variant) {
  if (variant === decision.fit) return "Recommended";
  const [first] = failing(decision, variant);
  return first ? `Too little: ${first.rule}` : "More than needed";
}

function sideBySide({ answers, decision }) {
  const plan = planOf(answers);
  const columns = TABLE.variants.map((_, variant) => {
    const limits = limitsOf(answers, variant);
    return {
      Fit: fitOf(decision, variant),
      "You lack": capitalised(decision.lacks[variant].said || "nothing"),
      "Leads go in": plan.transports[variant] === "csv" ? "By CSV" : "By webhook",
      "Breaks first": bindingSentence(answers, limits),
      "Clay's limits": WITHIN[feasibilityOf(limits)],
      "Per lead": capitalised(pricePerLead(costOf(answers, limits))),
    };
  });
  const row = (label) => [label, ...columns.map((column) => column[label])];
  const others = TABLE.variants
    .map((_, variant) => variant)
    .filter((variant) => variant !== decision.fit)
    .map((variant) => [named(variant), rejection(answers, decision, variant)]);
  return html(
    "section",
    {},
    heading("Why not the others"),
    html(
      "dl",
      { class: "others" },
      others.map(([name, said]) => html("div", {}, html("dt", {}, name), html("dd", {}, said))),
    ),
    heading("Side by side"),
    table({
      caption: `For ${volumePhrase(answers)} on the ${plan.title} plan`,
      columns: [
        html("span", { class: "unseen" }, "Compared"),
        ...TABLE.variants.map((_, variant) => named(variant)),
      ],
      rows: [
        ...["Fit", "You lack", "Leads go in"].map(row),
        ...TABLE.rows,
        ...["Breaks first", "Clay's limits", "Per lead"].map(row),
      ],
      kind: "variants",
    }),
  );
}
