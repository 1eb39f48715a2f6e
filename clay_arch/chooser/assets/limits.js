// Clay's limits: measures multiplied out, compared with the steps that the engine found.

const VERDICTS = ["feasible", "conditional", "infeasible"]; // from best to worst

const ceil = (count, size) => (count + size - 1n) / size;

const planOf = (answers) => TABLE.plans.find((plan) => plan.id === answers.plan);

const daysOf = (answers) => BigInt(TABLE.days[answers.period]);

const monthlyOf = (answers) =>
  ceil(BigInt(answers.amount) * BigInt(TABLE.days.month), daysOf(answers));

const creditsOf = (answers) => answers.credits_per_lead ?? TABLE.credits;

const actionsOf = (answers, variant) => answers.actions_per_lead ?? TABLE.variants[variant].actions;

/** How much is needed, in the unit of the meter's steps. */
function measureOf(meter, answers, variant) {
  const factor = BigInt(meter.factor);
  const monthly = factor * monthlyOf(answers);
  if (meter.id === "credits") return monthly * BigInt(creditsOf(answers));
  if (meter.id === "actions") return monthly * BigInt(actionsOf(answers, variant));
  return BigInt(meter.id === "latency" ? answers.max_latency : answers.amount);
}

/** The same for people: credits and leads a day have a fraction. */
function neededOf({ meter, measure }, answers) {
  if (meter.id === "credits") return fraction(measure, 100n);
  if (meter.id === "actions" || meter.id === "latency") return number(measure);
  const days = daysOf(answers);
  return fraction((200n * measure + days) / (2n * days), 100n);
}

function limitOf(meter, answers, variant) {
  const measure = measureOf(meter, answers, variant);
  const steps = meter.steps[answers.period] ?? meter.steps[""];
  const [, verdict, way, hasDay, clause] = steps.find(
    ([upTo]) => upTo === null || measure <= BigInt(upTo),
  );
  const fill = BigInt(meter.fill) * (meter.steps[""] ? 1n : daysOf(answers));
  const day = hasDay && measure ? ceil(fill, measure) || 1n : null;
  return { meter, measure, verdict, way, day, clause };
}

/** The limits that hold for a variant, in the engine's order. */
function limitsOf(answers, variant) {
  return planOf(answers)
    .meters[variant].map((number) => TABLE.meters[number])
    .filter((meter) => meter.id !== "latency" || answers.max_latency !== null)
    .map((meter) => limitOf(meter, answers, variant));
}

function feasibilityOf(limits) {
  const found = limits.map((limit) => VERDICTS.indexOf(TABLE.verdicts[limit.verdict]));
  return VERDICTS[Math.max(...found)];
}

/** The limit that is reached first; one without a day comes last, one without a way first. */
function bindingOf(limits) {
  const reached = limits.filter(({ verdict }) => verdict === "exceeded" || verdict === "watch");
  const rank = ({ day, verdict }) => [day === null, day ?? 0n, verdict !== "exceeded"];
  return reached.reduce((first, limit) => {
    if (!first) return limit;
    const [one, other] = [rank(limit), rank(first)];
    const differs = one.findIndex((value, index) => value !== other[index]);
    return differs >= 0 && one[differs] < other[differs] ? limit : first;
  }, null);
}

/** The price of a lead in ten-thousandths of a dollar, over the leads that the plan carries. */
function costOf(answers, limits) {
  const { price } = planOf(answers);
  const monthly = monthlyOf(answers);
  const carried = limits
    .filter(({ meter, measure }) => meter.carries && meter.allowed !== null && measure)
    .map(({ meter, measure }) => (BigInt(meter.allowed * meter.carries) * monthly) / measure);
  const most = carried.reduce((least, leads) => (least < leads ? least : leads), monthly);
  const isPriced = price !== null && most > 0n;
  return {
    price,
    monthly,
    served: most,
    carried: carried.length ? carried.reduce((a, b) => (a < b ? a : b)) : null,
    perLead: isPriced ? rounded(BigInt(price) * 10000n, most) : null,
  };
}
