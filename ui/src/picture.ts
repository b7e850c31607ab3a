// The graph as a file: SVG from the positions in the page, and PNG drawn from that SVG.
import { island } from "./dom";
import { fileName, save } from "./save";

const NS = "http://www.w3.org/2000/svg";
const LOOK = `
text{font:12px system-ui,sans-serif;fill:#18202c;paint-order:stroke;stroke:#fff;stroke-width:3px}
.h{font-size:16px;font-weight:600}.m{font-size:12px}
path{fill:none;stroke:#566173}.es{stroke-width:1.3}.ek{stroke-width:1;opacity:.7}.en{stroke-width:1;stroke-dasharray:2 4;opacity:.55}
.f-actor{fill:#d55e00;stroke:none}.f-malware{fill:#cc79a7;stroke:none}.f-technique{fill:#0072b2;stroke:none}.f-vulnerability{fill:#f0e442;stroke:#6b6400}
.f-indicator{fill:#009e73}.f-observable{fill:#56b4e9}.f-identity{fill:#8b95a3}
.o-actor{fill:#fff;stroke:#d55e00;stroke-width:2.6}.o-tool{fill:#fff;stroke:#e69f00;stroke-width:2.6}.o-mitigation{fill:#fff;stroke:#009e73;stroke-width:2.6}
.tlp{font-weight:700;stroke:none}`;
const MARKING: Record<string, string> = { RED: "#FF2B2B", AMBER: "#FFC000", GREEN: "#33FF00", CLEAR: "#FFFFFF" };

function element(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const e = document.createElementNS(NS, name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, String(v));
  if (text) e.textContent = text;
  return e;
}

/** The picture with its title and marking, for readers elsewhere. */
export function svgText(): string {
  const still = document.querySelector<SVGSVGElement>(".gs");
  const svg = element("svg", { xmlns: NS, viewBox: "0 -46 1200 862", width: 1200, height: 862 });
  const colour = Object.entries(MARKING).find(([name]) => island.tlp.includes(name))?.[1] ?? "#FFFFFF";
  svg.append(element("style", {}, `${LOOK}.tlp{fill:${colour}}`));
  const defs = element("defs", {});
  defs.append(...Array.from(document.querySelectorAll(".defs symbol")).map((s) => s.cloneNode(true)));
  svg.append(defs, element("rect", { x: 0, y: -46, width: 1200, height: 862, fill: "#fff" }));
  const title = island.title.length > 110 ? island.title.slice(0, 109) + "…" : island.title;
  svg.append(element("text", { x: 16, y: -20, class: "h" }, title));
  const width = island.tlp.length * 8.2 + 14;
  svg.append(element("rect", { x: 1184 - width, y: -38, width, height: 24, fill: "#000" }));
  svg.append(element("text", { x: 1184 - width / 2, y: -21, "text-anchor": "middle", class: "tlp" }, island.tlp));
  for (const part of Array.from(still?.children ?? [])) {
    if (part.tagName === "a") svg.append(...Array.from(part.children).map((c) => c.cloneNode(true)));
    else svg.append(part.cloneNode(true));
  }
  return new XMLSerializer().serializeToString(svg);
}

export function saveSvg() {
  save(fileName("graph", "svg"), "image/svg+xml", svgText());
}

export async function savePng() {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svgText()], { type: "image/svg+xml" }));
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2400;
  canvas.height = 1724;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob) save(fileName("graph", "png"), "image/png", blob);
}
