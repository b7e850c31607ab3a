// The graph: places come from the program, so it is the same picture every time. WebGL where there is any, else
// the still picture of the page with the same panel.
import Graph from "graphology";
import Sigma from "sigma";
import { EdgeArrowProgram, EdgeRectangleProgram } from "sigma/rendering";
import { $, $$, claimCopy, island, make, say } from "./dom";
import { COLOURS, FORMS } from "./forms";
import { ShapeProgram, ground } from "./shapes";
import { go, state, watch } from "./state";

const { nodes, edges, kinds } = island.graph;
const box = $("#gbox");
const side = $("#gside");
let sigma: Sigma | null = null;
let started = false;
let picked = -1;
let path: Set<number> | null = null;
let over = -1;

const neighbours: Set<number>[] = nodes.map(() => new Set<number>());
for (const [a, b] of edges) {
  neighbours[a]?.add(b);
  neighbours[b]?.add(a);
}
const hidden = () => new Set(state.gh.split(".").filter(Boolean));
const indexOf = (key: string) => nodes.findIndex((n) => n[0] === key);

/** A colour of the style sheet as the browser resolves it. */
function colour(name: string): string {
  const probe = make("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function palette() {
  const fg = colour("--fg");
  const bg = colour("--bg");
  const numbers = (bg.match(/[\d.]+/g) ?? ["255", "255", "255"]).slice(0, 3).map(Number);
  ground.rgb = [(numbers[0] ?? 255) / 255, (numbers[1] ?? 255) / 255, (numbers[2] ?? 255) / 255];
  const dark = ground.rgb[0] < 0.5;
  return { fg, bg, dark, said: dark ? "#8593a8" : "#7b8798", near: dark ? "#333d4b" : "#d3dae3", off: dark ? "#222a35" : "#e9edf2" };
}
let look = { fg: "#000", bg: "#fff", dark: false, said: "#7b8798", near: "#d3dae3", off: "#e9edf2" };

/** Whether a node is in what the reader looks at. */
function lit(node: number): boolean {
  if (path) return path.has(node);
  const centre = over >= 0 ? over : picked;
  return centre < 0 || node === centre || (neighbours[centre]?.has(node) ?? false);
}

function isOff(node: number): boolean {
  return hidden().has(nodes[node]?.[1] ?? "");
}

/** Boxes of the names drawn in this frame. */
let taken: [number, number, number, number][] = [];

function build(): Sigma {
  const graph = new Graph({ type: "directed", multi: true });
  look = palette();
  nodes.forEach(([, shape, label, degree, x, y], i) =>
    graph.addNode(i, {
      x, y, label, form: FORMS[shape] ?? 0, color: COLOURS[shape] ?? "#888888", type: "shape",
      size: Math.min(15, 5.5 + 1.7 * Math.sqrt(degree)),
    }),
  );
  edges.forEach(([a, b, kind, tie], i) => graph.addEdgeWithKey(i, a, b, { kind, tie, type: tie === 0 ? "arrow" : "line" }));
  const renderer = new Sigma(graph, box!, {
    nodeProgramClasses: { shape: ShapeProgram },
    edgeProgramClasses: { arrow: EdgeArrowProgram, line: EdgeRectangleProgram },
    defaultNodeType: "shape",
    labelFont: "system-ui, -apple-system, Segoe UI, Roboto, sans-serif",
    labelSize: 12,
    labelDensity: 1,
    labelGridCellSize: 90,
    labelRenderedSizeThreshold: 6,
    labelColor: { color: look.fg },
    defaultDrawNodeLabel: (context, data, settings) => {
      if (!data.label) return;
      context.font = `${settings.labelSize}px ${settings.labelFont}`;
      const width = context.measureText(data.label).width;
      // Beside, beneath, before: the first place where no other name stands.
      const places: [number, number][] = [
        [data.x + data.size + 3, data.y + 4],
        [data.x - width / 2, data.y + data.size + 13],
        [data.x - data.size - 3 - width, data.y + 4],
      ];
      const free = places.find(([x, y]) => taken.every((t) => x > t[2] || x + width < t[0] || y - 11 > t[3] || y + 3 < t[1]));
      if (!free) return;
      const [x, y] = free;
      taken.push([x, y - 11, x + width, y + 3]);
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeStyle = look.bg;
      context.strokeText(data.label, x, y);
      context.fillStyle = look.fg;
      context.fillText(data.label, x, y);
    },
    zIndex: true,
    minCameraRatio: 0.06,
    maxCameraRatio: 3,
    stagePadding: 36,
    defaultDrawNodeHover: (context, data, settings) => {
      if (!data.label) return;
      context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
      const width = context.measureText(data.label).width;
      context.fillStyle = look.bg;
      context.strokeStyle = look.said;
      context.beginPath();
      context.rect(data.x + data.size + 1, data.y - 10, width + 10, 20);
      context.fill();
      context.stroke();
      context.fillStyle = look.fg;
      context.fillText(data.label, data.x + data.size + 6, data.y + 4);
    },
    nodeReducer: (id, data) => {
      const i = Number(id);
      if (isOff(i)) return { ...data, hidden: true };
      if (!lit(i)) return { ...data, color: look.off, label: null, zIndex: 0 };
      const centre = i === picked || i === over;
      return { ...data, zIndex: centre ? 2 : 1, highlighted: i === picked, forceLabel: (picked >= 0 || over >= 0 || path !== null) };
    },
    edgeReducer: (id, data) => {
      const [a, b, , tie] = edges[Number(id)] ?? [0, 0, 0, 0, null];
      if (tie === 2 && hidden().has("near")) return { ...data, hidden: true };
      const on = path ? path.has(a) && path.has(b) : picked < 0 && over < 0 ? true : [a, b].includes(over >= 0 ? over : picked);
      const focus = picked >= 0 || over >= 0 || path !== null;
      return { ...data, size: tie === 0 ? 1.4 : 0.8, color: !on ? look.off : tie === 0 || focus ? look.said : look.near, zIndex: on ? 1 : 0 };
    },
  });
  renderer.on("beforeRender", () => (taken = []));
  renderer.on("clickNode", ({ node }) => pick(Number(node)));
  renderer.on("clickStage", () => pick(-1));
  renderer.on("enterNode", ({ node }) => {
    over = Number(node);
    renderer.refresh({ skipIndexation: true });
  });
  renderer.on("leaveNode", () => {
    over = -1;
    renderer.refresh({ skipIndexation: true });
  });
  return renderer;
}

/** The still picture follows the same choices. */
function still() {
  for (const a of $$<HTMLElement>(".gs a[data-n]")) {
    const i = Number(a.dataset.n);
    a.classList.toggle("off", isOff(i) || !lit(i));
    a.classList.toggle("sel", i === picked);
  }
}

function refresh() {
  sigma?.refresh({ skipIndexation: true });
  still();
}

function nodeButton(i: number): HTMLElement {
  const button = make("button", nodes[i]?.[2] ?? "");
  button.type = "button";
  button.addEventListener("click", () => pick(i));
  return button;
}

function panel() {
  if (!side) return;
  const node = nodes[picked];
  if (!node) {
    side.replaceChildren(make("p", "Click a node, or find one by name: its evidence and neighbours appear here.", "mu"));
    return;
  }
  const [key, shape, label] = node;
  const parts: Node[] = [make("h3", label), make("p", shape, "mu")];
  side.dataset.node = key;
  const claim = claimCopy(key);
  if (claim) {
    claim.querySelector(".ch")?.remove();
    parts.push(claim);
  }
  const list = make("ul");
  edges.forEach(([a, b, kind, , relation]) => {
    if (a !== picked && b !== picked) return;
    const item = make("li");
    const words = kinds[kind] ?? "";
    if (a === picked) item.append(make("span", `${words} `, "mu"), nodeButton(b));
    else item.append(nodeButton(a), make("span", ` ${words} this`, "mu"));
    if (relation) {
      const link = make("a", "why", "go");
      link.href = `#c-${relation}`;
      item.append(" ", link);
    }
    list.append(item);
  });
  parts.push(make("h4", `Neighbours (${neighbours[picked]?.size ?? 0})`), list);
  side.replaceChildren(...parts);
  side.scrollTop = 0;
}

export function pick(i: number, centre = false) {
  picked = i;
  path = null;
  panel();
  refresh();
  if (centre && sigma && i >= 0) {
    const at = sigma.getNodeDisplayData(String(i));
    if (at) sigma.getCamera().setState({ x: at.x, y: at.y, ratio: Math.min(0.5, sigma.getCamera().ratio) });
  }
  const key = nodes[i]?.[0] ?? "";
  if (state.tab === "graph" && key !== state.sel) go({ sel: key }, false);
}

function find(text: string): number {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return -1;
  const exact = nodes.findIndex((n) => n[2].toLowerCase() === wanted);
  return exact >= 0 ? exact : nodes.findIndex((n) => n[2].toLowerCase().includes(wanted));
}

/** The shortest path between the two named nodes, breadth first over what is not hidden. */
export function showPath() {
  const from = find($<HTMLInputElement>("#ga")?.value ?? "");
  const to = find($<HTMLInputElement>("#gb")?.value ?? "");
  if (from < 0 || to < 0) return say("Name two nodes of the graph; the lists offer them");
  const near = !hidden().has("near");
  const steps: number[][] = nodes.map(() => []);
  for (const [a, b, , tie] of edges) {
    if ((tie === 2 && !near) || isOff(a) || isOff(b)) continue;
    steps[a]?.push(b);
    steps[b]?.push(a);
  }
  const before = new Map<number, number>([[from, -1]]);
  const queue = [from];
  for (let at = queue.shift(); at !== undefined && !before.has(to); at = queue.shift()) {
    for (const next of steps[at] ?? []) {
      if (!before.has(next)) {
        before.set(next, at);
        queue.push(next);
      }
    }
  }
  if (!before.has(to)) return say("Nothing connects these two");
  const way: number[] = [];
  for (let at = to; at >= 0; at = before.get(at) ?? -1) way.unshift(at);
  picked = -1;
  path = new Set(way);
  refresh();
  const list = make("ol");
  way.forEach((node, i) => {
    const item = make("li");
    const edge = i ? edges.find(([a, b]) => (a === node && b === way[i - 1]) || (b === node && a === way[i - 1])) : undefined;
    if (edge) item.append(make("span", `${edge[0] === node ? "←" : "→"} ${kinds[edge[2]] ?? ""} `, "mu"));
    item.append(nodeButton(node));
    list.append(item);
  });
  side?.replaceChildren(make("h3", `${way.length - 1} ${way.length === 2 ? "step" : "steps"}`), list);
}

export function moveGraph(key: string): boolean {
  const camera = sigma?.getCamera();
  if (!camera) return false;
  const by = 0.12 * camera.ratio;
  const moves: Record<string, () => void> = {
    "+": () => camera.setState({ ratio: Math.max(0.06, camera.ratio / 1.4) }),
    "=": () => camera.setState({ ratio: Math.max(0.06, camera.ratio / 1.4) }),
    "-": () => camera.setState({ ratio: Math.min(3, camera.ratio * 1.4) }),
    "0": () => camera.setState({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }),
    ArrowLeft: () => camera.setState({ x: camera.x - by }),
    ArrowRight: () => camera.setState({ x: camera.x + by }),
    ArrowUp: () => camera.setState({ y: camera.y + by }),
    ArrowDown: () => camera.setState({ y: camera.y - by }),
  };
  moves[key]?.();
  return key in moves;
}

function hasWebGl(): boolean {
  try {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
  } catch {
    return false;
  }
}

function open() {
  if (started || !box || !nodes.length) return;
  started = true;
  if (hasWebGl()) {
    try {
      sigma = build();
      $(".still", box)?.setAttribute("hidden", "");
    } catch (error) {
      sigma = null;
      console.info("drawing the still picture instead", error);
    }
  }
  box.dataset.drawn = sigma ? "webgl" : "svg";
  // Where a node stands on the screen, for tests and tools that act as a reader does.
  Object.assign(box, {
    placeOf(key: string) {
      const at = sigma?.getNodeDisplayData(String(indexOf(key)));
      const frame = box.getBoundingClientRect();
      if (sigma && at) {
        const point = sigma.framedGraphToViewport(at);
        return { x: frame.x + point.x, y: frame.y + point.y };
      }
      const use = $(`.gs a[data-n="${indexOf(key)}"] use`)?.getBoundingClientRect();
      return use ? { x: use.x + use.width / 2, y: use.y + use.height / 2 } : null;
    },
  });
  const wanted = indexOf(state.sel);
  if (wanted >= 0) pick(wanted);
  refresh();
}

export function themeChanged() {
  if (!sigma) return;
  look = palette();
  sigma.setSetting("labelColor", { color: look.fg });
  sigma.refresh();
}

export function startGraph() {
  const words = $<HTMLInputElement>("#gq");
  words?.addEventListener("change", () => {
    const i = find(words.value);
    if (i >= 0) pick(i, true);
    else if (words.value.trim()) say("No node of that name is drawn");
  });
  for (const chip of $$("[data-gk]")) {
    chip.addEventListener("click", () => {
      const off = hidden();
      const kind = chip.dataset.gk ?? "";
      if (!off.delete(kind)) off.add(kind);
      go({ gh: [...off].sort().join(".") }, false);
    });
  }
  box?.addEventListener("click", (event) => {
    const a = (event.target as Element).closest<HTMLElement>("a[data-n]");
    if (!a) return;
    event.preventDefault();
    event.stopPropagation();
    pick(Number(a.dataset.n));
  });
  watch((changed) => {
    for (const chip of $$("[data-gk]")) chip.setAttribute("aria-pressed", String(!hidden().has(chip.dataset.gk ?? "")));
    if (state.tab === "graph") {
      open();
      if (changed.has("gh")) refresh();
      if (changed.has("sel") && nodes[picked]?.[0] !== state.sel && indexOf(state.sel) >= 0) pick(indexOf(state.sel));
    }
  });
}
