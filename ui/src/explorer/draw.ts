// Draws the graph with WebGL. Thousands of edges are lines of one pixel, names are few, and while the picture moves the
// names wait.
import Graph from "graphology";
import Sigma from "sigma";
import { EdgeLineProgram } from "sigma/rendering";
import { make } from "../elements";
import { FORMS, ShapeProgram, ground } from "../shapes";
import { data } from "./data";

const COLOURS: Record<string, string> = {
  actor: "#d55e00", campaign: "#d55e00", malware: "#cc79a7", tool: "#e69f00", technique: "#0072b2", mitigation: "#009e73",
  vulnerability: "#f0e442", indicator: "#009e73", observable: "#56b4e9", identity: "#8b95a3",
};

/** Whether there are so many that each is small. */
const many = data.nodes.length > 800;

/** What the reader looks at. */
export type View = {
  picked: number; over: number; path: Set<number> | null; off: (node: number) => boolean; near: boolean;
  isBeside: (node: number, centre: number) => boolean;
};

function colour(name: string): string {
  const probe = make("span");
  probe.className = `probe-${name}`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function palette() {
  const bg = colour("bg");
  const numbers = (bg.match(/[\d.]+/g) ?? ["255", "255", "255"]).slice(0, 3).map(Number);
  ground.rgb = [(numbers[0] ?? 255) / 255, (numbers[1] ?? 255) / 255, (numbers[2] ?? 255) / 255];
  const dark = ground.rgb[0] < 0.5;
  return { fg: colour("fg"), bg, said: dark ? "#6d7a8d" : "#97a2b2", near: dark ? "#2c3542" : "#dde3eb", off: dark ? "#1d242d" : "#eef1f5" };
}

export class Picture {
  private graph = new Graph({ type: "directed", multi: true });
  private sigma: Sigma;
  private look = palette();
  /** Boxes of the names drawn in this frame. */
  private taken: [number, number, number, number][] = [];

  constructor(box: HTMLElement, view: View, on: { pick: (node: number) => void; over: (node: number) => void }) {
    this.add(data.nodes.map((_, i) => i), data.edges.map((_, i) => i));
    this.sigma = new Sigma(this.graph, box, {
      nodeProgramClasses: { shape: ShapeProgram },
      edgeProgramClasses: { line: EdgeLineProgram },
      defaultNodeType: "shape",
      defaultEdgeType: "line",
      labelFont: "system-ui, -apple-system, Segoe UI, Roboto, sans-serif",
      labelSize: 12,
      labelDensity: 0.6,
      labelGridCellSize: 120,
      labelRenderedSizeThreshold: many ? 6 : 5,
      labelColor: { color: this.look.fg },
      // A picture that moves needs no names and no pixel-exact picking until it rests.
      hideLabelsOnMove: many,
      allowInvalidContainer: true,
      zIndex: true,
      minCameraRatio: 0.02,
      maxCameraRatio: 3,
      stagePadding: 24,
      defaultDrawNodeLabel: (context, label, settings) => {
        if (!label.label) return;
        context.font = `${settings.labelSize}px ${settings.labelFont}`;
        const width = context.measureText(label.label).width;
        const [x, y] = [label.x + label.size + 3, label.y + 4];
        if (this.taken.some((t) => x <= t[2] && x + width >= t[0] && y - 11 <= t[3] && y + 3 >= t[1])) return;
        this.taken.push([x, y - 11, x + width, y + 3]);
        context.lineWidth = 3;
        context.lineJoin = "round";
        context.strokeStyle = this.look.bg;
        context.strokeText(label.label, x, y);
        context.fillStyle = this.look.fg;
        context.fillText(label.label, x, y);
      },
      defaultDrawNodeHover: (context, label, settings) => {
        if (!label.label) return;
        context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
        const width = context.measureText(label.label).width;
        context.fillStyle = this.look.bg;
        context.strokeStyle = this.look.said;
        context.beginPath();
        context.rect(label.x + label.size + 1, label.y - 10, width + 10, 20);
        context.fill();
        context.stroke();
        context.fillStyle = this.look.fg;
        context.fillText(label.label, label.x + label.size + 6, label.y + 4);
      },
      nodeReducer: (id, node) => {
        const i = Number(id);
        if (view.off(i)) return { ...node, hidden: true };
        const focus = view.over >= 0 ? view.over : view.picked;
        const lit = view.path ? view.path.has(i) : focus < 0 || i === focus || view.isBeside(i, focus);
        if (!lit) return { ...node, color: this.look.off, label: null, zIndex: 0 };
        return { ...node, zIndex: i === focus ? 2 : 1, highlighted: i === view.picked, forceLabel: view.path !== null || i === focus };
      },
      edgeReducer: (id, edge) => {
        const [a, b, , tie] = data.edges[Number(id)] ?? [0, 0, 0, 0];
        if (tie === 1 && !view.near) return { ...edge, hidden: true };
        const focus = view.over >= 0 ? view.over : view.picked;
        const any = view.path !== null || focus >= 0;
        const on = view.path ? view.path.has(a) && view.path.has(b) : focus < 0 || a === focus || b === focus;
        return { ...edge, color: !on ? this.look.off : tie === 0 || any ? this.look.said : this.look.near, zIndex: on ? 1 : 0 };
      },
    });
    this.sigma.on("beforeRender", () => (this.taken = []));
    this.sigma.on("clickNode", ({ node }) => on.pick(Number(node)));
    this.sigma.on("clickStage", () => on.pick(-1));
    this.sigma.on("enterNode", ({ node }) => on.over(Number(node)));
    this.sigma.on("leaveNode", () => on.over(-1));
  }

  add(nodes: number[], edges: number[]) {
    for (const i of nodes) {
      const [, shape, label, degree, x, y] = data.nodes[i] ?? ["", "identity", "", 0, 0, 0];
      this.graph.addNode(i, { x, y: -y, label, form: FORMS[shape] ?? 0, color: COLOURS[shape] ?? "#888888", type: "shape", size: many ? Math.min(11, 1 + 0.9 * Math.sqrt(degree)) : Math.min(14, 3 + 1.3 * Math.sqrt(degree)) });
    }
    for (const i of edges) {
      const [a, b] = data.edges[i] ?? [0, 0];
      this.graph.addEdgeWithKey(i, a, b, { type: "line", size: 1 });
    }
  }

  refresh() {
    this.sigma.refresh({ skipIndexation: true });
  }

  theme() {
    this.look = palette();
    this.sigma.setSetting("labelColor", { color: this.look.fg });
    this.sigma.refresh();
  }

  centre(node: number) {
    const at = this.sigma.getNodeDisplayData(String(node));
    const camera = this.sigma.getCamera();
    if (at) camera.setState({ x: at.x, y: at.y, ratio: Math.min(0.35, camera.ratio) });
  }

  /** Where a node stands on the screen. */
  placeOf(node: number): { x: number; y: number } | null {
    const at = this.sigma.getNodeDisplayData(String(node));
    if (!at) return null;
    const frame = this.sigma.getContainer().getBoundingClientRect();
    const point = this.sigma.framedGraphToViewport(at);
    return { x: frame.x + point.x, y: frame.y + point.y };
  }

  move(key: string): boolean {
    const camera = this.sigma.getCamera();
    const by = 0.12 * camera.ratio;
    const moves: Record<string, () => void> = {
      "+": () => camera.setState({ ratio: Math.max(0.02, camera.ratio / 1.4) }),
      "=": () => camera.setState({ ratio: Math.max(0.02, camera.ratio / 1.4) }),
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
}
