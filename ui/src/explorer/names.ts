// A few names over the picture, the best connected first, none over another.
import { data } from "./data";

export type Spot = { node: number; x: number; y: number; r: number; strong: boolean };

const FONT = "12px system-ui, -apple-system, Segoe UI, Roboto, sans-serif";
const widths = new Map<string, number>();
/** Names beyond this are cut; the panel has them whole. */
const LONGEST = 48;

export function drawNames(canvas: HTMLCanvasElement, ratio: number, spots: Iterable<Spot>, most: number, look: { fg: string; bg: string; said: string }) {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.width / ratio, canvas.height / ratio);
  context.lineJoin = "round";
  const taken: [number, number, number, number][] = [];
  let count = 0;
  for (const spot of spots) {
    if (count >= most) break;
    const full = data.nodes[spot.node]?.[2] ?? "";
    const label = full.length > LONGEST ? `${full.slice(0, LONGEST)}…` : full;
    if (!label) continue;
    context.font = spot.strong ? `600 ${FONT}` : FONT;
    const key = spot.strong + label;
    const width = widths.get(key) ?? context.measureText(label).width;
    widths.set(key, width);
    // Beside, beneath, before: the first place where no other name stands.
    const places: [number, number][] = [[spot.x + spot.r + 3, spot.y + 4], [spot.x - width / 2, spot.y + spot.r + 13], [spot.x - spot.r - 3 - width, spot.y + 4]];
    const free = places.find(([x, y]) => taken.every((t) => x > t[2] || x + width < t[0] || y - 11 > t[3] || y + 3 < t[1]));
    const [x, y] = free ?? (spot.strong ? (places[0] ?? [0, 0]) : [NaN, NaN]);
    if (Number.isNaN(x)) continue;
    taken.push([x, y - 11, x + width, y + 3]);
    count++;
    context.lineWidth = spot.strong ? 5 : 3;
    context.strokeStyle = look.bg;
    context.strokeText(label, x, y);
    context.fillStyle = look.fg;
    context.fillText(label, x, y);
    if (spot.strong) {
      context.beginPath();
      context.arc(spot.x, spot.y, spot.r + 4, 0, 2 * Math.PI);
      context.lineWidth = 2;
      context.strokeStyle = look.fg;
      context.stroke();
    }
  }
}
