// A bundle, worked out anew by the reader's own browser: nothing is sent anywhere.
// What is checked here is written independently of the program that made the bundle.

const FILES = ["bundle.json", "readings.ndjson", "queries.ndjson"];
const PARTS = [...FILES, "SHA256SUMS", "SIGNATURES"];
const SCHEMA = "submeter.bundle/1";
const MOST = 512 * 1024 * 1024;
const RULES = 2;

// Read a zip: the central directory at its end says where each file lies.
export async function unzip(buffer) {
  const view = new DataView(buffer);
  const end = buffer.byteLength - 22;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw new Error("this is no zip, or one with a comment");
  const found = new Map();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error("the zip is damaged");
    const method = view.getUint16(at + 10, true);
    const size = view.getUint32(at + 20, true);
    const whole = view.getUint32(at + 24, true);
    const lengths = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const start = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(new Uint8Array(buffer, at + 46, lengths[0]));
    if (!PARTS.includes(name) || found.has(name)) throw new Error(`it holds "${name}", which no bundle does, or twice`);
    if (whole > MOST) throw new Error(`${name} is larger than any bundle's`);
    const body = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    found.set(name, await inflate(new Uint8Array(buffer, body, size), method, name, whole));
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  if (at !== end) throw new Error("the zip is damaged");
  return found;
}

// No more is unpacked than the list of files says: a small zip may hold a very large file.
async function inflate(packed, method, name, whole) {
  if (method === 0) return packed;
  if (method !== 8) throw new Error(`${name} is packed in a way that is not known`);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const unpacked = new Uint8Array(whole);
  let at = 0;
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > whole) throw new Error(`${name} is larger than the zip says`);
    unpacked.set(value, at);
    at += value.length;
  }
  return unpacked.subarray(0, at);
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Whole numbers beyond 2^53, such as the nanoseconds of a machine that has run for 105 days, are kept as text.
const exact = (text) => JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?[\d.]+(?:[eE][+-]?\d+)?/g, (word) => /^-?\d{16,}$/.test(word) && !Number.isSafeInteger(Number(word)) ? `"${word}"` : word));
const lines = (text) => text.split("\n").filter(Boolean).map(exact);

// Running totals: whole numbers, in between linear, rounded down.
function series(line) {
  const sum = (steps) => { let total = 0n; return steps.map((step) => (total += BigInt(step))); };
  return { times: sum(line.times), totals: sum(line.totals) };
}

function totalAt({ times, totals }, instant) {
  if (!times.length || instant < times[0]) return totals[0] ?? 0n;
  if (instant >= times[times.length - 1]) return totals[totals.length - 1];
  let low = 0, high = times.length - 1;
  while (high - low > 1) { const middle = (low + high) >> 1; if (times[middle] <= instant) low = middle; else high = middle; }
  return totals[low] + (totals[high] - totals[low]) * (instant - times[low]) / (times[high] - times[low]);
}

const alike = (one, other) => Math.abs(one - other) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other), 1e-12);

// What one answer's marks come to, by the metric's name.
const ratio = (marks) => marks.reduce((sum, mark) => sum + mark[0], 0) / marks.reduce((sum, mark) => sum + mark[1], 0);
const mean = (marks) => marks.reduce((sum, mark) => sum + mark[0], 0) / marks.length;
// Spearman's rank correlation; ties share their rank, and where one side has no order it is 0.
function rankCorrelation(marks) {
  const middle = (marks.length - 1) / 2;
  const off = [0, 1].map((side) => marks.map((mark) => {
    const [below, same] = [marks.filter((m) => m[side] < mark[side]), marks.filter((m) => m[side] === mark[side])];
    return below.length + (same.length - 1) / 2 - middle;
  }));
  const sum = (one, other) => one.reduce((total, value, i) => total + value * other[i], 0);
  const size = Math.sqrt(sum(off[0], off[0]) * sum(off[1], off[1]));
  return size ? sum(off[0], off[1]) / size : 0;
}
// COCO's AP50: how many things of which kind are there, then kind, score and rightness of each found.
function meanAveragePrecision(marks) {
  const there = new Map(), found = new Map();
  for (const [count, ...rest] of marks) {
    for (const kind of rest.slice(0, count)) there.set(kind, (there.get(kind) ?? 0) + 1);
    for (let i = count; i < rest.length; i += 3) {
      if (!found.has(rest[i])) found.set(rest[i], []);
      found.get(rest[i]).push([rest[i + 1], rest[i + 2]]);
    }
  }
  let sum = 0;
  for (const [kind, count] of there) {
    let right = 0;
    const own = (found.get(kind) ?? []).sort((one, other) => other[0] - one[0]);
    const steps = own.map(([, isRight], i) => ({ recall: (right += isRight) / count, best: right / (i + 1) }));
    for (let i = steps.length - 2; i >= 0; i--) steps[i].best = Math.max(steps[i].best, steps[i + 1].best);
    for (let i = 0; i <= 100; i++) sum += (steps.find((step) => step.recall >= i * 0.01)?.best ?? 0) / 101 / there.size;
  }
  return sum;
}
export const METRICS = {
  accuracy: ratio, F1: ratio, "ROUGE-L": ratio, WER: ratio, CER: ratio, "VQA accuracy": ratio,
  "nDCG@10": ratio, solved: ratio, "pass@1": ratio, "SQuAD F1": mean, Spearman: rankCorrelation,
  "mAP@0.5": meanAveragePrecision,
};

// Work a bundle out again, and hold a table's row against it; gives one line a check: {what, holds, detail}.
export async function verify(buffer, stated, row) {
  const checks = [];
  const check = (what, holds, detail = "") => checks.push({ what, holds, detail });
  const parts = await unzip(buffer);
  const text = (name) => new TextDecoder().decode(parts.get(name));
  for (const name of [...FILES, "SHA256SUMS"]) if (!parts.has(name)) throw new Error(`the bundle has no ${name}`);
  const sums = new Map(text("SHA256SUMS").split("\n").map((line) => line.split("  ").reverse()));
  let own = "";
  for (const name of FILES) {
    const found = await sha256(parts.get(name));
    own += `${found}  ${name}\n`;
    check(`${name} is what SHA256SUMS says`, found === sums.get(name));
  }
  check("SHA256SUMS says nothing else", text("SHA256SUMS") === own);
  const whole = await sha256(parts.get("SHA256SUMS"));
  if (stated) check("the bundle is the one that this page lists", whole === stated, whole);
  await checkSignatures(check, parts);
  const told = exact(text("bundle.json"));
  if (told.schema !== SCHEMA) throw new Error(`its form is ${told.schema}, this page knows ${SCHEMA}`);
  const rules = told.rules === undefined ? 0 : told.rules;
  if (!Number.isInteger(rules) || rules < 0) throw new Error('its "rules" are no version');
  if (rules > RULES) throw new Error(`its figures follow rules ${told.rules}, this page knows ${RULES}`);
  const summary = told.summary;
  checkBooks(check, summary, lines(text("readings.ndjson")));
  checkEnergy(check, summary);
  checkQueries(check, told, lines(text("queries.ndjson")));
  if (row) checkRow(check, told, row);
  return checks;
}

// What stands in the table is what the bundle tells.
function checkRow(check, told, row) {
  const per = told.summary.energy[row.boundary]?.per[row.unit];
  const same = (shown, joules) => shown === null || joules == null ? shown === (joules ?? null) : alike(shown, Math.max(joules / 3.6, row.energy.value * 1e-6));
  check("the table shows this bundle's energy", per !== undefined && same(row.energy.value, per.value) && same(row.energy.low, per.low) && same(row.energy.high, per.high));
  check("the table shows this bundle's model", row.model === told.model.name);
  const quality = told.model.dummy ? null : told.summary.quality;
  check("the table shows this bundle's quality", row.quality ? row.quality.metric === quality?.metric && row.quality.value === quality.value : !quality);
}

// Ed25519 over the sums; where a browser knows none, that is told and nothing is claimed.
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
// The y of the points whose order divides 8: as keys they need no private one, and sign anything.
const FIELD = 2n ** 255n - 19n, ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const isWeak = (signer) => [0n, 1n, FIELD - 1n, ORDER_8, FIELD - ORDER_8].includes(BigInt("0x" + signer.match(/../g).reverse().join("")) % 2n ** 255n % FIELD);
async function checkSignatures(check, parts) {
  if (!parts.get("SIGNATURES")?.length) return;
  const said = new Uint8Array([...new TextEncoder().encode("submeter.bundle/1 signature\n"), ...parts.get("SHA256SUMS")]);
  const told = new TextDecoder().decode(parts.get("SIGNATURES")).replace(/\n$/, "").split("\n");
  if (told.length > 32) { check("the signatures can be read", false); return; }
  for (const line of told) {
    const [, signer, made] = line.match(/^ed25519 ([0-9a-f]{64}) ([0-9a-f]{128})$/) ?? [];
    if (!signer) { check("a signature can be read", false); continue; }
    let holds = null;
    try {
      const key = await crypto.subtle.importKey("raw", bytes(signer), "Ed25519", false, ["verify"]);
      holds = !isWeak(signer) && await crypto.subtle.verify("Ed25519", key, bytes(made), said);
    } catch (error) {
      if (error.name !== "NotSupportedError") holds = false;
    }
    check(`signed by ${signer}`, holds, holds === null ? "this browser cannot check it; submeter verify does" : "");
  }
}

function checkBooks(check, summary, readings) {
  const traces = new Map(readings.filter((line) => line.kind === "trace").map((line) => [`${line.sitting} ${line.domain}`, series(line)]));
  for (const book of summary.books) {
    const parts = [book.workload, book.others, book.idle, book.unattributed].reduce((sum, part) => sum + BigInt(part), 0n);
    check(`${book.domain}: workload + others + idle + unattributed = meter`, parts === BigInt(book.meter), `${parts} µJ`);
    let drawn = 0n;
    for (const [sitting, start, end] of summary.stretches) {
      const trace = traces.get(`${sitting} ${book.domain}`);
      if (trace) drawn += totalAt(trace, BigInt(end)) - totalAt(trace, BigInt(start));
    }
    check(`${book.domain}: the meter's readings give what is booked`, drawn === BigInt(book.meter), `${drawn} µJ`);
  }
}

function checkEnergy(check, summary) {
  const charge = (books) => {
    const seen = books.filter((book) => book.coverage > 0);
    const names = new Set(seen.map((book) => book.domain));
    // Halves are rounded to even, as Python does.
    const round = (x) => { const low = Math.floor(x), rest = x - low; return rest < 0.5 ? low : rest > 0.5 ? low + 1 : low + (low % 2); };
    return seen.filter((book) => !names.has(book.inside)).reduce((sum, book) => sum + Number(book.workload) + round(book.idle * book.share), 0) / 1e6;
  };
  for (const [boundary, energy] of Object.entries(summary.energy)) {
    const books = boundary === "node" ? summary.books : summary.books.filter((book) => book.component === "gpu");
    check(`${boundary}: the books give its energy`, alike(charge(books), energy.total.value), `${energy.total.value} J`);
    for (const [unit, per] of Object.entries(energy.per)) {
      const value = energy.total.value / summary.work[unit];
      check(`${boundary}: energy a ${unit}`, alike(value, per.value) && (per.low === null ? per.high === null : per.low <= per.value && per.value <= per.high), `${value} J`);
    }
  }
}

function checkQueries(check, told, queries) {
  check("the queries are as many as told", queries.length === told.summary.statistics.queries, `${queries.length}`);
  const quality = told.summary.quality;
  if (!quality) return;
  const first = new Map();
  for (const query of queries) if (query.mark && !first.has(query.item)) first.set(query.item, query.mark);
  const overall = METRICS[quality.metric];
  if (!overall) { check(`${quality.metric} is not worked out in a browser; submeter verify does`, null); return; }
  const value = overall([...first.values()]);
  check(`${quality.metric} follows from the marks of ${first.size} items`, alike(value, quality.value), `${value}`);
}
