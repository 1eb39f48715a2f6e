// The answer in sentences, word for word those of the reports.

const titleOf = (variant) => TABLE.variants[variant].title;

/** What an answer asks for, as a noun: `volume 12,000 a day`, `automatic retries`. */
function asked({ rule, factor }, answers) {
  if (factor === "volume") return `volume ${aDay(answers)}`;
  if (factor === "max_latency") return `results within ${duration(answers.max_latency)}`;
  return TABLE.rules[rule].noun;
}

const running = (variant, transport) => TABLE.variants[variant].runs[transport];

function unmet(answers, decision) {
  return [
    ...failing(decision, decision.today).map((reason) => asked(reason, answers)),
    ...decision.lacks[decision.today].rules.map((rule) => TABLE.needs[rule].unmet),
  ];
}

function todayPhrase(answers, decision) {
  const left = unmet(answers, decision);
  const said = running(decision.today, decision.todayTransport);
  return left.length ? `${said}, which leaves unmet: ${listed(left)}` : `${said}, unchanged`;
}

function fitSentence(answers, decision) {
  const title = titleOf(decision.fit);
  if (decision.status === "blocked") {
    const lacking = decision.lacks[decision.fit].said;
    const today = todayPhrase(answers, decision);
    return `${title} fits; you lack ${lacking}; what you can run today is ${today}.`;
  }
  if (decision.transport === "csv") {
    const plan = planOf(answers).title;
    return `${title} fits, by CSV in and out: the ${plan} plan has no webhook source.`;
  }
  return `${title} fits${decision.fit ? "" : ", by webhook"}, and you have all it needs.`;
}

/** Why a variant is not the answer, and what would make it do. */
function rejection(answers, decision, variant) {
  const [first] = failing(decision, variant);
  const { said } = decision.lacks[variant];
  const also = said ? ` You lack ${said} for it.` : "";
  if (!first) {
    const call = TABLE.variants[variant].calls[positionOn(AXIS.volume, answers)];
    const would = call ? ` ${capitalised(call)} would call for it.` : "";
    return `More than the workload needs.${would}${also}`;
  }
  const asks = `${first.rule} asks for ${TABLE.rules[first.rule].asks} (${asked(first, answers)}).`;
  const changes = failing(decision, variant).map(
    ({ rule }) => TABLE.variants[variant].admits[rule],
  );
  const admits = changes.every(Boolean)
    ? `It would do for ${listed(changes)}.`
    : "No value of it would admit this one.";
  return `${asks} ${admits}${also}`;
}

function clauseOf(limit, answers) {
  return limit.clause
    .replace("{day}", limit.day === null ? "" : number(limit.day))
    .replace("{needed}", neededOf(limit, answers))
    .replace("{wanted}", answers.max_latency === null ? "" : duration(answers.max_latency));
}

/** What breaks first. */
function bindingSentence(answers, limits) {
  const binding = bindingOf(limits);
  if (binding) return capitalised(`${clauseOf(binding, answers)}.`);
  const far = limits.filter(({ day }) => day !== null);
  if (!far.length) return "No published limit is reached.";
  const soonest = far.reduce((least, { day }) => (least < day ? least : day), far[0].day);
  const first = far.filter(({ day }) => day === soonest);
  return `Nothing soon: ${listed(first.map((limit) => clauseOf(limit, answers)))}.`;
}

function pricePerLead({ price, monthly, served, carried, perLead }) {
  if (price === null) return "unknown, for want of a published price";
  if (perLead === null) return "none: your credits and actions carry not one lead";
  if (carried !== null && carried < monthly) {
    const leads = counted(served, "lead");
    return `${money(perLead)}, over the ${leads} a month that credits and actions carry`;
  }
  return `${money(perLead)}, over ${counted(monthly, "lead")} a month`;
}
