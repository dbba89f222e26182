"use strict";
// Reports that hold all words stay. Without JavaScript all of them are listed.
const plain = (words) => words.toLowerCase().replace(/−/g, "-").replace(/\s+/g, " ");
const reports = [...document.querySelectorAll("article")].map((article) => {
  const cells = [...article.querySelectorAll("td")].map((cell) => `${cell.dataset.heading} ${cell.textContent}`);
  return { article, text: plain(`${article.textContent} ${cells.join(" ")}`) };
});
const field = document.createElement("input");
const label = document.createElement("label");
const shown = document.createElement("span");
field.type = "search";
field.placeholder = "e.g. dropout worse";
field.setAttribute("aria-label", "Search reports");
shown.setAttribute("role", "status");
label.append("Search ", field);
const search = () => {
  const wanted = plain(field.value).split(" ").filter(Boolean);
  for (const { article, text } of reports) article.hidden = !wanted.every((word) => text.includes(word));
  const count = reports.filter(({ article }) => !article.hidden).length;
  shown.textContent = ` ${count} of ${reports.length} reports`;
};
field.addEventListener("input", search);
const line = document.querySelector("#filter");
line.className = "filter";
line.append(label, shown);
search();
