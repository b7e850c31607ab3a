// The picture: where one looks, what is lit, and drawing it once a frame at most.
import { make } from "../elements";
import { COLOURS, FORMS } from "../forms";
import { data } from "./data";
import { Gpu } from "./gpu";
import { drawNames, type Spot } from "./names";

/** What the reader looks at. */
export type View = {
  picked: number; over: number; path: Set<number> | null; off: (node: number) => boolean; near: boolean;
  isBeside: (node: number, centre: number) => boolean;
};

type Rgb = [number, number, number];

function colour(name: string): { css: string; rgb: Rgb } {
  const probe = make("span", "", `probe-${name}`);
  document.body.append(probe);
  const css = getComputedStyle(probe).color;
  probe.remove();
  const [r = 0, g = 0, b = 0] = (css.match(/[\d.]+/g) ?? []).map(Number);
  return { css, rgb: [r, g, b] };
}

const hex = (text: string): Rgb => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16)) as Rgb;

function palette() {
  const [fg, bg] = [colour("fg"), colour("bg")];
  const dark = bg.rgb[0] < 128;
  return {
    fg: fg.css, bg: bg.css, said: dark ? "#6d7a8d" : "#97a2b2", ground: bg.rgb.map((c) => c / 255) as Rgb,
    stated: hex(dark ? "#6d7a8d" : "#97a2b2"), near: hex(dark ? "#2c3542" : "#dde3eb"), off: hex(dark ? "#1d242d" : "#eef1f5"),
  };
}

export class Picture {
  private picture = make("canvas");
  private names = make("canvas");
  private gpu: Gpu;
  private look = palette();
  /** Middle of the view and pixels for one unit. */
  private camera = { x: 0, y: 0, scale: 1 };
  private whole = { x: 0, y: 0, scale: 1 };
  private ratio = 1;
  private waiting = false;
  private best: number[] = [];
  /** Set while the picture moves: it then carries few names. */
  private rest = 0;

  constructor(private box: HTMLElement, private view: View) {
    box.replaceChildren(this.picture, this.names);
    const gl = this.picture.getContext("webgl2", { alpha: false, antialias: data.nodes.length < 800, powerPreference: "high-performance" });
    if (!gl) throw new Error("no WebGL 2");
    this.gpu = new Gpu(gl);
    this.picture.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.picture.addEventListener("webglcontextrestored", () => {
      this.gpu = new Gpu(gl);
      this.refresh();
    });
    this.sort();
    this.resize();
    this.home();
    new ResizeObserver(() => this.resize()).observe(box);
    this.refresh();
  }

  private sort() {
    this.best = data.nodes.map((_, i) => i).sort((a, b) => (data.nodes[b]?.[3] ?? 0) - (data.nodes[a]?.[3] ?? 0) || a - b);
  }

  private resize() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!width || !height) return;
    this.ratio = Math.min(2, devicePixelRatio || 1);
    for (const canvas of [this.picture, this.names]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    const wasWhole = this.camera.scale === this.whole.scale;
    this.fit();
    if (wasWhole) this.home();
    this.ask();
  }

  /** The view that shows everything. */
  private fit() {
    const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
    for (const [, , , , x, y] of data.nodes) {
      low[0] = Math.min(low[0] ?? x, x);
      low[1] = Math.min(low[1] ?? y, y);
      high[0] = Math.max(high[0] ?? x, x);
      high[1] = Math.max(high[1] ?? y, y);
    }
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = [...low, ...high];
    const scale = Math.min((this.box.clientWidth - 64) / Math.max(x1 - x0, 0.01), (this.box.clientHeight - 48) / Math.max(y1 - y0, 0.01));
    this.whole = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, scale: Math.max(1, Math.min(scale, 4000)) };
  }

  home() {
    this.camera = { ...this.whole };
    this.ask();
  }

  /** Nodes grow with the view, but slower. */
  private grow() {
    return Math.sqrt(this.camera.scale / this.whole.scale);
  }

  private radius(node: number): number {
    const degree = data.nodes[node]?.[3] ?? 0;
    return data.nodes.length > 800 ? Math.min(11, 1.6 + 0.8 * Math.sqrt(degree)) : Math.min(14, 4 + 1.3 * Math.sqrt(degree));
  }

  private lit(node: number): boolean {
    const { view } = this;
    if (view.path) return view.path.has(node);
    const focus = view.over >= 0 ? view.over : view.picked;
    return focus < 0 || node === focus || view.isBeside(node, focus);
  }

  /** Hands nodes and edges to the graphics anew: after a choice, a filter, a change of theme. */
  refresh() {
    const { view, look } = this;
    const n = data.nodes.length;
    const lit = data.nodes.map((_, i) => this.lit(i));
    const off = data.nodes.map((_, i) => view.off(i));
    const focus = view.over >= 0 ? view.over : view.picked;
    const any = view.path !== null || focus >= 0;
    const lines = new ArrayBuffer(data.edges.length * 24);
    const [lineF, lineB] = [new Float32Array(lines), new Uint8Array(lines)];
    let count = 0;
    const put = (isOn: boolean) => {
      for (const [a, b, , tie] of data.edges) {
        if (off[a] || off[b] || (tie === 1 && !view.near)) continue;
        const on = view.path ? lit[a] && lit[b] && view.path.has(a) && view.path.has(b) : focus < 0 || a === focus || b === focus;
        if (on !== isOn) continue;
        const [r, g, bl] = !on ? look.off : tie === 0 || any ? look.stated : look.near;
        for (const end of [a, b]) {
          const [, , , , x = 0, y = 0] = data.nodes[end] ?? [];
          lineF[count * 3] = x;
          lineF[count * 3 + 1] = y;
          lineB.set([r, g, bl, 255], count * 12 + 8);
          count++;
        }
      }
    };
    // What is lit lies above.
    put(false);
    put(true);
    const points = new ArrayBuffer(n * 20);
    const [pointF, pointB] = [new Float32Array(points), new Uint8Array(points)];
    let drawn = 0;
    for (const isLit of [false, true]) {
      for (let i = 0; i < n; i++) {
        if (off[i] || lit[i] !== isLit) continue;
        const [, shape = "", , , x = 0, y = 0] = data.nodes[i] ?? [];
        const [r, g, b] = isLit ? hex(COLOURS[shape] ?? "#888888") : look.off;
        pointF.set([x, y, this.radius(i), FORMS[shape] ?? 0], drawn * 5);
        pointB.set([r, g, b, 255], drawn * 20 + 16);
        drawn++;
      }
    }
    this.gpu.fill({ bytes: lines, count }, { bytes: points, count: drawn });
    this.ask();
  }

  /** Takes in new nodes and edges. */
  grown() {
    this.sort();
    this.fit();
    this.refresh();
  }

  private ask() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  private draw() {
    const { clientWidth: width, clientHeight: height } = this.box;
    const { x, y, scale } = this.camera;
    const [fx, fy] = [(2 * scale) / width, (-2 * scale) / height];
    this.gpu.draw({ view: [fx, fy, -x * fx, -y * fy], grow: this.grow() * this.ratio, ground: this.look.ground });
    const focus = this.view.path !== null || this.view.picked >= 0;
    const most = this.rest && data.nodes.length > 800 ? 8 : focus ? 60 : Math.min(120, Math.round(24 * this.grow()));
    drawNames(this.names, this.ratio, this.spots(), most, this.look);
  }

  /** Nodes on the screen that may be named, the chosen one first, then the best connected. */
  private *spots(): Generator<Spot> {
    const first = [this.view.picked, this.view.over].filter((i) => i >= 0);
    let looked = 0;
    for (const node of [...first, ...this.best]) {
      if (looked > 1500) return;
      const strong = first.includes(node) && looked < first.length;
      looked++;
      if (this.view.off(node) || (!strong && (first.includes(node) || !this.lit(node)))) continue;
      const at = this.screen(node);
      if (at.x < -40 || at.y < 0 || at.x > this.box.clientWidth || at.y > this.box.clientHeight) continue;
      yield { node, x: at.x, y: at.y, r: this.radius(node) * this.grow(), strong };
    }
  }

  private screen(node: number): { x: number; y: number } {
    const [, , , , x = 0, y = 0] = data.nodes[node] ?? [];
    const { camera, box } = this;
    return { x: box.clientWidth / 2 + (x - camera.x) * camera.scale, y: box.clientHeight / 2 + (y - camera.y) * camera.scale };
  }

  /** Where a node stands on the screen. */
  placeOf(node: number): { x: number; y: number } | null {
    if (!data.nodes[node]) return null;
    const frame = this.box.getBoundingClientRect();
    const at = this.screen(node);
    return { x: frame.x + this.box.clientLeft + at.x, y: frame.y + this.box.clientTop + at.y };
  }

  /** The node at a place of the box, or -1. */
  at(x: number, y: number): number {
    let found = -1;
    let nearest = Infinity;
    const grow = this.grow();
    data.nodes.forEach((_, i) => {
      const spot = this.screen(i);
      const far = Math.hypot(spot.x - x, spot.y - y) - this.radius(i) * grow;
      // The lit one wins where two lie over each other; a little beside still counts.
      if (far < 4 && far < nearest && !this.view.off(i) && (this.lit(i) || found < 0)) [found, nearest] = [i, far];
    });
    return found;
  }

  pan(dx: number, dy: number) {
    this.camera.x -= dx / this.camera.scale;
    this.camera.y -= dy / this.camera.scale;
    this.moves();
  }

  /** Nearer or farther, with the place under the pointer staying where it is. */
  zoom(by: number, x = this.box.clientWidth / 2, y = this.box.clientHeight / 2) {
    const scale = Math.min(this.whole.scale * 60, Math.max(this.whole.scale / 3, this.camera.scale * by));
    const [dx, dy] = [x - this.box.clientWidth / 2, y - this.box.clientHeight / 2];
    this.camera.x += dx / this.camera.scale - dx / scale;
    this.camera.y += dy / this.camera.scale - dy / scale;
    this.camera.scale = scale;
    this.moves();
  }

  private moves() {
    clearTimeout(this.rest);
    this.rest = window.setTimeout(() => {
      this.rest = 0;
      this.ask();
    }, 180);
    this.ask();
  }

  centre(node: number) {
    const [, , , , x = 0, y = 0] = data.nodes[node] ?? [];
    this.camera = { x, y, scale: Math.max(this.camera.scale, this.whole.scale * 2.5) };
    this.ask();
  }

  theme() {
    this.look = palette();
    this.refresh();
  }
}
