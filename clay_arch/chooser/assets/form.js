// The questions. Every change is reported with the field's answer; `show` sets them all.

const TOP = 6; // the slider's decades a day
const NOTCHES = 240;
const UNITS = [
  ["seconds", 1],
  ["minutes", 60],
  ["hours", 3600],
  ["days", 86400],
];
const NOT_ASKED = "Not asked for";

let fields = 0;

/** A labelled control with a place for what is wrong with it. */
function field(label, control, hint, extra = []) {
  const id = `field-${(fields += 1)}`;
  control.id = id;
  const error = html("p", { class: "error", id: `${id}-error` });
  const note = hint ? html("p", { class: "hint", id: `${id}-hint` }, hint) : null;
  control.setAttribute("aria-describedby", `${id}-error${hint ? ` ${id}-hint` : ""}`);
  const refuse = (text) => {
    error.textContent = text;
    control.setAttribute("aria-invalid", String(Boolean(text)));
  };
  const row = html("div", { class: "row" }, control, extra);
  const node = html("div", { class: "field" }, html("label", { for: id }, label), row, note, error);
  return { node, refuse };
}

const option = (value, text) => html("option", { value }, text);

function select(options, attributes) {
  return html(
    "select",
    attributes,
    options.map(([value, text]) => option(value, text)),
  );
}

const rangeOf = (period) => TOP + Math.log10(TABLE.days[period]);

/** The slider's notch as a volume of two digits that count. */
function amountAt(notch, period) {
  const exact = 10 ** ((notch / NOTCHES) * rangeOf(period));
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
  return Math.max(1, Math.round(exact / unit) * unit);
}

const notchOf = ({ amount, period }) =>
  Math.round((Math.log10(amount) / rangeOf(period)) * NOTCHES);

function volumeField(report) {
  const slider = html("input", { type: "range", min: 0, max: NOTCHES, step: 1 });
  slider.setAttribute("aria-label", "Volume, logarithmic");
  const input = html("input", { type: "text", inputmode: "numeric", autocomplete: "off" });
  const periods = Object.keys(TABLE.days).map((period) => [period, `a ${period}`]);
  const period = select(periods, { "aria-label": "Period of the volume" });
  const { node, refuse } = field(TABLE.prompts.volume, input, null, [period]);
  node.append(slider);
  const typed = (isDone) => () => {
    const most = TABLE.largest.volume * TABLE.days[period.value];
    const amount = amountIn(period.value)(input.value);
    refuse(amount ? "" : `Write a whole number of leads, from 1 to ${number(most)}.`);
    if (amount) report({ amount, period: period.value }, isDone);
  };
  const slid = (isDone) => () =>
    report({ amount: amountAt(slider.value, period.value), period: period.value }, isDone);
  input.addEventListener("input", typed(false));
  input.addEventListener("change", typed(true));
  period.addEventListener("change", typed(true));
  slider.addEventListener("input", slid(false));
  slider.addEventListener("change", slid(true));
  const show = (answers, source) => {
    if (source !== input) input.value = number(answers.amount);
    period.value = answers.period;
    if (source !== slider) slider.value = notchOf(answers);
    slider.setAttribute("aria-valuetext", volumePhrase(answers));
    refuse("");
  };
  return { node, show };
}

function planField(report) {
  const group = (label, legacy) => {
    const plans = TABLE.plans.filter((plan) => plan.legacy === legacy);
    return html(
      "optgroup",
      { label },
      plans.map((plan) => option(plan.id, plan.title)),
    );
  };
  const control = html("select", {}, group("Today's plans", false), group("Legacy plans", true));
  control.addEventListener("change", () => report({ plan: control.value }, true));
  const { node } = field(TABLE.prompts.plan, control);
  return { node, show: ({ plan }) => (control.value = plan) };
}

function infraField(report) {
  const boxes = TABLE.pieces.map((piece) => {
    const box = html("input", { type: "checkbox", value: piece.id });
    return { box, node: html("label", { class: "check" }, box, capitalised(piece.title)) };
  });
  const checked = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  for (const { box } of boxes) {
    box.addEventListener("change", () => report({ infra: checked().sort() }, true));
  }
  const legend = html("legend", {}, TABLE.prompts.infra);
  const node = html(
    "fieldset",
    { class: "field" },
    legend,
    boxes.map((box) => box.node),
  );
  const show = ({ infra }) => boxes.forEach(({ box }) => (box.checked = infra.includes(box.value)));
  return { node, show };
}

function needField(need, report) {
  const axis = AXIS[need];
  const nouns = axis.options.map((value, index) => [
    value,
    capitalised(TABLE.rules[axis.rules[index]].noun),
  ]);
  const control = select([["", NOT_ASKED], ...nouns]);
  control.addEventListener("change", () => report({ [need]: control.value || null }, true));
  const { node } = field(TABLE.prompts[need], control);
  return { node, show: (answers) => (control.value = answers[need] ?? "") };
}
