// Tables sort by a click or Enter on a heading, and rows can be filtered. Without JavaScript the page reads the same.
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const bodies = [...table.tBodies];
  if (bodies.length < 3) continue;
  const headings = [...table.tHead.rows[0].cells];
  const text = (body, column) => {
    // the first cell of a group spans its rows; the group sorts by its first row
    const cell = body.rows[0].cells[column];
    const parts = cell ? [...cell.childNodes].filter((part) => part.nodeName !== "SMALL") : [];
    return parts.map((part) => part.textContent).join("").trim();
  };
  const number = (value) => {
    const plain = value.replace(/,/g, "").replace("−", "-").replace("<", "");
    const found = plain.match(/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?/i);
    return found ? parseFloat(found[0]) : NaN;
  };
  const compare = (one, other, down) => {
    const a = number(one), b = number(other);
    if (isNaN(a) !== isNaN(b)) return isNaN(a) ? 1 : -1; // what has no number comes last in both directions
    return (isNaN(a) ? one.localeCompare(other, "en", { numeric: true }) : a - b) * (down ? -1 : 1);
  };
  const sortBy = (column) => {
    const heading = headings[column];
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const order = [...bodies].sort((a, b) => compare(text(a, column), text(b, column), down));
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
  const line = document.createElement("p");
  const label = document.createElement("label");
  const field = document.createElement("input");
  const shown = document.createElement("span");
  line.className = "filter";
  field.type = "search";
  field.placeholder = "e.g. stride or better";
  field.setAttribute("aria-label", `Filter rows: ${table.caption.textContent.trim()}`);
  shown.setAttribute("role", "status");
  label.append("Filter rows ", field);
  line.append(label, shown); // outside the label: the count is no part of the field's name
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
  table.parentElement.before(line);
}
