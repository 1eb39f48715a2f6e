// Logarithmic scales in pixels.

const LEAST_DECADES = 6;

/** Leads a day, from 1 to a power of ten that holds `most`, onto `from` to `to`. */
function volumeScale(most, from, to) {
  const decades = Math.max(LEAST_DECADES, Math.ceil(Math.log10(most)));
  const at = (perDay) => from + (Math.log10(Math.max(1, perDay)) / decades) * (to - from);
  return { at, top: 10 ** decades, decades };
}

/** Amounts from `least` to `most`, upwards. */
function amountScale(least, most, bottom, top) {
  const low = Math.floor(Math.log10(least));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most)));
  const at = (amount) => bottom - ((Math.log10(amount) - low) / (high - low)) * (bottom - top);
  return { at, low, high };
}

/** Powers of ten as they stand on an axis: 1, 1k, 1M. */
function power(exponent) {
  const units = [
    ["", 0],
    ["k", 3],
    ["M", 6],
    ["G", 9],
    ["T", 12],
  ];
  const [unit, size] = units.findLast(([, digits]) => digits <= Math.max(0, exponent));
  return `${Number(`1e${exponent - size}`)}${unit}`;
}

const text = (x, y, anchor, said, attributes = {}) =>
  svg("text", { x, y, "text-anchor": anchor, ...attributes }, said);

/** A picture with its own description; every text in it is also said there. */
const picture = (width, height, label, ...parts) =>
  svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    ...parts,
  );

/** The same answers with another number of leads a day. */
const atVolume = (answers, amount) => ({ ...answers, amount, period: "day" });
