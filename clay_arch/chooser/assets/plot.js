// One curve drawn: crossings are where an allowance ends, flips where the answer changes, and the
// two are drawn apart.

const SAMPLES = 96;
const HEIGHT = 200;
const EDGE = { left: 40, right: 10, top: 14, bottom: 26 };

function plot(curve, answers, width) {
  const found = stretches(atVolume(answers, 1));
  const here = answers.amount / TABLE.days[answers.period];
  const x = volumeScale(here, EDGE.left, width - EDGE.right);
  const runs = found.map(({ start, decision }, index) => {
    const end = found[index + 1] ? found[index + 1].start - 1 : x.top;
    const points = sampled(start, end, x.decades).map((amount) => [
      amount,
      curve.value(atVolume(answers, amount), decision.fit),
    ]);
    return { fit: decision.fit, points: points.filter(([, value]) => value > 0) };
  });
  const values = runs.flatMap(({ points }) => points.map(([, value]) => value));
  if (!values.length) return null;
  const all = curve.allowance ? [...values, curve.allowance] : values;
  const y = amountScale(Math.min(...all), Math.max(...all), HEIGHT - EDGE.bottom, EDGE.top);
  const now = curve.value(answers, decide(answers).fit);
  return picture(
    width,
    HEIGHT,
    `${curve.title} along volume. ${curve.said}`,
    grid(x, y, width),
    found.slice(1).map(({ start, decision }) => flipLine(x.at(start), decision)),
    curve.allowance ? allowanceLine(y.at(curve.allowance), width) : null,
    runs.map(({ fit, points }) => line(points, fit, x, y)),
    crossingMarks(curve, runs, x, y),
    now > 0 ? svg("circle", { cx: x.at(here), cy: y.at(now), r: 4, class: "now" }) : null,
  );
}

function sampled(start, end, decades) {
  const between = Array.from({ length: SAMPLES }, (_, n) =>
    Math.round(10 ** ((n / SAMPLES) * decades)),
  );
  return [...new Set([start, ...between.filter((v) => v > start && v < end), end])];
}

function grid(x, y, width) {
  const ups = y.high - y.low > 6 ? 3 : y.high - y.low > 3 ? 2 : 1;
  const rows = [];
  for (let exponent = y.low; exponent <= y.high; exponent += ups) rows.push(exponent);
  const columns = [0, 2, 4, 6, 8].filter((exponent) => exponent <= x.decades);
  const bottom = HEIGHT - EDGE.bottom;
  return svg(
    "g",
    { class: "grid" },
    rows.map((exponent) =>
      svg("path", { d: `M${EDGE.left},${y.at(10 ** exponent)}H${width - EDGE.right}` }),
    ),
    rows.map((exponent) =>
      text(EDGE.left - 6, y.at(10 ** exponent) + 4, "end", power(exponent), { class: "tick" }),
    ),
    columns.map((exponent) =>
      text(x.at(10 ** exponent), bottom + 18, exponent ? "middle" : "start", power(exponent), {
        class: "tick",
      }),
    ),
  );
}

const flipLine = (x, decision) =>
  svg("path", {
    d: `M${x},${EDGE.top}V${HEIGHT - EDGE.bottom}`,
    class: "flip",
    style: accent(decision.fit),
  });

const allowanceLine = (y, width) =>
  svg("path", { d: `M${EDGE.left},${y}H${width - EDGE.right}`, class: "allowance" });

function line(points, fit, x, y) {
  const d = points.map(
    ([amount, value], index) =>
      `${index ? "L" : "M"}${x.at(amount).toFixed(1)},${y.at(value).toFixed(1)}`,
  );
  return points.length ? svg("path", { d: d.join(""), class: "line", style: accent(fit) }) : null;
}

function crossingMarks(curve, runs, x, y) {
  return curve.crossings.map((amount) => {
    const values = runs.flatMap(({ points }) => points).filter(([at]) => at <= Math.max(1, amount));
    const level = curve.allowance ?? values.at(-1)?.[1];
    return level
      ? svg("circle", { cx: x.at(amount), cy: y.at(level), r: 5, class: "crossing" })
      : null;
  });
}
