// What the reader looks at, in the address: `#/tab&sel=t3&q=…`. Going back works, and a link shows the same. The
// slash keeps browsers from scrolling to the element of that name by themselves.
export type State = {
  tab: string;
  /** Selected claim, e.g. `t3`. */
  sel: string;
  /** Claims: words, kind, order. */
  q: string;
  k: string;
  sort: string;
  /** Observables: words, type, verdict. */
  oq: string;
  ok: string;
  ov: string;
  /** Rules: words, level, kind, form they are shown in. */
  dq: string;
  dl: string;
  dk: string;
  dp: string;
  /** Graph: hidden kinds. */
  gh: string;
};

const EMPTY: State = { tab: "evidence", sel: "", q: "", k: "", sort: "kind", oq: "", ok: "", ov: "", dq: "", dl: "", dk: "", dp: "", gh: "" };
export const TABS = ["evidence", "assessment", "attack", "observables", "detections", "entities", "graph", "flow", "timeline", "response", "mitigations", "diagnostics"];

export const state: State = { ...EMPTY };
const watchers: ((changed: Set<keyof State>) => void)[] = [];

export function watch(see: (changed: Set<keyof State>) => void) {
  watchers.push(see);
}

/** The tab that shows a claim. */
export function tabOf(key: string): string {
  if (key.startsWith("o")) return "observables";
  if (key.startsWith("g")) return "detections";
  return key.startsWith("w") || key.startsWith("d") ? "diagnostics" : "evidence";
}

function parse(hash: string): State {
  const [first = "", ...rest] = hash.replace(/^#\/?/, "").split("&");
  const next: State = { ...EMPTY };
  if (TABS.includes(first)) next.tab = first;
  else if (first.startsWith("c-")) Object.assign(next, { tab: tabOf(first.slice(2)), sel: first.slice(2) });
  else if (first.startsWith("det-")) next.tab = "detections";
  const query = new URLSearchParams(rest.join("&"));
  for (const name of Object.keys(EMPTY) as (keyof State)[]) {
    const value = query.get(name);
    if (name !== "tab" && value !== null) next[name] = value;
  }
  if (!/^[a-z]\d+$/.test(next.sel)) next.sel = "";
  return next;
}

function write(): string {
  const query = new URLSearchParams();
  for (const name of Object.keys(EMPTY) as (keyof State)[]) {
    if (name !== "tab" && state[name] !== EMPTY[name]) query.set(name, state[name]);
  }
  const text = query.toString();
  return `#/${state.tab}${text ? "&" + text : ""}`;
}

function settle(next: State) {
  const changed = new Set((Object.keys(EMPTY) as (keyof State)[]).filter((n) => next[n] !== state[n]));
  Object.assign(state, next);
  for (const see of watchers) see(changed);
}

/** Changes the view; `step` makes it a place to come back to. */
export function go(change: Partial<State>, step = true) {
  const before = write();
  settle({ ...state, ...change });
  const after = write();
  if (after === before && location.hash === after) return;
  try {
    if (step && after !== before) history.pushState(null, "", after);
    else history.replaceState(null, "", after);
  } catch {
    // A browser that forbids it for files: the page works, the address stays.
  }
}

export function start() {
  const read = () => settle(parse(location.hash));
  addEventListener("popstate", read);
  addEventListener("hashchange", read);
  settle(parse(location.hash));
}
