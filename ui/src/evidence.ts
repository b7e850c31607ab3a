// Claims beside the text: a claim is one step from its words, words are one step from their claims.
import { $, $$, say } from "./dom";
import { go, state, watch } from "./state";
import { openDrawer } from "./drawer";

const list = $("#claims");
const claims = list ? $$("li.cl", list) : [];
const hay = claims.map((c) => (c.textContent ?? "").toLowerCase());
const source = $("#source");

export function shownClaims() {
  return claims.filter((c) => !c.hidden);
}

function filter() {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  claims.forEach((c, i) => {
    const fits = (!state.k || c.dataset.k === state.k) && words.every((w) => hay[i]?.includes(w));
    if (c.hidden === fits) c.hidden = !fits;
    if (fits) count++;
  });
  const out = $("#ccount");
  if (out) out.textContent = count === claims.length ? `${count} claims` : `${count} of ${claims.length} claims`;
  for (const chip of $$("[data-ck]")) chip.setAttribute("aria-pressed", String(chip.dataset.ck === state.k));
}

function sort() {
  const by: Record<string, (a: HTMLElement, b: HTMLElement) => number> = {
    place: (a, b) => Number(a.dataset.p) - Number(b.dataset.p),
    sure: (a, b) => Number(b.dataset.s) - Number(a.dataset.s),
  };
  const order = by[state.sort];
  list?.append(...(order ? [...claims].sort(order) : claims));
  claims.splice(0, claims.length, ...$$("li.cl", list ?? document));
  claims.forEach((c, i) => (hay[i] = (c.textContent ?? "").toLowerCase()));
}

/** Scrolls inside the pane that scrolls, never the page beneath it on a wide screen. */
function reveal(element: Element, within: Element | null) {
  const wide = within && within.scrollHeight > within.clientHeight + 4 && getComputedStyle(within).overflowY !== "visible";
  if (wide) {
    const box = element.getBoundingClientRect();
    const pane = within.getBoundingClientRect();
    if (box.top < pane.top + 8 || box.bottom > pane.bottom - 8) {
      within.scrollTop += box.top - pane.top - Math.max(16, Math.min(pane.height * 0.3, (pane.height - box.height) / 2));
    }
    const split = within.closest(".split");
    const top = split?.getBoundingClientRect().top ?? 0;
    if (top > innerHeight * 0.45) split?.scrollIntoView({ block: "start" });
  } else {
    element.scrollIntoView({ block: "center" });
  }
}

function light(key: string) {
  for (const mark of $$("mark.on, .s.on", source ?? document)) mark.classList.remove("on");
  if (!key || !source) return;
  for (const mark of $$(`mark[data-c~="${key}"]`, source)) mark.classList.add("on");
}

/** Shows the words that begin at `at`, for `key` if it is one of their claims. */
export function showPlace(at: string, key: string) {
  if (key) go({ tab: "evidence", sel: key });
  else go({ tab: "evidence" });
  const mark = document.getElementById(`m${at}`);
  if (!mark) return;
  if (key) light(key);
  if (!mark.classList.contains("on")) mark.classList.add("on");
  mark.closest(".s")?.classList.add("on");
  reveal(mark, source);
  $("a", mark)?.focus({ preventScroll: true });
  if (source) source.dataset.at = at;
}

/** The evidence of the selected claim, in text order. */
function places(key: string): string[] {
  const claim = document.getElementById(`c-${key}`);
  return claim ? $$<HTMLAnchorElement>("a.q", claim).map((a) => a.hash.slice(2)) : [];
}

export function stepPlace(by: number) {
  const all = places(state.sel);
  if (!all.length) return;
  const now = all.indexOf(source?.dataset.at ?? "");
  const next = now < 0 ? 0 : (now + by + all.length) % all.length;
  showPlace(all[next] ?? "", state.sel);
  if (all.length > 1) say(`Evidence ${next + 1} of ${all.length}`);
}

export function stepClaim(by: number) {
  const rows = shownClaims();
  const now = rows.findIndex((c) => c.id === `c-${state.sel}`);
  const next = rows[Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  if (next) go({ sel: next.id.slice(2) }, false);
}

/** A click on marked words: their claims one after the other. */
export function followMark(mark: HTMLElement) {
  const keys = (mark.dataset.c ?? "").split(" ").filter(Boolean);
  const now = keys.indexOf(state.sel);
  const key = keys[(now + 1) % keys.length];
  if (!key) return;
  if (key.startsWith("g")) go({ tab: "detections", sel: key });
  else if (/^[owd]/.test(key) && !document.getElementById(`c-${key}`)?.matches("li")) {
    go({ sel: key }, false);
    openDrawer(key);
  } else {
    go({ sel: key });
  }
  if (keys.length > 1) say(`Claim ${keys.indexOf(key) + 1} of ${keys.length} on these words; click again for the next`);
}

function select() {
  for (const c of claims) {
    const on = c.id === `c-${state.sel}`;
    if (on) {
      c.setAttribute("aria-current", "true");
      c.hidden = false;
      if (state.tab === "evidence") reveal(c, list);
    } else if (c.hasAttribute("aria-current")) c.removeAttribute("aria-current");
  }
  light(state.sel);
  const first = places(state.sel)[0];
  if (first && state.tab === "evidence" && source) {
    const mark = document.getElementById(`m${first}`);
    source.dataset.at = first;
    mark?.closest(".s")?.classList.add("on");
    // On a wide screen the words come into view beside the claim; on a narrow one the reader goes there.
    if (mark && source.scrollHeight > source.clientHeight + 4) reveal(mark, source);
  }
}

export function startEvidence() {
  const words = $<HTMLInputElement>("#cq");
  const order = $<HTMLSelectElement>("#csort");
  words?.addEventListener("input", () => go({ q: words.value }, false));
  order?.addEventListener("change", () => go({ sort: order.value }, false));
  for (const chip of $$("[data-ck]")) chip.addEventListener("click", () => go({ k: chip.dataset.ck ?? "" }, false));
  list?.addEventListener("click", (event) => {
    const target = event.target as Element;
    const claim = target.closest<HTMLElement>("li.cl");
    if (claim && !target.closest("a, summary") && !getSelection()?.toString()) go({ sel: claim.id.slice(2) });
  });
  watch((changed) => {
    if (words && document.activeElement !== words) words.value = state.q;
    if (order) order.value = state.sort;
    if (changed.has("sort")) sort();
    if (changed.has("q") || changed.has("k") || changed.has("sort")) filter();
    if (changed.has("sel") || changed.has("tab")) select();
  });
  filter();
}
