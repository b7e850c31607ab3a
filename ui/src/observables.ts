// The table of observables: filter, facets, copying. Only the first rows that fit the filter are laid out, so that
// thousands of rows filter at once.
import { $, $$, island, say } from "./dom";
import { copy, csvRow, fileName, save } from "./save";
import { go, state, watch } from "./state";

const PAGE = 200;
type Row = { tr: HTMLTableRowElement; hay: string; kind: string; verdict: string; raw: string; shown: string; index: number };
let rows: Row[] = [];
let fitting: Row[] = [];
let limit = PAGE;

function read(): Row[] {
  return $$<HTMLTableRowElement>("#otable tbody tr").map((tr, index) => ({
    tr,
    index,
    raw: island.values[index] ?? "",
    shown: tr.querySelector("code")?.textContent ?? "",
    hay: `${tr.textContent} ${island.values[index] ?? ""}`.toLowerCase(),
    kind: tr.dataset.k ?? "",
    verdict: tr.dataset.v ?? "",
  }));
}

export function filterRows() {
  const words = state.oq.toLowerCase().split(/\s+/).filter(Boolean);
  fitting = rows.filter(
    (r) => (!state.ok || r.kind === state.ok) && (!state.ov || r.verdict === state.ov) && words.every((w) => r.hay.includes(w)),
  );
  const shown = new Set(fitting.slice(0, limit));
  const picked = fitting.find((r) => r.tr.id === `c-${state.sel}`);
  if (picked) shown.add(picked);
  for (const r of rows) {
    const hide = !shown.has(r);
    if (r.tr.hidden !== hide) r.tr.hidden = hide;
  }
  const count = $("#ocount");
  if (count) {
    count.textContent =
      (fitting.length === rows.length ? `${rows.length} values` : `${fitting.length} of ${rows.length} values`) +
      (fitting.length > shown.size ? `, the first ${shown.size} shown` : "");
  }
  const more = $("#omore");
  if (more) {
    more.hidden = fitting.length <= shown.size;
    more.textContent = `Show all ${fitting.length}`;
  }
}

export function stepRow(by: number) {
  const all = fitting.filter((r) => !r.tr.hidden);
  const now = all.findIndex((r) => r.tr.id === `c-${state.sel}`);
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  if (next) go({ sel: next.tr.id.slice(2) }, false);
}

export function copyRow(tr: Element | null | undefined, raw: boolean) {
  const row = rows.find((r) => r.tr === tr);
  if (row) void copy(raw ? row.raw : row.shown, raw ? "the live value, not defanged" : "the value, defanged");
}

/** The rows that fit, as a target wants them. */
function column(form: string): [text: string, extension: string, type: string, count: number] {
  const lines = (of: (r: Row) => string) => [...new Set(fitting.map(of).filter(Boolean))];
  if (form === "csv" || form === "rawcsv") {
    const cells = (r: Row) => {
      const text = (n: number) => (r.tr.children[n]?.textContent ?? "").trim();
      const value = form === "csv" ? r.shown : r.raw;
      return [island.tlp, r.kind, value, r.verdict, r.tr.querySelector("td:nth-child(3) .mu")?.textContent ?? "", text(3)];
    };
    const head = csvRow(["marking", "type", form === "csv" ? "value defanged" : "value", "verdict", "reason", "confidence"]);
    return [head + fitting.map((r) => csvRow(cells(r))).join(""), "csv", "text/csv", fitting.length];
  }
  const all = form === "stix" ? lines((r) => island.patterns[r.index] ?? "") : lines((r) => (form === "raw" ? r.raw : r.shown));
  return [all.join("\n") + "\n", "txt", "text/plain", all.length];
}

export function copyColumn() {
  const form = $<HTMLSelectElement>("#oform")?.value ?? "plain";
  const [text, , , count] = column(form);
  if (!count) say(form === "stix" ? "No indicator among these rows: only indicators have patterns" : "No rows to copy");
  else void copy(text, `${count} ${form === "stix" ? "patterns" : "values"}, ${form === "plain" || form === "csv" ? "defanged" : "raw"}`);
}

export function saveColumn(form = $<HTMLSelectElement>("#oform")?.value ?? "plain") {
  const [text, extension, type] = column(form);
  save(fileName(form === "stix" ? "patterns" : "observables", extension), type, text);
}

/** The whole table, whatever the filter. */
export function saveAll() {
  const before = fitting;
  fitting = rows;
  saveColumn("csv");
  fitting = before;
}

export function showMore() {
  limit = rows.length;
  filterRows();
}

export function startObservables() {
  rows = read();
  const words = $<HTMLInputElement>("#oq");
  const kind = $<HTMLSelectElement>("#okind");
  words?.addEventListener("input", () => go({ oq: words.value }, false));
  kind?.addEventListener("change", () => go({ ok: kind.value }, false));
  for (const chip of $$("[data-ov]")) chip.addEventListener("click", () => go({ ov: chip.dataset.ov ?? "" }, false));
  filterRows();
  watch((changed) => {
    if (words && document.activeElement !== words) words.value = state.oq;
    if (kind) kind.value = state.ok;
    for (const chip of $$("[data-ov]")) chip.setAttribute("aria-pressed", String(chip.dataset.ov === state.ov));
    if (["oq", "ok", "ov"].some((n) => changed.has(n as "oq"))) {
      limit = PAGE;
      filterRows();
    }
    if (changed.has("sel") || changed.has("tab")) {
      for (const tr of $$("#otable tr[aria-current]")) tr.removeAttribute("aria-current");
      const row = rows.find((r) => r.tr.id === `c-${state.sel}`);
      if (row && state.tab === "observables") {
        if (row.tr.hidden) filterRows();
        row.tr.hidden = false;
        row.tr.setAttribute("aria-current", "true");
        row.tr.scrollIntoView({ block: "nearest" });
      }
    }
  });
}
