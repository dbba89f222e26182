// Tables sort by a click or Enter on a heading, and rows can be filtered. Without JavaScript the page reads the same.
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const bodies = [...table.tBodies];
  if (bodies.length < 3) continue;
  const headings = [...table.tHead.rows[0].cells];
  const text = (body, column) => {
    // the first cell of a group spans its rows; the group sorts by its first row
    const cell = body.rows[0].cells[column];
    const shown = cell ? [...cell.childNodes].filter((node) => node.nodeName !== "SMALL") : [];
    return shown.map((node) => node.textContent).join("").trim();
  };
  const number = (value) => {
    const plain = value.replace(/,/g, "").replace("−", "-").replace("<", "");
    const found = plain.match(/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?/i);
    return found ? parseFloat(found[0]) : NaN;
  };
  const compare = (one, other) => {
    const a = number(one), b = number(other);
    if (!isNaN(a) && !isNaN(b)) return a - b;
    if (isNaN(a) !== isNaN(b)) return isNaN(a) ? 1 : -1;
    return one.localeCompare(other, undefined, { numeric: true });
  };
  const sortBy = (column) => {
    const heading = headings[column];
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const order = [...bodies].sort((a, b) => compare(text(a, column), text(b, column)) * (down ? -1 : 1));
    for (const body of order) table.append(body);
  };
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.title = "Sort by this column";
    button.addEventListener("click", () => sortBy(column));
    heading.append(button);
  });
  if (bodies.length < 6) continue;
  const bar = document.createElement("div");
  const label = document.createElement("label");
  const field = document.createElement("input");
  const shown = document.createElement("span");
  bar.className = "filter";
  field.type = "search";
  field.placeholder = "e.g. stride or better";
  shown.setAttribute("role", "status");
  label.append("Filter rows ", field);
  bar.append(label, shown);
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const body of bodies) {
      const inside = wanted.every((word) => body.textContent.toLowerCase().includes(word));
      body.hidden = !inside;
      count += inside;
    }
    shown.textContent = wanted.length ? ` ${count} of ${bodies.length}` : "";
  });
  table.parentElement.before(bar);
}
