// Elements, made by hand: text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

function build(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const html = (tag, attributes = {}, ...children) =>
  build(document.createElement(tag), attributes, children);

const svg = (tag, attributes = {}, ...children) =>
  build(document.createElementNS(SVG, tag), attributes, children);

const heading = (text) => html("h2", {}, text);

/** The name of a variant in its accent. */
const named = (variant) =>
  html("span", { class: "variant", style: accent(variant) }, titleOf(variant));

const accent = (variant) => `--accent: var(--${TABLE.variants[variant].id})`;

/** A name, linked to where the rule or limit of that id is explained. */
const explained = (id, links, name = id) =>
  links.rules ? html("a", { href: links.rules + id }, name) : name;

/** A table whose rows become blocks where there is no room: roles keep what CSS takes away. */
function table({ caption, columns, rows, kind }) {
  const cell = (tag, role, content, label) =>
    html(tag, { role, scope: SCOPES[role], "data-label": label }, content);
  return html(
    "table",
    { role: "table", class: kind },
    html("caption", {}, caption),
    html(
      "thead",
      { role: "rowgroup" },
      html(
        "tr",
        { role: "row" },
        columns.map((column) => cell("th", "columnheader", column)),
      ),
    ),
    html(
      "tbody",
      { role: "rowgroup" },
      rows.map(([first, ...cells]) =>
        html(
          "tr",
          { role: "row" },
          cell("th", "rowheader", first),
          cells.map((content, index) => cell("td", "cell", content, textOf(columns[index + 1]))),
        ),
      ),
    ),
  );
}

const SCOPES = { columnheader: "col", rowheader: "row" };

const textOf = (content) => (typeof content === "string" ? content : content.textContent);

/** A command with a button that copies it. */
function copyable(text, label, announce) {
  const words = text.split(/ (?=--)/).flatMap((word) => [html("span", {}, word), " "]);
  const code = html("code", {}, words);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      announce("Copied.");
    } catch {
      getSelection().selectAllChildren(code); // no clipboard from this page: leave it selected
      announce("Selected; copy it with the keyboard.");
    }
  };
  const button = html("button", { type: "button", onclick: copy, "aria-label": `Copy: ${label}` });
  button.textContent = "Copy";
  return html("div", { class: "command" }, code, button);
}
