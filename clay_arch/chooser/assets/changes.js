// What would change the answer: one other answer at a time, in the words of the reports.

const TRANSPORTS = { webhook: "by webhook", csv: "by CSV" };

/** What the answer is once one input has changed; `isMeans` for a plan or a piece. */
function consequence(here, there, isMeans) {
  const title = titleOf(there.fit);
  const today = `what you can run today is ${running(there.today, there.todayTransport)}`;
  const { said } = there.lacks[there.fit];
  if (there.fit !== here.fit) return `it is ${title}${said ? `, for which you lack ${said}` : ""}`;
  if (there.status === "ready" && here.status !== "ready") return `${title} can run`;
  if (there.status !== here.status) {
    return isMeans ? `${title} is blocked: ${today}` : `you lack ${said}`;
  }
  if (there.transport !== here.transport && here.status === "ready") {
    const [from, to] = [here, there].map(({ transport }) => TRANSPORTS[transport]);
    return `leads go in ${to} instead of ${from}`;
  }
  return today;
}

/** The nearest volume on each side at which the answer is another. */
function volumeSentences(answers, here) {
  return volumeFlips(answers).map(({ amount, decision }) => {
    const difference = number(Math.abs(amount - answers.amount));
    const word = amount > answers.amount ? "more" : "fewer";
    const how = `${difference} ${word} a ${answers.period} (${number(amount)})`;
    return `${how} and ${consequence(here, decision, false)}.`;
  });
}

/** Each piece toggled and each of today's plans. */
function means(answers) {
  const pieces = TABLE.pieces.map(({ id, title }) => {
    const has = answers.infra.includes(id);
    const others = answers.infra.filter((piece) => piece !== id);
    const infra = has ? others : [...others, id].sort();
    return [`${has ? "Without" : "With"} ${title},`, { infra }];
  });
  const plans = TABLE.plans
    .filter((plan) => !plan.legacy && plan.id !== answers.plan)
    .map((plan) => [`On the ${plan.title} plan,`, { plan: plan.id }]);
  return [...plans, ...pieces];
}

/** Each option of each need. */
function options(answers) {
  return NEEDS.filter((need) => AXIS[need].options).flatMap((need) =>
    AXIS[need].options
      .map((value, index) => [TABLE.rules[AXIS[need].rules[index]].condition, { [need]: value }])
      .filter(([, changed]) => changed[need] !== answers[need]),
  );
}

function changeSentences(answers) {
  const here = decide(answers);
  const said = (changes, isMeans) =>
    changes
      .map(([condition, changed]) => [condition, decide({ ...answers, ...changed })])
      .filter(([, there]) => outcome(there) !== outcome(here))
      .map(([condition, there]) => `${condition} ${consequence(here, there, isMeans)}.`);
  return [
    ...volumeSentences(answers, here),
    ...said(means(answers), true),
    ...said(options(answers), false),
  ];
}

function changes({ answers }) {
  const items = changeSentences(answers);
  return html(
    "section",
    {},
    heading("What would change the answer"),
    html(
      "ul",
      { class: "changes" },
      items.map((item) => html("li", {}, item)),
      items.length ? null : html("li", {}, "No single answer would."),
    ),
  );
}
