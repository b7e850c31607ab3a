// The graph explorer: find, filter, expand, the way between two. The table of the page says the same without it.
import { $, $$, make, say } from "./elements";
import { data, edgesOf, find, grow, indexOf, other, way, type Wire } from "./explorer/data";
import { Picture, type View } from "./explorer/draw";
import { takeHold } from "./explorer/hands";

const box = $("#gbox");
const side = $("#gside");
const hidden = new Set<string>();
let beside = new Set<number>();
let besideOf = -1;
const view: View = {
  picked: -1, over: -1, path: null, near: true,
  off: (i) => hidden.has(data.nodes[i]?.[1] ?? ""),
  isBeside: (i, centre) => {
    if (besideOf !== centre) {
      besideOf = centre;
      beside = new Set((edgesOf[centre] ?? []).map((e) => other(e, centre)));
    }
    return beside.has(i);
  },
};
let picture: Picture | null = null;

function nodeButton(i: number): HTMLElement {
  const button = make("button", data.nodes[i]?.[2] ?? "");
  button.type = "button";
  button.dir = "auto";
  button.addEventListener("click", () => pick(i, true));
  return button;
}

function offer() {
  // The browser's own list of names; a few thousand are enough to begin typing.
  $("#gnodes")?.replaceChildren(...data.nodes.slice(0, 2000).map((n) => Object.assign(make("option"), { value: n[2] })));
}

async function expand(i: number) {
  const node = data.nodes[i];
  if (!node || !box?.dataset.expand) return;
  try {
    const answer = await fetch(box.dataset.expand + encodeURIComponent(node[0]), { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const fresh = grow((await answer.json()) as Wire, i);
    besideOf = -1;
    picture?.grown();
    offer();
    pick(i);
    say(fresh.nodes.length ? `${fresh.nodes.length} more` : "Nothing more is connected with it");
  } catch (error) {
    say(`Could not expand: ${error instanceof Error ? error.message : error}`);
  }
}

function panel() {
  const node = data.nodes[view.picked];
  if (!side) return;
  if (!node) return side.replaceChildren(make("p", "Click a node, or find one by name: what it is connected with appears here.", "mu"));
  const [key, shape, label, , , , href] = node;
  side.dataset.node = key;
  const title = make("h2", label);
  title.dir = "auto";
  const parts: Node[] = [title, make("p", shape, "mu")];
  const line = make("p", "", "go-on");
  if (href) line.append(Object.assign(make("a", "Open its page", "button"), { href }));
  if (box?.dataset.expand && box.dataset.expand !== "/") {
    const button = make("button", "Expand");
    button.type = "button";
    button.addEventListener("click", () => void expand(view.picked));
    line.append(" ", button);
  }
  if (line.childNodes.length) parts.push(line);
  const list = make("ul");
  const edges = [...(edgesOf[view.picked] ?? [])].sort((a, b) => (data.edges[a]?.[3] ?? 0) - (data.edges[b]?.[3] ?? 0));
  for (const e of edges.slice(0, 200)) {
    const [a, , kind, tie, reports] = data.edges[e] ?? [0, 0, 0, 0, 0];
    const words = data.kinds[kind] ?? "";
    const item = make("li");
    const beside = nodeButton(other(e, view.picked));
    // What is only named together has no direction.
    if (a === view.picked || tie === 1) item.append(make("span", `${words} `, "mu"), beside);
    else item.append(beside, make("span", ` ${words} this`, "mu"));
    if (reports > 1) item.append(make("span", ` · ${reports} reports`, "mu"));
    list.append(item);
  }
  parts.push(make("h3", `Connected with (${edges.length})`), list);
  if (edges.length > 200) parts.push(make("p", `${edges.length - 200} more are in the table`, "mu"));
  side.replaceChildren(...parts);
  side.scrollTop = 0;
}

function pick(i: number, centre = false) {
  view.picked = i;
  view.path = null;
  panel();
  picture?.refresh();
  if (centre && i >= 0) picture?.centre(i);
}

function showWay() {
  const from = find($<HTMLInputElement>("#ga")?.value ?? "");
  const to = find($<HTMLInputElement>("#gb")?.value ?? "");
  if (from < 0 || to < 0) return say("Name two nodes of the graph; the lists offer them");
  const steps = way(from, to, view.off, view.near);
  if (!steps.length) return say("Nothing connects these two in what is shown");
  view.picked = -1;
  view.path = new Set(steps);
  picture?.refresh();
  const list = make("ol");
  steps.forEach((node, i) => {
    const item = make("li");
    const edge = i ? edgesOf[node]?.find((e) => other(e, node) === steps[i - 1]) : undefined;
    const wire = edge === undefined ? undefined : data.edges[edge];
    if (wire) item.append(make("span", `${wire[0] === node ? "←" : "→"} ${data.kinds[wire[2]] ?? ""} `, "mu"));
    item.append(nodeButton(node));
    list.append(item);
  });
  side?.replaceChildren(make("h2", `${steps.length - 1} ${steps.length === 2 ? "step" : "steps"}`), list);
}

function start() {
  if (!box) return;
  try {
    picture = new Picture(box, view);
    takeHold(box, picture, {
      pick,
      over: (node) => {
        view.over = node;
        picture?.refresh();
      },
    });
  } catch (error) {
    console.info("no picture without WebGL", error);
    box.replaceChildren(make("p", "This browser draws no WebGL; the table below says the same.", "empty"));
  }
  box.dataset.drawn = picture ? "webgl" : "none";
  // Where a node stands, for tests and tools that act as a reader does.
  Object.assign(box, { placeOf: (key: string) => picture?.placeOf(indexOf(key)) ?? null });
  offer();
  const centre = indexOf(box.dataset.centre ?? "");
  if (centre >= 0) pick(centre, true);
  const words = $<HTMLInputElement>("#gq");
  words?.addEventListener("change", () => {
    const i = find(words.value);
    if (i >= 0) pick(i, true);
    else if (words.value.trim()) say("No node of that name is drawn");
  });
  $("#gpath")?.addEventListener("click", showWay);
  for (const chip of $$("[data-gk]")) {
    chip.addEventListener("click", () => {
      const kind = chip.dataset.gk ?? "";
      const on = chip.getAttribute("aria-pressed") !== "true";
      chip.setAttribute("aria-pressed", String(on));
      if (kind === "near") view.near = on;
      else if (on) hidden.delete(kind);
      else hidden.add(kind);
      picture?.refresh();
    });
  }
  addEventListener("themechange", () => picture?.theme());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => picture?.theme());
}

start();
