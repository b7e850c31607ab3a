// Wires the islands together. Everything here is convenience: text, tables and links work without it.
import { $, $$ } from "./dom";
import { copyRule, startDetections, stepRule } from "./detections";
import { closeDrawer, openDrawer } from "./drawer";
import { followMark, showPlace, startEvidence, stepClaim, stepPlace } from "./evidence";
import { moveGraph, showPath, startGraph, themeChanged } from "./graph";
import { copyColumn, copyRow, saveAll, saveColumn, showMore, startObservables, stepRow } from "./observables";
import { savePng, saveSvg } from "./picture";
import { claimsCsv, fileName, save } from "./save";
import { TABS, go, start, state, tabOf, watch } from "./state";

const root = document.documentElement;
const tabs = $$<HTMLAnchorElement>(".tabs a");

/** Where the bar of tabs begins to stick. */
function pin(): number {
  const before = $(".tabs")?.previousElementSibling?.getBoundingClientRect();
  return before ? before.bottom + scrollY : 0;
}

function startTabs() {
  const bar = $(".tabs");
  bar?.setAttribute("role", "tablist");
  for (const tab of tabs) {
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", tab.dataset.tab ?? "");
    const panel = document.getElementById(tab.dataset.tab ?? "");
    panel?.setAttribute("role", "tabpanel");
    tab.id = `tab-${tab.dataset.tab}`;
    panel?.setAttribute("aria-labelledby", tab.id);
  }
  bar?.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[(event as KeyboardEvent).key];
    if (!by) return;
    const next = tabs[(tabs.findIndex((t) => t.dataset.tab === state.tab) + by + tabs.length) % tabs.length];
    go({ tab: next?.dataset.tab ?? "evidence" });
    next?.focus();
    event.preventDefault();
  });
  watch((changed) => {
    root.dataset.tab = state.tab;
    // A reader deep in one tab begins the next at its top.
    if (changed.has("tab") && bar && bar.getBoundingClientRect().top <= 0) scrollTo({ top: pin(), behavior: "instant" });

    for (const tab of tabs) {
      const on = tab.dataset.tab === state.tab;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
  });
}

function theme() {
  const now = root.dataset.theme ?? "auto";
  const next = now === "auto" ? "light" : now === "light" ? "dark" : "auto";
  root.dataset.theme = next;
  try {
    localStorage.setItem("bartizan-theme", next);
  } catch {
    // Nothing is kept then; the page still changes.
  }
  showTheme();
}

function showTheme() {
  const name = $("#theme-name");
  if (name) name.textContent = root.dataset.theme ?? "auto";
  themeChanged();
}

const acts: Record<string, (button: HTMLElement) => void> = {
  theme,
  help: () => $<HTMLDialogElement>("#help")?.showModal(),
  close: () => void closeDrawer(),
  print: () => print(),
  "print-all": printAll,
  csv: saveAll,
  "claims-csv": () => save(fileName("claims", "csv"), "text/csv", claimsCsv()),
  svg: saveSvg,
  png: () => void savePng(),
  path: showPath,
  cp: (b) => copyRow(b.closest("tr"), false),
  raw: (b) => copyRow(b.closest("tr"), true),
  "copy-column": copyColumn,
  "download-column": () => saveColumn(),
  "copy-rule": (b) => copyRule(b.closest<HTMLElement>("li.rule")),
  more: showMore,
};

/** Prints all tabs; the printer gets the brief otherwise. */
function printAll() {
  root.dataset.print = "all";
  addEventListener("afterprint", () => delete root.dataset.print, { once: true });
  print();
}

/** Shows a claim or row where it is at home. */
function showClaim(key: string) {
  const tab = tabOf(key);
  closeDrawer();
  go({ tab, sel: key, ...(tab === "evidence" ? { q: "", k: "" } : {}), ...(tab === "observables" ? { oq: "", ok: "", ov: "" } : {}), ...(tab === "detections" ? { dq: "", dl: "", dk: "" } : {}) });
  if (tab === "diagnostics") document.getElementById(`c-${key}`)?.scrollIntoView({ block: "center" });
}

function clicks(event: MouseEvent) {
  const target = event.target as Element;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const menu = $<HTMLDetailsElement>("#export");
  if (menu?.open && !target.closest("#export")) menu.open = false;
  const button = target.closest<HTMLElement>("button[data-act]");
  if (button) {
    acts[button.dataset.act ?? ""]?.(button);
    if (menu) menu.open = false;
    return;
  }
  const link = target.closest<HTMLAnchorElement>("a[href^='#'], a.baseless");
  const hash = link?.getAttribute("href")?.slice(1) ?? "";
  if (!link || !hash) return;
  const opens = link.dataset.open;
  if (opens) openDrawer(opens);
  else if (link.closest(".src mark")) followMark(link.closest<HTMLElement>("mark")!);
  else if (/^m\d+$/.test(hash)) {
    const owner = link.closest<HTMLElement>("[data-ref], li.cl, tr[id]");
    const key = owner?.dataset.ref ?? owner?.id.replace(/^c-/, "") ?? "";
    closeDrawer();
    showPlace(hash.slice(1), key);
  } else if (hash.startsWith("c-")) showClaim(hash.slice(2));
  else if (hash.startsWith("det-")) {
    const part = document.getElementById(hash);
    part?.scrollIntoView({ block: "start" });
    part?.focus({ preventScroll: true });
  } else if (TABS.includes(hash)) go({ tab: hash });
  else return;
  event.preventDefault();
}

function keys(event: KeyboardEvent) {
  const target = event.target as HTMLElement;
  const typing = target.matches("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    const menu = $<HTMLDetailsElement>("#export");
    if (menu?.open) menu.open = false;
    else if (closeDrawer()) return;
    else if (typing) {
      target.blur();
      if (target.id === "cq") go({ q: "" }, false);
      if (target.id === "oq") go({ oq: "" }, false);
      if (target.id === "dq") go({ dq: "" }, false);
    }
    return;
  }
  if (typing || $<HTMLDialogElement>("#help")?.open) return;
  const table = state.tab === "observables";
  const rules = state.tab === "detections";
  const on: Record<string, () => void> = {
    "?": () => acts.help?.(target),
    t: theme,
    j: () => (table ? stepRow(1) : rules ? stepRule(1) : stepClaim(1)),
    k: () => (table ? stepRow(-1) : rules ? stepRule(-1) : stepClaim(-1)),
    n: () => stepPlace(1),
    p: () => stepPlace(-1),
    c: () => (rules ? copyRule : (e: HTMLElement | null) => table && copyRow(e, false))(document.getElementById(`c-${state.sel}`)),
    "/": () => $<HTMLInputElement>({ observables: "#oq", detections: "#dq", graph: "#gq" }[state.tab] ?? "#cq")?.focus(),
  };
  if (event.key === "Enter" && !target.closest("a, button, summary")) {
    const first = document.getElementById(`c-${state.sel}`)?.querySelector<HTMLAnchorElement>("a.q, a.go");
    if (first) showPlace(first.hash.slice(2), state.sel);
    event.preventDefault();
    return;
  }
  if (state.tab === "graph" && target.closest("#gbox") && moveGraph(event.key)) return event.preventDefault();
  if (/^[1-9]$/.test(event.key)) {
    go({ tab: TABS[Number(event.key) - 1] ?? "evidence" });
    return;
  }
  const act = on[event.key];
  if (!act) return;
  if ("jknp/".includes(event.key) && !table && !rules && !["evidence", "graph"].includes(state.tab)) go({ tab: "evidence" });
  act();
  event.preventDefault();
}

startTabs();
startEvidence();
startObservables();
startDetections();
startGraph();
start();
showTheme();
document.addEventListener("click", clicks);
document.addEventListener("keydown", keys);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
// An address with a place in the text, from a page without scripts or from a colleague.
if (/^#m\d+$/.test(location.hash)) showPlace(location.hash.slice(2), "");
root.dataset.ready = "";
