// The table: sorted, filtered, compared; the state stands in the address, so that it can be shared.
import { verify } from "./verify.js";

const $ = (id) => document.getElementById(id);
const state = { task: "", boundary: "", hardware: "", search: "", sort: "energy", down: false, chosen: new Set(), open: "" };
let board = { results: [], scale: {} };

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
};
const digits = (value, count = 3) => value == null ? "–" : Number(value.toPrecision(count)).toLocaleString("en", { maximumSignificantDigits: count });

const lasted = (seconds) => {
  if (seconds == null) return "–";
  const [times, unit] = seconds >= 1 ? [1, "s"] : seconds >= 1e-3 ? [1e3, "ms"] : [1e6, "µs"];
  return `${digits(seconds * times)} ${unit}`;
};

const interval = (row) => row.energy.low == null ? "no interval" : `${digits(row.energy.low, 2)} to ${digits(row.energy.high, 2)}`;
const plural = (unit) => unit === "query" ? "queries" : `${unit}s`;

const COLUMNS = [
  { id: "chosen", name: "", cell: (row) => element("input", { type: "checkbox", "aria-label": `compare ${row.model}`, checked: state.chosen.has(row.name), onchange: (event) => choose(row.name, event.target.checked) }) },
  { id: "stars", name: "Stars", value: (row) => row.stars ?? 0, cell: stars },
  { id: "model", name: "Model", value: (row) => row.model.toLowerCase(), cell: (row) => element("div", {}, element("button", { type: "button", onclick: () => open(row.name), "aria-label": `open ${row.model}` }, row.model), element("div", { class: "soft" }, [row.engine, row.precision, row.dummy ? "random weights" : ""].filter(Boolean).join(", ")), origin(row)) },
  { id: "task", name: "Task", value: (row) => `${row.task} ${row.load}`, cell: (row) => element("div", {}, row.task, element("div", { class: "soft" }, row.load)) },
  { id: "energy", name: "Wh per 1,000", number: true, value: (row) => row.energy.value, cell: (row) => element("div", {}, digits(row.energy.value), element("div", { class: "soft" }, interval(row)), element("div", { class: "soft" }, plural(row.unit))) },
  { id: "rank", name: "Rank", number: true, value: (row) => row.rank?.best ?? Infinity, cell: (row) => !row.rank ? "–" : row.rank.best === row.rank.worst ? `${row.rank.best}` : `${row.rank.best} to ${row.rank.worst}` },
  { id: "quality", name: "Quality", number: true, value: (row) => row.quality ? (row.quality.more_is_better ? -row.quality.value : row.quality.value) : Infinity, cell: (row) => row.quality ? `${row.quality.metric} ${digits(row.quality.value)}` : "–" },
  { id: "latency", name: "Median latency", number: true, narrow: true, value: (row) => row.latency ?? Infinity, cell: (row) => lasted(row.latency) },
  { id: "boundary", name: "Boundary", narrow: true, value: (row) => row.boundary, cell: (row) => element("div", {}, row.boundary, element("div", { class: "soft" }, row.tier)) },
  { id: "hardware", name: "Hardware", narrow: true, value: (row) => row.hardware, cell: (row) => row.hardware },
  { id: "date", name: "Date", narrow: true, value: (row) => row.date, cell: (row) => row.date },
];

// Where a row comes from: a run that somebody signed, or no run at all.
const isModelled = (row) => row.kind === "modelled";
const signed = (row) => (row.signers ?? []).map((signer) => `${signer.slice(0, 12)}…`).join(", ");
function origin(row) {
  if (isModelled(row)) return element("div", { class: "tag" }, "modelled, not measured");
  return signed(row) ? element("div", { class: "soft" }, `signed by ${signed(row)}`) : null;
}

function stars(row) {
  if (row.stars == null) return element("span", { class: "soft", title: row.reason }, "no stars");
  const told = Object.entries(row.chances ?? {}).filter(([, chance]) => chance >= 0.05).sort().reverse();
  const odds = told.map(([count, chance]) => `${count}: ${Math.round(chance * 100)} %`).join(", ");
  const note = row.reason ? element("div", { class: "soft" }, "other data") : null;
  return element("div", {}, element("span", { class: "stars", role: "img", "aria-label": `${row.stars} of 5 stars`, title: row.reason }, "★".repeat(row.stars) + "☆".repeat(5 - row.stars)), told.length > 1 ? element("div", { class: "soft" }, odds) : null, note);
}

function shown() {
  const search = state.search.toLowerCase();
  const rows = board.results.filter((row) => ["task", "boundary", "hardware"].every((key) => !state[key] || row[key] === state[key]) && row.model.toLowerCase().includes(search));
  const column = COLUMNS.find((each) => each.id === state.sort && each.value) ?? COLUMNS.find((each) => each.id === "energy");
  const sign = state.down ? -1 : 1;
  return rows.sort((one, other) => {
    const [a, b] = [column.value(one), column.value(other)];
    return sign * (a < b ? -1 : a > b ? 1 : 0) || one.energy.value - other.energy.value;
  });
}

function draw() {
  const rows = shown();
  $("board").tHead.replaceChildren(element("tr", {}, ...COLUMNS.map(head)));
  $("board").tBodies[0].replaceChildren(...rows.map((row) => element("tr", { id: `row-${row.name}`, class: isModelled(row) ? "modelled" : null }, ...COLUMNS.map((column) => element("td", { class: classes(column) }, column.cell(row))))));
  const tasks = new Set(rows.map((row) => row.task)).size;
  const modelled = rows.filter(isModelled).length;
  $("count").textContent = `${rows.length} of ${board.results.length} results${modelled ? `, ${modelled} of them modelled: no run, no stars, no rank` : ""}${tasks > 1 ? `, ${tasks} tasks: energies of different tasks are not to be compared` : ""}`;
  $("compare").disabled = state.chosen.size < 2;
  drawPlot(rows);
  save();
}

const classes = (column) => [column.number ? "number" : "", `at-${column.id}`, column.narrow ? "narrow" : ""].join(" ").trim();

function head(column) {
  const sorted = state.sort === column.id ? (state.down ? "descending" : "ascending") : null;
  if (!column.value) return element("th", {}, column.name);
  const sort = () => { state.down = state.sort === column.id && !state.down; state.sort = column.id; draw(); };
  return element("th", { class: classes(column), "aria-sort": sorted, scope: "col" }, element("button", { type: "button", onclick: sort }, `${column.name}${sorted ? (state.down ? " ↓" : " ↑") : ""}`));
}

function choose(name, is) {
  if (is) state.chosen.add(name); else state.chosen.delete(name);
  $("compare").disabled = state.chosen.size < 2;
  save();
}

// Energy against quality, on a logarithmic axis, for the kind of work that most rows are of.
function drawPlot(rows) {
  const kind = (row) => [row.task, row.unit, row.scenario, row.boundary, row.quality?.metric].join(" | ");
  const usable = rows.filter((row) => row.quality);
  const counts = new Map();
  for (const row of usable) counts.set(kind(row), (counts.get(kind(row)) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  const points = usable.filter((row) => kind(row) === most);
  if (!points.length) { $("plot").replaceChildren(element("p", { class: "soft" }, "No result with a quality is shown.")); return; }
  const [width, height, left, bottom] = [760, 360, 70, 50];
  const ends = points.flatMap((row) => [row.energy.low ?? row.energy.value, row.energy.high ?? row.energy.value]).map(Math.log10);
  const [low, high] = [Math.floor(Math.min(...ends)), Math.ceil(Math.max(...ends) + 1e-9)];
  const marks = points.flatMap((row) => [row.quality.low ?? row.quality.value, row.quality.high ?? row.quality.value]);
  const [worst, best] = [Math.min(...marks), Math.max(...marks)];
  const pad = (best - worst || 1) * 0.1;
  const x = (energy) => left + (Math.log10(energy) - low) / (high - low) * (width - left - 20);
  const y = (quality) => height - bottom - (quality - worst + pad) / (best - worst + 2 * pad) * (height - bottom - 20);
  const made = (name, attributes, ...children) => { const node = document.createElementNS("http://www.w3.org/2000/svg", name); for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value); node.append(...children); return node; };
  const parts = [];
  for (let power = low; power <= high; power += 1) {
    parts.push(made("line", { class: "axis", x1: x(10 ** power), x2: x(10 ** power), y1: 10, y2: height - bottom }), made("text", { x: x(10 ** power), y: height - bottom + 18, "text-anchor": "middle" }, digits(10 ** power)));
  }
  for (const part of [0, 0.5, 1]) {
    const value = worst + part * (best - worst);
    parts.push(made("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, digits(value)));
  }
  const first = points[0];
  parts.push(made("text", { x: (width + left) / 2, y: height - 8, "text-anchor": "middle" }, `Wh per 1,000 (${first.unit}, ${first.boundary})`), made("text", { x: 16, y: (height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 16 ${(height - bottom) / 2})` }, `${first.quality.metric}${first.quality.more_is_better ? "" : " (less is better)"}`));
  for (const row of points) {
    const [px, py] = [x(row.energy.value), y(row.quality.value)];
    const whisker = isModelled(row) ? "whisker modelled" : "whisker";
    if (row.energy.low != null) parts.push(made("line", { class: whisker, x1: x(row.energy.low), x2: x(row.energy.high), y1: py, y2: py }));
    if (row.quality.low != null) parts.push(made("line", { class: whisker, x1: px, x2: px, y1: y(row.quality.low), y2: y(row.quality.high) }));
    const point = isModelled(row) ? made("path", { class: "open", d: `M${px - 6} ${py}L${px} ${py - 6}L${px + 6} ${py}L${px} ${py + 6}Z` }) : made("circle", { class: "bar", cx: px, cy: py, r: 5 });
    parts.push(point, made("text", { x: px + 9, y: py - 8 }, isModelled(row) ? `${row.model} (modelled)` : row.model));
  }
  const told = `${first.task}: ${points.map((row) => `${row.model} ${digits(row.energy.value)} Wh, ${row.quality.metric} ${digits(row.quality.value)}`).join("; ")}`;
  $("plot").replaceChildren(element("p", { class: "soft" }, `${first.task}, ${first.scenario}`), made("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": told, width: "100%" }, ...parts));
}

function compare() {
  const rows = board.results.filter((row) => state.chosen.has(row.name));
  const alike = ["task", "unit", "scenario", "boundary"].every((key) => new Set(rows.map((row) => row[key])).size === 1);
  const line = (name, cell) => element("tr", {}, element("th", { scope: "row" }, name), ...rows.map((row) => element("td", {}, cell(row))));
  const least = Math.min(...rows.map((row) => row.energy.value));
  const table = element("table", {}, element("tbody", {}, line("Model", (row) => row.model), line("Known by", (row) => isModelled(row) ? "a model, no run" : "a run"), line("Task", (row) => `${row.task}, ${row.load}`), line("Stars", stars),
    line("Wh per 1,000", (row) => `${digits(row.energy.value)} (${interval(row)})`),
    line("Over the least", (row) => alike ? `${digits(row.energy.value / least, 2)} times` : "not comparable"),
    line("Quality", (row) => row.quality ? `${row.quality.metric} ${digits(row.quality.value)}` : "–"), line("Median latency", (row) => lasted(row.latency)),
    line("Boundary, tier", (row) => `${row.boundary}, ${row.tier}`), line("Hardware", (row) => row.hardware), line("Engine", (row) => row.engine)));
  const verdict = !alike ? "These are not of the same work within the same boundary: their energies are not to be compared." : rows.some((row) => row.energy.low == null) ? "Of some the interval is not known: these cannot be ranked." : rows.some((row) => rows.some((other) => other !== row && row.energy.low <= other.energy.high && other.energy.low <= row.energy.high)) ? "Some of their intervals overlap: these cannot be ranked." : "Their intervals do not overlap.";
  $("compared").hidden = false;
  $("compared").lastElementChild.replaceChildren(element("p", {}, verdict), table);
  $("compared").scrollIntoView({ block: "nearest" });
}

function open(name) {
  const row = board.results.find((each) => each.name === name);
  if (!row) return;
  state.open = name;
  save();
  const pair = (term, told) => [element("dt", {}, term), element("dd", {}, told)];
  if (isModelled(row)) return openModelled(row, pair);
  const checks = element("ul", { class: "checks", "aria-live": "polite" });
  const start = () => check(row, checks);
  $("result").replaceChildren(
    element("h2", { id: "result-title" }, row.model),
    element("dl", {}, ...pair("task", `${row.task}, ${row.load}`), ...pair("energy", `${digits(row.energy.value)} Wh per 1,000 (${interval(row)}), a ${row.unit}`), ...pair("stars", stars(row)), ...(row.reason ? pair("note", row.reason) : []), ...pair("boundary", `${row.boundary}, ${row.tier}`), ...pair("hardware", row.hardware), ...pair("engine", [row.engine, row.precision].filter(Boolean).join(", ")), ...pair("queries", `${row.queries} after warm-up`), ...pair("measured", row.date), ...pair("bundle", element("a", { href: row.bundle, download: true }, row.bundle)), ...pair("label", element("a", { href: row.label }, row.label)), ...pair("sha256", row.sha256), ...pair("signed by", row.signers?.length ? row.signers.join(", ") : "nobody")),
    element("button", { type: "button", id: "verify", onclick: start }, "Verify in this browser"), " ",
    element("button", { type: "button", onclick: () => $("result").close() }, "Close"), checks);
  if (!$("result").open) $("result").showModal();
  return start;
}

function openModelled(row, pair) {
  $("result").replaceChildren(
    element("h2", { id: "result-title" }, row.model), element("p", { class: "tag" }, "modelled, not measured: there is no run and nothing to verify"),
    element("dl", {}, ...pair("task", `${row.task}, ${row.load}`), ...pair("energy", `${digits(row.energy.value)} Wh per 1,000 (${interval(row)}), a ${row.unit}`), ...pair("boundary", `${row.boundary}, ${row.tier}`), ...pair("hardware", row.hardware), ...pair("source", row.source), ...pair("note", row.reason)),
    element("button", { type: "button", onclick: () => $("result").close() }, "Close"));
  if (!$("result").open) $("result").showModal();
  return async () => {};
}

async function check(row, into) {
  into.replaceChildren(element("li", {}, "reading the bundle …"));
  try {
    const answer = await fetch(row.bundle);
    if (!answer.ok) throw new Error(`the bundle cannot be had: HTTP ${answer.status}`);
    const found = await verify(await answer.arrayBuffer(), row.sha256, row);
    const wrong = found.filter((each) => each.holds === false).length;
    into.replaceChildren(element("li", { id: "verdict", class: wrong ? "bad" : "good" }, wrong ? `${wrong} of ${found.length} checks fail` : `all ${found.filter((each) => each.holds).length} checks hold`),
      ...found.map((each) => element("li", { class: each.holds === false ? "bad" : "" }, `${each.holds === null ? "–" : each.holds ? "✓" : "✗"} ${each.what}${each.detail ? ` (${each.detail})` : ""}`)),
      element("li", { class: "soft" }, "That the figures follow from these readings is proven; who took the readings is not: a signature tells who stands behind them."));
  } catch (error) {
    into.replaceChildren(element("li", { id: "verdict", class: "bad" }, `not verified: ${error.message}`));
  }
}

function save() {
  const told = new URLSearchParams();
  for (const key of ["task", "boundary", "hardware", "search", "sort", "open"]) if (state[key]) told.set(key, state[key]);
  if (state.down) told.set("down", "1");
  if (state.chosen.size) told.set("chosen", [...state.chosen].join(","));
  history.replaceState(null, "", `#${told}`);
}

function restore() {
  const told = new URLSearchParams(location.hash.slice(1));
  for (const key of ["task", "boundary", "hardware", "search", "sort", "open"]) state[key] = told.get(key) ?? state[key];
  state.down = told.get("down") === "1";
  state.chosen = new Set((told.get("chosen") ?? "").split(",").filter(Boolean));
  return told.get("verify") === "1";
}

async function begin() {
  board = await (await fetch("results.json")).json();
  const verifies = restore();
  for (const key of ["task", "boundary", "hardware"]) {
    const values = [...new Set(board.results.map((row) => row[key]))].sort();
    $(key).replaceChildren(element("option", { value: "" }, "all"), ...values.map((value) => element("option", { value, selected: state[key] === value }, value)));
    $(key).addEventListener("change", (event) => { state[key] = event.target.value; draw(); });
  }
  $("search").value = state.search;
  $("search").addEventListener("input", (event) => { state.search = event.target.value; draw(); });
  $("choice").addEventListener("submit", (event) => event.preventDefault());
  $("compare").addEventListener("click", compare);
  $("result").addEventListener("close", () => { state.open = ""; save(); });
  $("scale").textContent = `Scale ${board.scale.id}: ${board.scale.title}.`;
  draw();
  if (state.chosen.size > 1) compare();
  if (state.open) { const start = open(state.open); if (verifies) await start(); }
}

begin().catch((error) => { $("count").textContent = `The table cannot be read: ${error.message}`; });
