// What breaks first: each limit against the workload, with where its figure comes from.

const LIFETIME = { rows: "a table", webhook_life: "a webhook" };

const MONTHLY = ["credits", "actions"];

const periodOf = ({ meter }) => (MONTHLY.includes(meter.id) ? "month" : "day");

const needs = (limit, answers) =>
  limit.meter.id === "latency"
    ? duration(answers.max_latency)
    : `${neededOf(limit, answers)} a ${periodOf(limit)}`;

function allows(limit) {
  const { id, allowed, lifted } = limit.meter;
  if (!limit.measure) return "not charged";
  if (allowed === null) return "unpublished";
  if (id === "latency") return `${duration(allowed)} or more`;
  if (!(id in LIFETIME)) return `${number(allowed)} a ${periodOf(limit)}`;
  return lifted ? "lifted" : `${number(allowed)} ${LIFETIME[id]}`;
}

/** The first fact behind a limit: its source, its grade and when it was read. */
function citation(id, links) {
  const [, , source, readOn, grade] = TABLE.facts[id];
  const said = `${source}, ${grade}`;
  const link = links.facts ? html("a", { href: links.facts + id }, said) : said;
  return html("span", {}, link, " ", html("span", { class: "read" }, `read ${readOn}`));
}

function limitTable({ answers, limits, links }) {
  const rows = limits.map((limit) => [
    explained(limit.meter.id, links, limit.meter.title),
    needs(limit, answers),
    allows(limit),
    limit.day === null ? "no day" : `day ${number(limit.day)}`,
    html("span", { class: `chip ${limit.verdict}` }, limit.verdict),
    citation(limit.meter.facts[0], links),
  ]);
  const plan = planOf(answers);
  return html(
    "section",
    {},
    heading("What breaks first"),
    html("p", {}, bindingSentence(answers, limits)),
    table({
      caption: `Held against the ${plan.title} plan`,
      columns: ["Limit", "Needs", "Allows", "Reached", "Verdict", "Source"],
      rows,
      kind: "limit-table",
    }),
    html(
      "p",
      { class: "note" },
      "Days are counted from the first of the month for credits and actions, from the first " +
        "lead for the rest.",
    ),
    sources([...limits.map(({ meter }) => meter.facts[0]), ...plan.facts]),
  );
}

function sources(ids) {
  const facts = ids.map((id) => TABLE.facts[id]);
  const names = [...new Set(facts.map(([, , source]) => source))];
  const grades = [...new Set(facts.map(([, , , , grade]) => grade))];
  const entry = (name, said) => html("li", {}, html("b", {}, name), ` ${said}`);
  return html(
    "ul",
    { class: "sources", "aria-label": "Sources and grades" },
    names.map((name) => entry(name, TABLE.sources[name])),
    grades.map((name) => entry(name, TABLE.grades[name])),
  );
}
