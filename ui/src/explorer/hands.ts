// Mouse, fingers and keys over the picture.
import type { Picture } from "./draw";

export function takeHold(box: HTMLElement, picture: Picture, on: { pick: (node: number) => void; over: (node: number) => void }) {
  const down = new Map<number, { x: number; y: number }>();
  let moved = 0;
  let over = -1;
  const place = (event: MouseEvent) => {
    const frame = box.getBoundingClientRect();
    return { x: event.clientX - frame.x - box.clientLeft, y: event.clientY - frame.y - box.clientTop };
  };
  const apart = () => {
    const [a, b] = [...down.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  box.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    down.set(event.pointerId, place(event));
    moved = 0;
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    const at = place(event);
    const before = down.get(event.pointerId);
    if (!before) {
      const now = picture.at(at.x, at.y);
      box.classList.toggle("on-node", now >= 0);
      if (now !== over) on.over((over = now));
      return;
    }
    moved += Math.hypot(at.x - before.x, at.y - before.y);
    const was = apart();
    down.set(event.pointerId, at);
    if (down.size === 2 && was) picture.zoom(apart() / was, at.x, at.y);
    else if (down.size === 1) picture.pan(at.x - before.x, at.y - before.y);
  });
  const up = (event: PointerEvent) => {
    if (!down.delete(event.pointerId)) return;
    const at = place(event);
    if (event.type === "pointerup" && moved < 5 && !down.size) on.pick(picture.at(at.x, at.y));
  };
  box.addEventListener("pointerup", up);
  box.addEventListener("pointercancel", up);
  box.addEventListener("pointerleave", () => over >= 0 && on.over((over = -1)));
  box.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const at = place(event);
      picture.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), at.x, at.y);
    },
    { passive: false },
  );
  const step = 60;
  const keys: Record<string, () => void> = {
    "+": () => picture.zoom(1.4), "=": () => picture.zoom(1.4), "-": () => picture.zoom(1 / 1.4), "0": () => picture.home(),
    ArrowLeft: () => picture.pan(step, 0), ArrowRight: () => picture.pan(-step, 0), ArrowUp: () => picture.pan(0, step), ArrowDown: () => picture.pan(0, -step),
  };
  box.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    act();
    event.preventDefault();
  });
}
