// How numbers, money, spans of time and lists are written: as the reports write them.

const SPANS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

const FORMAT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });

const number = (value) => FORMAT.format(value);

/** A whole number of parts, such as hundredths, as a number with its fraction. */
function fraction(count, parts) {
  const digits = String(parts).length - 1;
  const rest = String(count % parts)
    .padStart(digits, "0")
    .replace(/0+$/, "");
  return number(count / parts) + (rest && `.${rest}`);
}

const counted = (value, noun) => `${number(value)} ${noun}${Number(value) === 1 ? "" : "s"}`;

const capitalised = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A title inside a sentence: unless an abbreviation begins it, the first letter is small. */
const uncapitalised = (text) =>
  /^.[A-Z]/.test(text) ? text : text.slice(0, 1).toLowerCase() + text.slice(1);

function listed(items, last = "and") {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}

function duration(seconds) {
  const parts = [];
  for (const [name, size] of SPANS) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count) parts.push(counted(count, name));
  }
  return parts.join(" ");
}

/** Half to even, as the engine rounds. */
function rounded(count, size) {
  const twice = 2n * (count % size);
  const whole = count / size;
  return whole + (twice > size || (twice === size && whole % 2n) ? 1n : 0n);
}

/** Ten-thousandths of a dollar: whole dollars bare, others to the cent, less than one exactly. */
function money(count) {
  const parts = 10000n;
  if (count % parts === 0n || (count < parts && count % 100n)) return `$${fraction(count, parts)}`;
  const cents = rounded(count, 100n);
  return `$${number(cents / 100n)}.${String(cents % 100n).padStart(2, "0")}`;
}

const perDay = ({ amount, period }) => Math.floor(amount / TABLE.days[period]);

const aDay = (volume) => (perDay(volume) ? `${number(perDay(volume))} a day` : "less than 1 a day");

function volumePhrase(volume) {
  const said = `${number(volume.amount)} a ${volume.period}`;
  return volume.period === "day" ? said : `${said} (${aDay(volume)})`;
}
