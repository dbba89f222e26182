// Figures say values where they are pointed at, by mouse or arrow keys; series are switched off and on; all of it zooms.
// What a figure says is in its attributes (harness/pages/svg/marks.py). Without JavaScript it is the same picture.
const SVG = "http://www.w3.org/2000/svg";
const REACH = 32; // pixels from the pointer to the nearest point that is told
const MOST_VALUES = 1000; // rows of a table of values; a browser draws them in no time
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const few = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const more = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const shownNumber = (value) => (Math.abs(value) >= 1000 ? more : few).format(value).replace("-", "−");

// A place on the figure as a value of an axis, in words.
function reader(text) {
  const [label, scale, from, to, low, high] = JSON.parse(text || "[]");
  if (!scale) return null;
  const put = scale === "log" ? Math.log10 : (value) => value;
  const back = scale === "log" ? (value) => 10 ** value : (value) => value;
  const per = (put(high) - put(low)) / (to - from);
  return (place) => {
    const value = back(put(low) + (place - from) * per);
    // what is drawn is rounded: a hair beside zero is zero
    const near = Math.abs(value) < 1e-6 * Math.max(Math.abs(low), Math.abs(high)) ? 0 : value;
    return label ? `${label}: ${shownNumber(near)}` : shownNumber(near);
  };
}

function placesOf(group) {
  const uses = [...group.querySelectorAll("use")];
  if (uses.length) return uses.map((use) => [Number(use.getAttribute("x")), Number(use.getAttribute("y"))]);
  const paths = [...group.querySelectorAll("path")].filter((path) => !path.closest("defs"));
  if (!group.matches(".line")) {
    return paths.map((path) => path.getBBox()).map((box) => [box.x + box.width / 2, box.y + box.height / 2]);
  }
  return paths.flatMap((path) => {
    const numbers = (path.getAttribute("d").match(/-?\d+(\.\d+)?(e-?\d+)?/g) || []).map(Number);
    return numbers.flatMap((_, place) => (place % 2 ? [] : [[numbers[place], numbers[place + 1]]]));
  });
}

// All that can be pointed at: {x, y, group, series, said}, a series after the other, each from left to right.
function pointsOf(groups) {
  const found = [];
  for (const group of groups) {
    const says = JSON.parse(group.dataset.says || "[]");
    if (!says.length && !group.matches(".line")) continue;
    const axes = group.closest("[data-x]");
    const across = reader(axes?.dataset.x), up = reader(axes?.dataset.y);
    const places = placesOf(group);
    places.forEach(([x, y], place) => {
      const text = says.length === places.length ? says[place] : says.length === 1 ? says[0] : "";
      const said = text ? [text] : [across?.(x), up?.(y)].filter(Boolean);
      if (said.length) found.push({ x, y, group, series: group.dataset.series || "", said });
    });
  }
  const order = [...new Set(found.map((point) => point.series))];
  return found.sort((a, b) => order.indexOf(a.series) - order.indexOf(b.series) || a.x - b.x || a.y - b.y);
}

for (const figure of document.querySelectorAll("figure.chart")) {
  const drawing = figure.querySelector(".drawing"), svg = drawing.querySelector("svg");
  const caption = figure.querySelector("figcaption"), title = caption.querySelector("span").textContent;
  const groups = [...svg.querySelectorAll(".mark:not(.key)")], keys = [...svg.querySelectorAll(".mark.key")];
  for (const name of svg.querySelectorAll(".mark > title")) name.remove(); // the browser would show a second tip
  let points = null, at = -1;
  const all = () => (points ??= pointsOf(groups));
  const live = () => all().filter((point) => !point.group.matches(".off"));

  // ---- saying values
  const tip = make("div", { class: "tip", role: "status" });
  const ring = document.createElementNS(SVG, "circle");
  ring.setAttribute("class", "ring");
  ring.setAttribute("r", "5");
  drawing.append(tip);
  const tell = (point) => {
    for (const group of svg.querySelectorAll(".near")) group.classList.remove("near");
    svg.classList.toggle("near-one", Boolean(point?.series));
    ring.remove();
    if (!point) {
      tip.replaceChildren();
      return;
    }
    for (const group of groups) group.classList.toggle("near", group.dataset.series === point.group.dataset.series);
    ring.setAttribute("cx", point.x);
    ring.setAttribute("cy", point.y);
    svg.append(ring);
    const head = point.series && !point.said[0].startsWith(point.series) ? [make("b", {}, point.series)] : [];
    tip.replaceChildren(...head, ...point.said.map((line) => make("span", {}, line)));
    const matrix = svg.getScreenCTM(), box = drawing.getBoundingClientRect();
    const x = matrix.a * point.x + matrix.e - box.left, y = matrix.d * point.y + matrix.f - box.top;
    const beside = x + 12 + tip.offsetWidth > box.width ? x - 12 - tip.offsetWidth : x + 12;
    tip.style.left = `${Math.max(0, beside)}px`;
    tip.style.top = `${Math.max(0, y - tip.offsetHeight - 10)}px`;
  };
  svg.addEventListener("pointermove", (event) => {
    if (event.buttons) return;
    const matrix = svg.getScreenCTM();
    let nearest = null, least = REACH;
    for (const point of live()) {
      const across = matrix.a * point.x + matrix.e - event.clientX, up = matrix.d * point.y + matrix.f - event.clientY;
      const distance = Math.hypot(across, up);
      if (distance < least) [nearest, least] = [point, distance];
    }
    tell(nearest);
  });
  svg.addEventListener("pointerleave", () => tell(null));

  // ---- by keyboard
  if (groups.length) {
    svg.setAttribute("tabindex", "0");
    svg.setAttribute("aria-label", `${svg.getAttribute("aria-label")} Arrow keys tell its values.`);
  }
  svg.addEventListener("keydown", (event) => {
    const seen = live();
    const here = Math.min(at, seen.length - 1);
    const other = (step) => { // the nearest point of the next series, or just the next
      const names = [...new Set(seen.map((point) => point.series))];
      const now = seen[Math.max(here, 0)];
      if (names.length < 2) return Math.max(0, Math.min(seen.length - 1, here + step));
      const name = names[(names.indexOf(now.series) + step + names.length) % names.length];
      const away = (point) => (point.series === name ? Math.abs(point.x - now.x) : Infinity);
      return seen.reduce((best, point, place) => (away(point) < away(seen[best]) ? place : best), seen.findIndex((point) => point.series === name));
    };
    const moves = {
      ArrowRight: () => Math.min(seen.length - 1, here + 1), ArrowLeft: () => Math.max(0, here - 1),
      ArrowDown: () => other(1), ArrowUp: () => other(-1), Home: () => 0, End: () => seen.length - 1,
    };
    if (event.key === "Escape") tell(null);
    else if (event.key === "+") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") whole();
    else if (moves[event.key] && seen.length) {
      at = moves[event.key]();
      tell(seen[at]);
    } else return;
    event.preventDefault();
  });
  svg.addEventListener("blur", () => tell(null));

  // ---- zooming
  const full = svg.getAttribute("viewBox").split(/\s+/).map(Number);
  let view = [...full];
  const look = (next) => {
    const [left, top, width, height] = next;
    const wide = Math.min(full[2], Math.max(full[2] / 16, width)), tall = wide * full[3] / full[2];
    const x = Math.max(full[0], Math.min(full[0] + full[2] - wide, left + (width - wide) / 2));
    const y = Math.max(full[1], Math.min(full[1] + full[3] - tall, top + (height - tall) / 2));
    view = [x, y, wide, tall];
    svg.setAttribute("viewBox", view.map((number) => Number(number.toFixed(3))).join(" "));
    svg.classList.toggle("zoomed", wide < full[2]);
    for (const button of [smaller, reset]) button.disabled = wide >= full[2];
    tell(null);
  };
  const zoom = (factor, [x, y] = [view[0] + view[2] / 2, view[1] + view[3] / 2]) =>
    look([x - (x - view[0]) / factor, y - (y - view[1]) / factor, view[2] / factor, view[3] / factor]);
  const whole = () => look([...full]);
  const tool = (sign, name, act) => {
    const button = make("button", { type: "button", class: "tool", "aria-label": `${name}: ${title}`, title: name }, sign);
    button.addEventListener("click", act);
    return button;
  };
  const larger = tool("+", "Zoom in", () => zoom(1.5)), smaller = tool("−", "Zoom out", () => zoom(1 / 1.5));
  const reset = tool("↺", "Show all", whole);
  caption.querySelector("a").before(make("span", { class: "tools" }, larger, smaller, reset));
  for (const button of [smaller, reset]) button.disabled = true;
  const placeOf = (event) => {
    const matrix = svg.getScreenCTM();
    return [(event.clientX - matrix.e) / matrix.a, (event.clientY - matrix.f) / matrix.d];
  };
  svg.addEventListener("dblclick", (event) => {
    if (!event.target.closest(".key")) zoom(2, placeOf(event));
  });
  let held = null;
  svg.addEventListener("pointerdown", (event) => {
    if (!svg.matches(".zoomed") || event.target.closest(".key")) return;
    held = placeOf(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = placeOf(event);
    look([view[0] + held[0] - x, view[1] + held[1] - y, view[2], view[3]]);
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (held = null));
  addEventListener("beforeprint", whole);

  // ---- switching series
  const lines = groups.filter((group) => group.matches(".line")); // bands are drawn before them
  const names = [...new Set([...keys, ...lines, ...groups].map((group) => group.dataset.series).filter(Boolean))];
  if (names.length > 1) {
    const written = new Set(keys.map((key) => key.dataset.series));
    // where the picture's own legend can be clicked the buttons are for keyboards: seen when they have the focus
    const quiet = names.every((name) => written.has(name));
    const bar = make("div", { class: quiet ? "keys quiet" : "keys", role: "group", "aria-label": `Show or hide: ${title}` });
    for (const name of names) {
      const own = groups.filter((group) => group.dataset.series === name);
      const drawn = (lines.find((line) => own.includes(line)) || own[0]).querySelector("use, path:not(defs *)");
      const style = drawn ? getComputedStyle(drawn) : null;
      const dot = make("i", { "aria-hidden": "true" });
      dot.style.background = style && (style.stroke !== "none" ? style.stroke : style.fill);
      const button = make("button", { type: "button", "aria-pressed": "true" }, dot, name);
      const turn = () => {
        const on = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(on));
        for (const one of [...own, ...keys.filter((key) => key.dataset.series === name)]) one.classList.toggle("off", !on);
        tell(null);
      };
      button.addEventListener("click", turn);
      for (const key of keys) if (key.dataset.series === name) key.addEventListener("click", turn);
      bar.append(button);
    }
    drawing.after(bar);
  }

  // ---- all values as a table, for those who cannot see the picture or want to copy them
  if (groups.length) {
    const values = make("details", { class: "values" }, make("summary", {}, "Values"));
    values.addEventListener("toggle", () => {
      if (values.childElementCount > 1 || !values.open) return;
      const seen = new Set();
      const told = all().filter((point) => { // an interval and its point say the same
        const words = JSON.stringify([point.series, point.said]);
        return !seen.has(words) && seen.add(words);
      });
      const named = told.some((point) => point.series);
      const rows = told.slice(0, MOST_VALUES).map((point) =>
        make("tr", {}, ...(named ? [make("th", { scope: "row" }, point.series)] : []), make("td", {}, point.said.join("; "))));
      const heads = [...(named ? ["series"] : []), "value"].map((text) => make("th", { scope: "col" }, text));
      const over = told.length - rows.length;
      const name = `Values of ${title}${over > 0 ? `: the first ${rows.length} of ${told.length}` : ""}`;
      values.append(make("div", { tabindex: "0", role: "region", "aria-label": name },
        make("table", {}, make("caption", {}, name), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows))));
    });
    figure.append(values);
  }
}
