/* The builder wraps each copy button in a landmark without a name: to a screen reader they are one
   navigation for every block of code. They are groups. */
new MutationObserver(() => {
  for (const found of document.querySelectorAll("nav.md-code__nav")) {
    const group = document.createElement("div");
    group.className = found.className;
    group.append(...found.childNodes);
    found.replaceWith(group);
  }
}).observe(document.documentElement, { childList: true, subtree: true });
