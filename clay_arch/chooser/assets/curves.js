// Credits, actions and the price of a lead along volume, and where an allowance ends.

const LEGEND = [
  "Circle: a crossing, where an allowance ends.",
  "Dotted line: a flip, where the answer changes.",
  "Dot: your volume.",
  "Leads a day across, both scales logarithmic.",
].join(" ");

/** The curve of a monthly meter: what it needs, and where that meets what the plan holds. */
function meterCurve(id, noun, answers) {
  const scaleDown = id === "credits" ? 100 : 1;
  const find = (at, fit) => limitsOf(at, fit).find(({ meter }) => meter.id === id);
  const here = find(answers, decide(answers).fit);
  const { allowed } = here.meter;
  const plan = planOf(answers).title;
  const crossings = allowed === null ? [] : crossingsOf(id, answers);
  const holds =
    allowed === null ? "what the plan holds is not published" : `${plan} holds ${number(allowed)}`;
  const enough = crossings.length ? `, enough for ${aDay(atVolume(answers, crossings[0]))}` : "";
  return {
    title: capitalised(`${noun} a month`),
    said: here.measure
      ? `${neededOf(here, answers)} ${noun} at your volume; ${holds}${enough}.`
      : `None are charged.`,
    value: (at, fit) => Number(find(at, fit).measure) / scaleDown,
    allowance: here.measure ? allowed : null,
    crossings,
  };
}

/** The largest volume a day that an allowance carries; none where it carries any. */
function crossingsOf(id, answers) {
  const found = stretches(atVolume(answers, 1));
  for (const [index, { start, decision }] of found.entries()) {
    const { meter, measure } = limitsOf(atVolume(answers, 1), decision.fit).find(
      (limit) => limit.meter.id === id,
    );
    if (!measure || meter.allowed === null) return [];
    const carried = Number((BigInt(meter.allowed) * BigInt(meter.carries)) / measure);
    const last = found[index + 1] ? found[index + 1].start - 1 : TABLE.largest.volume;
    if (carried < last) return [Math.max(carried, start - 1)];
  }
  return [];
}

function priceCurve(answers) {
  const limits = limitsOf(answers, decide(answers).fit);
  const ends = ["credits", "actions"].flatMap((id) => crossingsOf(id, answers));
  return {
    title: "Price of a lead, USD",
    said: capitalised(`${pricePerLead(costOf(answers, limits))}.`),
    value: (at, fit) => Number(costOf(at, limitsOf(at, fit)).perLead ?? 0n) / 10000,
    allowance: null,
    crossings: ends.length ? [Math.min(...ends)] : [],
  };
}

function curves({ answers, width }) {
  const columns = Math.max(1, Math.min(3, Math.floor((width + 32) / 270)));
  const room = Math.floor((width - 32 * (columns - 1)) / columns);
  const drawn = [
    meterCurve("credits", "data credits", answers),
    meterCurve("actions", "actions", answers),
    priceCurve(answers),
  ].map((curve) =>
    html(
      "figure",
      {},
      html("h3", {}, curve.title),
      plot(curve, answers, room),
      html("figcaption", {}, curve.said),
    ),
  );
  return html(
    "section",
    {},
    heading("Credits, actions and money along volume"),
    html("div", { class: "curves", style: `--columns: ${columns}` }, drawn),
    html("p", { class: "note" }, LEGEND),
  );
}
