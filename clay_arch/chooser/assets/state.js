// The answers as an address that can be shared, and as words for the command line.

const FIRST = { amount: 5000, period: "day", plan: "growth", infra: ["https"] };
const OPEN = { credits_per_lead: null, actions_per_lead: null };
for (const need of NEEDS) OPEN[need] = null;

const firstAnswers = () => ({ ...OPEN, ...FIRST });

const choice = (options) => (text) => (options.includes(text) ? text : undefined);

const whole = (least, most) => (text) => {
  const digits = text.trim().replaceAll(",", "");
  const value = /^\d{1,15}$/.test(digits) ? Number(digits) : NaN;
  return value >= least && value <= most ? value : undefined;
};

const credits = (text) => {
  const found = /^(\d{1,5})(?:\.(\d{1,2}))?$/.exec(text.trim());
  const hundredths = found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : NaN;
  return hundredths <= TABLE.largest.credits_per_lead * 100 ? hundredths : undefined;
};

const amountIn = (period) => whole(1, TABLE.largest.volume * TABLE.days[period]);

const volume = (text) => {
  const [digits, period = "day"] = text.split("/");
  const amount = period in TABLE.days ? amountIn(period)(digits) : undefined;
  return amount && { amount, period };
};

const infra = (text) => {
  const pieces = text === "none" ? [] : text.split(",").sort();
  return AXIS.infrastructure.options.includes(pieces.join(",")) ? pieces : undefined;
};

const seconds = (text) =>
  text.endsWith("s") ? whole(1, TABLE.largest.max_latency)(text.slice(0, -1)) : undefined;

const READERS = {
  volume,
  plan: choice(AXIS.plan.options),
  infra,
  max_latency: seconds,
  credits_per_lead: credits,
  actions_per_lead: whole(0, TABLE.largest.actions_per_lead),
};
for (const need of NEEDS) READERS[need] ??= choice(AXIS[need].options);

const volumeText = ({ amount, period }) => (period === "day" ? `${amount}` : `${amount}/${period}`);

/** The answers in the words of an answers file, those left open excepted. */
function written(answers) {
  const texts = {
    volume: volumeText(answers),
    plan: answers.plan,
    infra: answers.infra.join(",") || "none",
  };
  for (const need of NEEDS) texts[need] = answers[need];
  texts.max_latency = answers.max_latency === null ? null : `${answers.max_latency}s`;
  const hundredths = answers.credits_per_lead;
  texts.credits_per_lead = hundredths === null ? null : String(hundredths / 100);
  texts.actions_per_lead = answers.actions_per_lead;
  return Object.entries(texts).filter(([, text]) => text !== null && text !== undefined);
}

const toHash = (answers) =>
  `#${written(answers)
    .map(([key, text]) => `${key}=${text}`)
    .join("&")}`;

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign: let the readers refuse what it stands in
  }
}

/** The answers of an address, and what in it is not understood. Null where it holds none. */
function fromHash(hash) {
  if (!/^#volume=/.test(hash)) return null;
  const answers = firstAnswers();
  const refused = [];
  for (const part of decoded(hash.slice(1)).split("&")) {
    const [key, text = ""] = part.split(/=(.*)/s);
    const value = Object.hasOwn(READERS, key) ? READERS[key](text) : undefined;
    if (value === undefined) refused.push(part.slice(0, 40));
    else if (key === "volume") Object.assign(answers, value);
    else answers[key] = value;
  }
  return { answers, refused };
}

/** `clay-arch` with these answers as flags. */
function command(words, answers) {
  const flags = written(answers).map(([key, text]) => {
    const flag = TABLE.flags[key];
    return typeof flag === "string" ? `${flag} ${text}` : (flag[text] ?? `--${key} ${text}`);
  });
  return ["clay-arch", words, ...flags].join(" ");
}

/** A project for what can run: the answer where nothing blocks it, else what runs today. */
function newCommand(answers, decision, variant = decision.today) {
  const isChosen = decision.status === "blocked";
  const named = isChosen ? ` --variant ${TABLE.variants[variant].id}` : "";
  return command(`new clay-leads${named}`, answers);
}
