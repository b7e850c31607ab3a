// The list of claims: which are shown, which is current, how each is drawn after a decision.
import { $, $$, make, say } from "../elements";
import { quote, remark, source, type Mark } from "./words";

export type Claim = {
  key: string; claim: string; kind: string; code: string; title: string; note: string; provenance: string; sure: string;
  spans: [number, number][]; dangerous: boolean; state: string; who: string; at: string; reason: string;
};
export type Tally = { accepted: number; rejected: number; added: number; open: number };
type Island = { post: string; undo: string; may: boolean; claims: Claim[]; tally: Tally; last: string; reasons: [string, string][] };

export const island: Island = JSON.parse($("#island")?.textContent ?? "null");
export const claims = new Map(island.claims.map((c) => [c.key, c]));
const list = $("#claims");
const rows = () => (list ? $$("li.cl", list) : []);
export const shown = () => rows().filter((r) => !r.hidden);
let current = "";
/** Which of the current claim's words is shown. */
let word = 0;

export const currentClaim = () => claims.get(current);

const marks = (): Mark[] =>
  [...claims.values()].flatMap((c) => c.spans.map(([start, end]) => ({ start, end, key: c.key, state: c.state, dangerous: c.dangerous })));

/** Scrolls inside the pane that scrolls, on a narrow screen the page. */
function reveal(element: Element, pane: Element | null, calm: boolean) {
  if (pane && pane.scrollHeight > pane.clientHeight + 4 && getComputedStyle(pane).overflowY !== "visible") {
    const box = element.getBoundingClientRect();
    const frame = pane.getBoundingClientRect();
    if (box.top < frame.top + 8 || box.bottom > frame.bottom - 8) {
      pane.scrollTop += box.top - frame.top - Math.max(16, Math.min(frame.height * 0.3, (frame.height - box.height) / 2));
    }
  } else if (!calm) element.scrollIntoView({ block: "center" });
}

export function light() {
  if (!source) return;
  for (const mark of $$("mark.on", source)) mark.classList.remove("on");
  const all = current ? $$(`mark[data-c~="${CSS.escape(current)}"]`, source) : [];
  for (const mark of all) mark.classList.add("on");
}

/** Shows the words number `n` of the current claim. */
export function showWords(n: number, calm = false) {
  const claim = claims.get(current);
  if (!claim?.spans.length) return;
  word = (n + claim.spans.length) % claim.spans.length;
  light();
  const mark = document.getElementById(`m${claim.spans[word]?.[0]}`);
  if (mark) reveal(mark, source?.parentElement ?? null, calm);
  if (claim.spans.length > 1 && !calm) say(`Words ${word + 1} of ${claim.spans.length}`);
}

export const stepWords = (by: number) => showWords(word + by);
export const currentSpan = () => claims.get(current)?.spans[word];

export function choose(key: string, focus = true) {
  const row = document.getElementById(`c-${key}`);
  if (!row) return;
  for (const other of rows()) if (other !== row) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.hidden = false;
  current = key;
  word = 0;
  if (focus) row.focus({ preventScroll: true });
  reveal(row, list, false);
  showWords(0, true);
  history.replaceState(null, "", `#c-${key}`);
}

export function step(by: number) {
  const all = shown();
  const now = all.findIndex((r) => r.dataset.key === current);
  const next = all[now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + by))];
  if (next) choose(next.dataset.key ?? "");
}

/** The next claim without a decision, round the end. */
export function stepOpen() {
  const all = shown();
  const now = all.findIndex((r) => r.dataset.key === current);
  const order = [...all.slice(now + 1), ...all.slice(0, now + 1)];
  const next = order.find((r) => r.dataset.s === "open");
  if (next) choose(next.dataset.key ?? "");
  else say("Every claim shown has a decision");
}

/** Draws a claim as it is now, and makes its row if it is new. */
export function draw(claim: Claim) {
  const before = claims.get(claim.key);
  claims.set(claim.key, claim);
  let row = document.getElementById(`c-${claim.key}`);
  if (!row && list) {
    row = make("li", "", "cl");
    row.id = `c-${claim.key}`;
    row.tabIndex = -1;
    Object.assign(row.dataset, { key: claim.key, k: claim.kind });
    const head = make("div", "", "ch");
    const title = make("h2", "", "ct");
    const words = make("span", claim.title, claim.kind === "observable" ? "mono" : "");
    words.dir = "auto";
    title.append(make("span", claim.code, "code"), " ", words);
    head.append(make("span", "", "dot"), title);
    const note = make("p", "", "cs");
    note.append(make("span", claim.provenance, "pv"), ` ${claim.note}`);
    const line = make("a", "", "q");
    line.append(quoteOf(claim));
    line.href = `#m${claim.spans[0]?.[0]}`;
    line.dataset.e = "0";
    row.append(head, note, line, make("p", "", "dec"));
    list.prepend(row);
  }
  if (!row) return;
  row.dataset.s = claim.state;
  const line = $(".dec", row);
  if (line) {
    line.replaceChildren();
    if (claim.state !== "open") {
      line.append(make("b", claim.state, "verb"), " by ", make("b", claim.who), ` ${claim.at}${claim.reason ? ` · ${claim.reason}` : ""}`);
    }
  }
  if (before && before.spans.join() !== claim.spans.join()) {
    const words = $(".q", row);
    if (words) {
      words.replaceChildren(quoteOf(claim));
      words.setAttribute("href", `#m${claim.spans[0]?.[0]}`);
    }
  }
  const touched = [...(before?.spans ?? []), ...claim.spans].map(([start, end]) => ({ start, end }));
  remark(touched, marks());
  light();
}

function quoteOf(claim: Claim): DocumentFragment {
  const [start, end] = claim.spans[0] ?? [0, 0];
  return quote(start, end);
}

export function drop(key: string) {
  const gone = claims.get(key);
  claims.delete(key);
  const row = document.getElementById(`c-${key}`);
  if (current === key) {
    step(1);
    if (current === key) step(-1);
  }
  row?.remove();
  if (gone) remark(gone.spans.map(([start, end]) => ({ start, end })), marks());
  light();
}

export function showTally(tally: Tally) {
  const bar = $<HTMLProgressElement>("#bar");
  const done = tally.accepted + tally.rejected + tally.added;
  if (bar) {
    bar.max = Math.max(1, done + tally.open);
    bar.value = done;
  }
  const line = $("#tally");
  line?.replaceChildren(
    make("b", String(tally.open)), " open · ", make("b", String(tally.accepted)), " accepted · ",
    make("b", String(tally.rejected)), " rejected · ", make("b", String(tally.added)), " added",
  );
  const open = $("#n-open");
  if (open) open.textContent = String(tally.open);
}
