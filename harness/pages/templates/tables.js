// Tables sort by a click or Enter on a heading, and rows can be filtered. Without JavaScript the page reads the same.
for (const table of document.querySelectorAll("table.sortable")) {
  const bodies = [...table.tBodies];
  if (bodies.length < 3) continue;
  const headings = [...table.tHead.rows[0].cells];
  const firsts = new Map(bodies.map((body) => [body, body.rows[0]])); // a group sorts by its first row, shown or not
  const text = (body, column) => {
    const name = body.querySelector("th");
    const cell = column === 0 ? name : [...firsts.get(body).cells].filter((one) => one !== name)[column - 1];
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
  if (bodies.length < (table.matches(".matrix") ? 12 : 6)) continue; // all of them are seen at once
  const plain = (words) => words.toLowerCase().replace(/−/g, "-").replace(/\s+/g, " ");
  const rows = bodies.flatMap((body) => [...body.rows].map((row) => {
    const name = body.querySelector("th");
    const cells = [...row.cells].filter((cell) => cell !== name);
    const all = plain([name, ...cells].map((cell) => cell.innerText).join(" "));
    // in a matrix a word may be a column's: "parameters better" is one cell
    const each = cells.filter((cell) => cell.dataset.heading).map((cell) =>
      plain(`${name.innerText} ${cell.dataset.heading} ${cell.innerText}`));
    return { body, row, texts: each.length ? each : [all] };
  }));
  const line = document.createElement("p");
  const label = document.createElement("label");
  const field = document.createElement("input");
  const shown = document.createElement("span");
  line.className = "filter";
  field.type = "search";
  field.placeholder = "e.g. parameters better";
  field.setAttribute("aria-label", `Filter rows: ${table.caption.textContent.trim()}`);
  shown.setAttribute("role", "status");
  label.append("Filter rows ", field);
  line.append(label, shown); // outside the label: the count is no part of the field's name
  const filter = () => {
    const wanted = plain(field.value).split(" ").filter(Boolean);
    let count = 0;
    for (const one of rows) {
      one.row.hidden = !one.texts.some((words) => wanted.every((word) => words.includes(word)));
      count += !one.row.hidden;
    }
    for (const body of bodies) {
      const left = [...body.rows].filter((row) => !row.hidden);
      body.hidden = !left.length;
      if (!left.length) continue;
      const name = body.querySelector("th"); // it spans the rows that are left
      name.rowSpan = left.length;
      if (name.parentElement !== left[0]) left[0].prepend(name);
    }
    shown.textContent = wanted.length ? ` ${count} of ${rows.length}` : "";
  };
  field.addEventListener("input", filter);
  table.parentElement.before(line);
}
