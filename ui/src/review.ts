// Review by keys: one for each decision. Without scripts every claim has its form.
import { $, $$, make, say } from "./elements";
import { choose, claims, currentClaim, currentSpan, island, shown, step, stepOpen, stepWords } from "./review/claims";
import { add, decide, undo } from "./review/send";
import { quote, select, selected, source, wordsOf } from "./review/words";

const bar = $("#selbar");
const why = $<HTMLDialogElement>("#why");
const which = $<HTMLDialogElement>("#which");
const query = $<HTMLInputElement>("#which-q");
const options = $$<HTMLOptionElement>("#techniques option").map((o) => ({ value: o.value, words: o.value.toLowerCase() }));
let kept: { start: number; end: number; words: string } | null = null;
/** The claim whose words are being chosen anew. */
let editing = "";

function accept() {
  const claim = currentClaim();
  if (!claim) return;
  void decide(claim, "accept");
  stepOpen();
}

function reject() {
  if (!currentClaim()) return;
  why?.showModal();
  $("#reasons button")?.focus();
}

function rejectFor(reason: string) {
  const claim = currentClaim();
  why?.close();
  if (!claim) return;
  void decide(claim, "reject", { reason });
  stepOpen();
}

function showBar() {
  const words = selected();
  if (!bar || $("dialog[open]")) return;
  if (words) kept = words;
  bar.hidden = !words && !editing;
  const text = $("#selwords");
  text?.replaceChildren(words ? quote(words.start, words.end) : editing ? "Select the words, then press Enter" : "");
  const take = $<HTMLButtonElement>("[data-act='take-words']");
  if (take) take.hidden = !editing;
  for (const button of $$("[data-act^='add-']")) button.hidden = Boolean(editing);
}

/** Selection by keys: begins at the words of the current claim. */
function pick() {
  const span = currentSpan();
  if (span) select(span[0], span[1]);
  source?.focus({ preventScroll: true });
}

function edit() {
  const claim = currentClaim();
  if (!claim) return;
  editing = claim.key;
  source?.classList.add("picking");
  pick();
  showBar();
}

function stopEditing() {
  editing = "";
  source?.classList.remove("picking");
  getSelection()?.removeAllRanges();
  showBar();
}

function takeWords() {
  const claim = claims.get(editing);
  const words = selected();
  if (!claim || !words) return say("Select the words in the text first");
  void decide(claim, "edit", { start: words.start, end: words.end, words: wordsOf(words.start, words.end) });
  stopEditing();
  choose(claim.key);
}

function addIndicator() {
  const words = selected();
  if (!words) return say("Select a value in the text first, with the mouse or with v");
  void add("indicator", "", words).then((answer) => answer?.claim && choose(answer.claim.key));
  getSelection()?.removeAllRanges();
}

function addTechnique() {
  const words = selected();
  if (!words || !which || !query) return say("Select the words in the text first, with the mouse or with v");
  kept = words;
  $("#which-words")?.replaceChildren(quote(words.start, words.end));
  query.value = "";
  offer();
  which.showModal();
  query.focus();
}

/** Techniques that fit what was typed, the id's beginning first. */
function offer() {
  const list = $("#which-list");
  const words = (query?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const fits = options.filter((o) => words.every((w) => o.words.includes(w)));
  fits.sort((a, b) => Number(b.words.startsWith(words[0] ?? "")) - Number(a.words.startsWith(words[0] ?? "")));
  list?.replaceChildren(
    ...fits.slice(0, 30).map((o, i) => {
      const item = make("li");
      const cut = o.value.indexOf(" ");
      item.append(make("span", o.value.slice(0, cut), "code"), " ", o.value.slice(cut + 1));
      item.setAttribute("role", "option");
      item.id = `option-${i}`;
      item.dataset.value = o.value;
      item.setAttribute("aria-selected", String(i === 0));
      return item;
    }),
  );
  query?.setAttribute("aria-activedescendant", fits.length ? "option-0" : "");
}

function moveOption(by: number) {
  const items = $$("#which-list li");
  const now = items.findIndex((i) => i.getAttribute("aria-selected") === "true");
  const next = Math.min(items.length - 1, Math.max(0, now + by));
  items.forEach((item, i) => item.setAttribute("aria-selected", String(i === next)));
  items[next]?.scrollIntoView({ block: "nearest" });
  query?.setAttribute("aria-activedescendant", items[next]?.id ?? "");
}

function takeOption() {
  const value = $("#which-list [aria-selected='true']")?.dataset.value;
  which?.close();
  if (!value || !kept) return;
  void add("technique", value, kept).then((answer) => answer?.claim && choose(answer.claim.key));
  getSelection()?.removeAllRanges();
}

function filter() {
  const words = ($<HTMLInputElement>("#cq")?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const kind = $("[data-k][aria-pressed='true'].chip")?.dataset.k ?? "";
  const open = $(".chip[data-s][aria-pressed='true']") !== null;
  for (const row of $$("#claims > li")) {
    const text = words.length ? (row.textContent ?? "").toLowerCase() : "";
    row.hidden = !((!kind || row.dataset.k === kind) && (!open || row.dataset.s === "open") && words.every((w) => text.includes(w)));
  }
}

/** Arrows in the text move a selection by words. */
function moveSelection(event: KeyboardEvent): boolean {
  const ways: Record<string, [string, string]> = {
    ArrowRight: ["forward", "word"], ArrowLeft: ["backward", "word"], ArrowDown: ["forward", "line"], ArrowUp: ["backward", "line"],
  };
  const way = ways[event.key];
  const selection = getSelection();
  if (!way || !selection?.rangeCount || document.activeElement !== source) return false;
  if (event.shiftKey) selection.modify("extend", way[0], way[1]);
  else {
    if (way[0] === "forward") selection.collapseToEnd();
    else selection.collapseToStart();
    selection.modify("move", way[0], way[1]);
    selection.modify("extend", "forward", "word");
  }
  return true;
}

const on: Record<string, () => void> = {
  j: () => step(1), k: () => step(-1), o: stepOpen, n: () => stepWords(1), p: () => stepWords(-1), v: pick,
};
const deciding: Record<string, () => void> = {
  a: accept, x: reject, e: edit, t: addTechnique, i: addIndicator,
  u: () => void undo().then((key) => key && choose(key)),
};
if (island.may) Object.assign(on, deciding);

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (why?.open) {
    const reason = island.reasons[Number(event.key) - 1];
    if (!reason) return;
    event.preventDefault();
    return rejectFor(reason[0]);
  }
  if (which?.open) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) moveOption(by);
    else if (event.key === "Enter") takeOption();
    else return;
    return event.preventDefault();
  }
  if ($("dialog[open]") || target.matches("input, select, textarea")) return;
  if (event.key === "Escape" && editing) {
    stopEditing();
    return event.preventDefault();
  }
  if (event.key === "Enter" && editing) {
    takeWords();
    return event.preventDefault();
  }
  if (moveSelection(event)) return event.preventDefault();
  if (event.key === "Enter" && target.matches("li.cl")) {
    stepWords(0);
    return event.preventDefault();
  }
  const act = event.shiftKey ? undefined : on[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const button = target.closest<HTMLElement>("button");
  const row = target.closest<HTMLElement>("li.cl");
  const acts: Record<string, () => void> = { "add-technique": addTechnique, "add-indicator": addIndicator, "take-words": takeWords, edit };
  if (row) choose(row.dataset.key ?? "", false);
  const words = target.closest<HTMLAnchorElement>("a[data-e]");
  if (words) {
    event.preventDefault();
    stepWords(Number(words.dataset.e));
  } else if (button?.dataset.reason) rejectFor(button.dataset.reason);
  else if (button?.dataset.act) acts[button.dataset.act]?.();
  else if (target.closest(".src mark")) {
    event.preventDefault();
    const keys = target.closest<HTMLElement>(".src mark")?.dataset.c?.split(" ") ?? [];
    // Words of several claims show them one after the other.
    const now = keys.indexOf(currentClaim()?.key ?? "");
    if (!editing && getSelection()?.isCollapsed !== false) choose(keys[(now + 1) % keys.length] ?? "", false);
  } else if (button?.matches(".chip")) {
    const on = button.getAttribute("aria-pressed") !== "true";
    if (button.dataset.k) for (const other of $$(".chip[data-k]")) other.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", String(on));
    filter();
  } else {
    const option = target.closest<HTMLElement>("#which-list li");
    if (!option) return;
    for (const other of $$("#which-list li")) other.setAttribute("aria-selected", String(other === option));
    takeOption();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const pressed = event.submitter?.getAttribute("value");
  if (form.id === "undo") on.u?.();
  else if (form.matches(".decide") && pressed === "accept") accept();
  else if (form.matches(".decide") && pressed === "reject") reject();
  else if (form.id !== "which-form") return;
  event.preventDefault();
});

document.addEventListener("selectionchange", showBar);
$("#cq")?.addEventListener("input", filter);
query?.addEventListener("input", offer);
const asked = location.hash.startsWith("#c-") ? decodeURIComponent(location.hash.slice(3)) : "";
const first = shown().find((r) => r.dataset.s === "open") ?? shown()[0];
if (claims.has(asked)) choose(asked);
else if (first && innerWidth > 860) choose(first.dataset.key ?? "");
