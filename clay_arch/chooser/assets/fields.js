// The questions that take a number and may be left empty.

/** A field whose text is read on every key; empty means not asked for. */
function textField({ key, label, hint, wanted, read, write, extra = [] }, report) {
  const input = html("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
  const { node, refuse } = field(label, input, hint, extra);
  const typed = (isDone) => () => {
    const value = input.value.trim() === "" ? null : read(input.value);
    refuse(value === undefined ? wanted : "");
    if (value !== undefined) report({ [key]: value }, isDone);
  };
  input.addEventListener("input", typed(false));
  for (const control of [input, ...extra]) control.addEventListener("change", typed(true));
  const show = (answers, source) => {
    if (source !== input) input.value = answers[key] === null ? "" : write(answers[key]);
    refuse("");
  };
  return { node, show };
}

function latencyField(report) {
  const most = TABLE.largest.max_latency;
  const units = UNITS.map(([name, size]) => [size, name]);
  const unit = select(units, { "aria-label": "Unit of the time" });
  unit.value = 60;
  const read = (text) => {
    const count = whole(1, most)(text);
    return count && count * unit.value <= most ? count * unit.value : undefined;
  };
  const write = (seconds) => {
    const fits = UNITS.filter(([, size]) => seconds % size === 0).map(([, size]) => size);
    if (seconds % unit.value) unit.value = Math.max(...fits);
    return number(seconds / unit.value);
  };
  return textField(
    {
      key: "max_latency",
      label: TABLE.prompts.max_latency,
      hint: "Empty: not asked for.",
      wanted: `Write a whole number, up to ${duration(most)} in all.`,
      read,
      write,
      extra: [unit],
    },
    report,
  );
}

function creditsField(report) {
  const most = number(TABLE.largest.credits_per_lead);
  return textField(
    {
      key: "credits_per_lead",
      label: "Data credits per lead",
      hint: `Empty: ${TABLE.credits / 100}, the low end that Clay states. Own provider keys: 0.`,
      wanted: `Write 0 to ${most}, such as 6 or 0.5.`,
      read: credits,
      write: (hundredths) => String(hundredths / 100),
    },
    report,
  );
}

function actionsField(report) {
  const usual = [...new Set(TABLE.variants.map(({ actions }) => actions))];
  return textField(
    {
      key: "actions_per_lead",
      label: "Actions per lead",
      hint: `Empty: ${usual.join(", or ")} with a callback.`,
      wanted: `Write a whole number, from 0 to ${number(TABLE.largest.actions_per_lead)}.`,
      read: READERS.actions_per_lead,
      write: String,
    },
    report,
  );
}

/** All questions; `report` is told what changed, whether for good, and by which control. */
function form(report) {
  const group = (title, fields) =>
    html(
      "fieldset",
      {},
      html("legend", {}, title),
      fields.map(({ node }) => node),
    );
  const first = [volumeField(report), planField(report), infraField(report)];
  const needs = NEEDS.map((need) =>
    AXIS[need].options ? needField(need, report) : latencyField(report),
  );
  const meters = [creditsField(report), actionsField(report)];
  const peek = html("p", { class: "peek", "aria-hidden": "true" });
  const node = html(
    "form",
    { onsubmit: (event) => event.preventDefault(), "aria-label": "Questions" },
    group("Your account", first),
    group("What the workload needs", needs),
    group("What a lead costs", meters),
    peek,
  );
  const all = [...first, ...needs, ...meters];
  const show = (answers, source) => all.forEach((field) => field.show(answers, source));
  return { node, peek, show };
}
