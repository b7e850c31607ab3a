// The graph of the page: what it holds, who stands beside whom, the way between two.
import { $ } from "../elements";

export type WireNode = [key: string, shape: string, label: string, degree: number, x: number, y: number, href: string];
export type WireEdge = [source: number, target: number, kind: number, tie: number, reports: number];
export type Wire = { nodes: WireNode[]; edges: WireEdge[]; kinds: string[] };

export const data: Wire = JSON.parse($("#island")?.textContent ?? '{"nodes":[],"edges":[],"kinds":[]}');
/** Edges of each node, by index. */
export const edgesOf: number[][] = data.nodes.map(() => []);
data.edges.forEach(([a, b], i) => {
  edgesOf[a]?.push(i);
  edgesOf[b]?.push(i);
});
const byKey = new Map(data.nodes.map((n, i) => [n[0], i]));
const lower = data.nodes.map((n) => n[2].toLowerCase());

export const indexOf = (key: string) => byKey.get(key) ?? -1;
export const other = (edge: number, node: number) => {
  const [a, b] = data.edges[edge] ?? [node, node];
  return a === node ? b : a;
};

export function find(text: string): number {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return -1;
  const exact = lower.indexOf(wanted);
  return exact >= 0 ? exact : lower.findIndex((l) => l.includes(wanted));
}

/** Takes in what the server answered about a node; gives how many nodes are new. */
export function grow(part: Wire, around: number): { nodes: number[]; edges: number[] } {
  const [, , , , cx = 0, cy = 0] = data.nodes[around] ?? [];
  const fresh: number[] = [];
  const at = part.nodes.map((node, i) => {
    const known = indexOf(node[0]);
    if (known >= 0) return known;
    // Around the node it was asked for, on a spiral that never lines up.
    const turn = 2.399963 * (fresh.length + 1);
    const far = 0.02 + 0.006 * Math.sqrt(i);
    data.nodes.push([node[0], node[1], node[2], node[3], cx + far * Math.cos(turn), cy + far * Math.sin(turn), node[6]]);
    const index = data.nodes.length - 1;
    byKey.set(node[0], index);
    lower.push(node[2].toLowerCase());
    edgesOf.push([]);
    fresh.push(index);
    return index;
  });
  const edges: number[] = [];
  for (const [a, b, kind, tie, reports] of part.edges) {
    const [from, to] = [at[a], at[b]];
    if (from === undefined || to === undefined) continue;
    const words = part.kinds[kind] ?? "";
    if (edgesOf[from]?.some((e) => other(e, from) === to && data.kinds[data.edges[e]?.[2] ?? -1] === words)) continue;
    if (!data.kinds.includes(words)) data.kinds.push(words);
    data.edges.push([from, to, data.kinds.indexOf(words), tie, reports]);
    edges.push(data.edges.length - 1);
    edgesOf[from]?.push(data.edges.length - 1);
    edgesOf[to]?.push(data.edges.length - 1);
  }
  return { nodes: fresh, edges };
}

/** The shortest way between two nodes, breadth first over what is not hidden; empty if there is none. */
export function way(from: number, to: number, isOff: (node: number) => boolean, near: boolean): number[] {
  const before = new Map<number, number>([[from, -1]]);
  const queue = [from];
  for (let i = 0; i < queue.length && !before.has(to); i++) {
    const at = queue[i] ?? 0;
    for (const edge of edgesOf[at] ?? []) {
      const next = other(edge, at);
      if (before.has(next) || isOff(next) || (!near && data.edges[edge]?.[3] === 1)) continue;
      before.set(next, at);
      queue.push(next);
    }
  }
  const out: number[] = [];
  if (before.has(to)) for (let at = to; at >= 0; at = before.get(at) ?? -1) out.unshift(at);
  return out;
}
