// The answer, looked up in the regions that the engine compiled. No rule stands here.

const AXIS = Object.fromEntries(TABLE.axes.map((axis) => [axis.id, axis]));
const NEEDS = TABLE.axes.map((axis) => axis.id).filter((id) => AXIS[id].open);

/** What was answered on an axis; null where it was left open. */
function valueOn(axis, answers) {
  if (axis.id === "infrastructure") return answers.infra.join(",");
  return axis.id === "volume" ? answers.amount : answers[axis.id];
}

/** Which of the axis's rules or options the answer meets; -1 where it was left open. */
function positionOn(axis, answers) {
  const value = valueOn(axis, answers);
  if (axis.options) return axis.options.indexOf(value);
  const starts = axis.id === "volume" ? axis.starts[answers.period] : axis.starts;
  return value === null ? -1 : starts.filter((start) => start <= value).length - 1;
}

function decide(answers) {
  const reasons = [];
  let node = 0;
  TABLE.axes.forEach((axis, level) => {
    const position = positionOn(axis, answers);
    node = TABLE.levels[level][node][position + (axis.open ? 1 : 0)];
    if (axis.rules && position >= 0) {
      reasons.push({ rule: axis.rules[position], factor: axis.id });
    }
  });
  const [fit, status, transport, today, todayTransport, ...lacks] = TABLE.regions[node];
  const { decides } = TABLE.variants[fit];
  for (const reason of reasons) reason.decides = decides.includes(reason.rule);
  return {
    fit,
    status,
    transport,
    today,
    todayTransport,
    reasons,
    lacks: lacks.map((number) => TABLE.lacks[number]),
  };
}

/** The rules that a variant fails, in the order of the factors. */
function failing(decision, variant) {
  const { short } = TABLE.variants[variant];
  return decision.reasons.filter((reason) => short.includes(reason.rule));
}

/** What a reader calls the answer: when it differs, the answer has changed. */
function outcome({ fit, status, transport, today, todayTransport }) {
  return [fit, status, transport, today, todayTransport].join(" ");
}

/** The stretches of volume with one answer each, the other answers unchanged. */
function stretches(answers) {
  const found = [];
  for (const start of AXIS.volume.starts[answers.period]) {
    const decision = decide({ ...answers, amount: Math.max(1, start) });
    if (!found.length || outcome(found.at(-1).decision) !== outcome(decision)) {
      found.push({ start: Math.max(1, start), decision });
    }
  }
  return found;
}

/** The nearest volume below and above at which the answer is another. */
function volumeFlips(answers) {
  const found = stretches(answers);
  const here = found.findLastIndex(({ start }) => start <= answers.amount);
  const flips = [];
  if (here > 0) flips.push({ amount: found[here].start - 1, decision: found[here - 1].decision });
  if (here < found.length - 1) {
    flips.push({ amount: found[here + 1].start, decision: found[here + 1].decision });
  }
  return flips;
}
