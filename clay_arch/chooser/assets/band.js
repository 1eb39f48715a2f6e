// The recommendation along volume, drawn.

const NARROW = 70; // pixels: a title needs them

function band({ answers, width }) {
  const days = TABLE.days[answers.period];
  const found = stretches(answers).map(({ start, decision }) => ({
    decision,
    from: start === 1 ? 1 : start / days,
  }));
  const here = answers.amount / days;
  const scale = volumeScale(Math.max(here, found.at(-1).from), 1, width - 1);
  const ends = [...found.slice(1).map(({ from }) => scale.at(from)), width - 1];
  const drawn = found.map(({ from, decision }, index) =>
    segment(scale.at(from), ends[index], decision, found[index - 1]?.decision),
  );
  const isBlocked = found.some(({ decision }) => decision.status === "blocked");
  return html(
    "section",
    {},
    heading("Along volume"),
    picture(
      width,
      92,
      bandLabel(answers, found),
      drawn,
      ticks(found, scale, width),
      marker(scale.at(here), `you are here: ${aDay(answers)}`, width),
    ),
    isBlocked ? html("p", { class: "note" }, "Outlined: blocked by what you lack.") : null,
  );
}

function segment(from, to, decision, before) {
  const isNew = before?.fit !== decision.fit;
  const isReady = decision.status === "ready";
  const isNarrow = before && to - from < NARROW;
  const title = isNarrow ? [to - 6, 18, "end"] : [from, 18, "start"];
  const box = { x: from + 1, y: 28, width: Math.max(1, to - from - 2), height: 10, rx: 1 };
  return svg(
    "g",
    { style: accent(decision.fit) },
    isNew ? text(...title, titleOf(decision.fit), { class: "title" }) : null,
    svg("rect", { ...box, class: isReady ? "filled" : "outlined" }),
  );
}

function ticks(found, scale, width) {
  const last = text(width, 56, "end", `${number(scale.top)} a day`, { class: "tick" });
  const room = width - 110;
  const starts = found
    .filter(({ from }) => scale.at(from) < room)
    .map(({ from }, index) =>
      text(scale.at(from), 56, index ? "middle" : "start", number(from), { class: "tick" }),
    );
  return [...starts, last];
}

function marker(x, said, width) {
  const isLeft = x < width / 2;
  return svg(
    "g",
    { class: "here" },
    svg("path", { d: `M${x},24V42` }),
    svg("path", { d: `M${x},64l-5,9h10z`, class: "arrow" }),
    text(isLeft ? x + 9 : x - 9, 74, isLeft ? "start" : "end", said),
  );
}

function bandLabel(answers, found) {
  const said = found.map(({ from, decision }) => {
    const blocked = decision.status === "blocked" ? ", blocked" : "";
    return `${titleOf(decision.fit)} from ${number(from)}${blocked}`;
  });
  return `Leads a day: ${listed(said)}. You are at ${aDay(answers)}.`;
}
