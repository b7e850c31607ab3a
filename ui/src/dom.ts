import { $, $$, make } from "./elements";
export { $, $$, make, say } from "./elements";

export type Island = {
  title: string;
  tlp: string;
  values: string[];
  patterns: Record<string, string>;
  graph: {
    nodes: [key: string, shape: string, label: string, degree: number, x: number, y: number][];
    edges: [source: number, target: number, kind: number, tie: number, claim: string | null][];
    kinds: string[];
  };
};

export const island: Island = JSON.parse($("#island")?.textContent ?? "null") ?? {
  title: "", tlp: "", values: [], patterns: {}, graph: { nodes: [], edges: [], kinds: [] },
};

/** The claim's element, without ids, for a side panel. */
export function claimCopy(key: string): HTMLElement | null {
  const claim = document.getElementById(`c-${key}`);
  if (!claim) return null;
  const copy = make("div", "", "cl");
  copy.dataset.ref = key;
  if (claim.matches("tr")) {
    const [kind, value, verdict, sure, places] = Array.from(claim.children);
    const head = make("p", kind?.textContent ?? "", "mu");
    const code = make("p", "", "val");
    code.append(...Array.from(value?.childNodes ?? []).map((n) => n.cloneNode(true)));
    const why = make("p");
    why.append(...Array.from(verdict?.childNodes ?? []).map((n) => n.cloneNode(true)), " · ", sure?.textContent ?? "");
    const where = make("p", "In the text: ");
    where.append(...Array.from(places?.childNodes ?? []).map((n) => n.cloneNode(true)));
    copy.append(head, code, why, where);
  } else {
    copy.append(...Array.from(claim.childNodes).map((n) => n.cloneNode(true)));
    for (const inner of $$("details", copy)) (inner as HTMLDetailsElement).open = true;
  }
  return copy;
}
