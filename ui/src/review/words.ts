// The text and its offsets: code points on the wire, nodes in the page. Every block says where it begins (`data-o`);
// inside, an element with `data-n` stands for the one character of that number, whatever it shows.
import { $, $$, make } from "../elements";

export type Mark = { start: number; end: number; key: string; state: string; dangerous: boolean };

export const source = $("#source");
// Links of marks are for readers without scripts. Here a click is enough, and a link is in the way of selecting its words.
for (const link of source ? $$("mark a", source) : []) link.replaceWith(...link.childNodes);
const blocks = source ? $$("[data-o]", source) : [];
const starts = blocks.map((b) => Number(b.dataset.o));
const lengths = blocks.map((b) => size(b));

/** Code points a node stands for. */
function size(node: Node): number {
  if (node instanceof Text) {
    let n = 0;
    for (const _ of node.data) n++;
    return n;
  }
  if (node instanceof HTMLElement && node.dataset.n) return 1;
  let n = 0;
  for (const child of node.childNodes) n += size(child);
  return n;
}

/** UTF-16 units of the first `n` code points. */
function units(text: string, n: number): number {
  let at = 0;
  for (const c of text) {
    if (n-- <= 0) break;
    at += c.length;
  }
  return at;
}

/** The offset of a place in the page, or null outside the text. */
export function offsetOf(node: Node, offset: number): number | null {
  const element = node instanceof Element ? node : node.parentElement;
  const block = element?.closest<HTMLElement>("[data-o]");
  if (!block || !source?.contains(block)) return null;
  const range = document.createRange();
  range.setStart(block, 0);
  range.setEnd(node, offset);
  // Named characters count as one even when the selection ends inside their name.
  return Number(block.dataset.o) + size(range.cloneContents());
}

/** The selected words as offsets, without white space around them. */
export function selected(): { start: number; end: number; words: string } | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!source?.contains(range.commonAncestorContainer)) return null;
  let start = offsetOf(range.startContainer, range.startOffset);
  let end = offsetOf(range.endContainer, range.endOffset);
  const words = range.toString();
  // A triple click ends at the beginning of the next block: the words then end where theirs does.
  const block = (range.startContainer instanceof Element ? range.startContainer : range.startContainer.parentElement)?.closest<HTMLElement>("[data-o]");
  if (start === null || !block) return null;
  const last = Number(block.dataset.o) + size(block);
  end = end === null ? last : Math.min(end, last);
  start += [...words].length - [...words.trimStart()].length;
  const cut = [...words].length - [...words.trimEnd()].length;
  if (end < last) end -= cut;
  return end > start ? { start, end, words: words.trim() } : null;
}

/** The block of an offset and the place in it. The block must be flat: text and small elements only. */
function place(block: HTMLElement, offset: number): [Node, number] {
  let left = offset;
  for (const child of block.childNodes) {
    const n = size(child);
    if (left < n || (left === n && !child.nextSibling)) {
      if (child instanceof Text) return [child, units(child.data, left)];
      return [block, Array.prototype.indexOf.call(block.childNodes, child) + (left > 0 ? 1 : 0)];
    }
    left -= n;
  }
  return [block, block.childNodes.length];
}

function flatten(block: HTMLElement) {
  for (const wrap of $$("mark", block)) wrap.replaceWith(...wrap.childNodes);
  block.normalize();
}

function lookOf(states: string[]): string {
  if (states.includes("open")) return "open";
  return states.some((s) => s !== "rejected") ? "yes" : "no";
}

/** Draws the marks of the blocks that `changed` touches anew. */
export function remark(changed: { start: number; end: number }[], marks: Mark[]) {
  blocks.forEach((block, i) => {
    const from = starts[i] ?? 0;
    const to = from + (lengths[i] ?? 0);
    if (!changed.some((c) => c.start < to && c.end > from)) return;
    flatten(block);
    const here = marks.filter((m) => m.start < to && m.end > from);
    const cuts = [...new Set(here.flatMap((m) => [Math.max(m.start, from), Math.min(m.end, to)]))].sort((a, b) => b - a);
    // From the end, so that what lies before keeps its place.
    for (let c = 0; c + 1 < cuts.length; c++) {
      const [end, start] = [cuts[c] ?? 0, cuts[c + 1] ?? 0];
      const over = here.filter((m) => m.start <= start && m.end >= end);
      if (!over.length) continue;
      const range = document.createRange();
      range.setStart(...place(block, start - from));
      range.setEnd(...place(block, end - from));
      // Blanks between two lines of a mark are nothing to follow.
      if (!range.toString().trim()) continue;
      const mark = make("mark", "", lookOf(over.map((m) => m.state)));
      mark.dataset.c = [...new Set(over.map((m) => m.key))].join(" ");
      mark.id = `m${start}`;
      mark.append(range.extractContents());
      if (over.some((m) => m.dangerous)) bracket(mark);
      range.insertNode(mark);
    }
  });
}

/** The dots of an address are drawn in brackets; the characters stay. */
function bracket(mark: HTMLElement) {
  for (const text of [...mark.childNodes]) {
    if (!(text instanceof Text) || !text.data.includes(".")) continue;
    const parts = text.data.split(/(?<![[({\\])\./);
    text.replaceWith(...parts.flatMap((part, i) => (i ? [make("i", "."), new Text(part)] : [new Text(part)])));
  }
}

function rangeOf(start: number, end: number): Range | null {
  const range = document.createRange();
  const of = (offset: number, isEnd: boolean): [Node, number] | null => {
    const i = starts.findLastIndex((s) => (isEnd ? s < offset : s <= offset));
    const block = blocks[i];
    return block ? deep(block, offset - (starts[i] ?? 0)) : null;
  };
  const a = of(start, false);
  const b = of(end, true);
  if (!a || !b) return null;
  range.setStart(...a);
  range.setEnd(...b);
  return range;
}

/** Selects the words between two offsets. */
export function select(start: number, end: number) {
  const range = rangeOf(start, end);
  if (!range) return;
  getSelection()?.removeAllRanges();
  getSelection()?.addRange(range);
}

/** As `place`, in a block with marks. */
function deep(node: Node, offset: number): [Node, number] {
  if (node instanceof Text) return [node, units(node.data, offset)];
  let left = offset;
  for (const child of node.childNodes) {
    const n = size(child);
    if (left <= n && n > 0) {
      if (child instanceof HTMLElement && child.dataset.n) return [node, Array.prototype.indexOf.call(node.childNodes, child) + (left ? 1 : 0)];
      return deep(child, left);
    }
    left -= n;
  }
  return [node, node.childNodes.length];
}

/** The exact words between two offsets. */
export function wordsOf(start: number, end: number): string {
  const words = quote(start, end);
  for (const named of $$("[data-n]", words)) named.replaceWith(String.fromCodePoint(Number(named.dataset.n)));
  return words.textContent ?? "";
}

/** The words between two offsets as the text draws them, without marks. */
export function quote(start: number, end: number): DocumentFragment {
  const range = rangeOf(start, end);
  const words = range?.cloneContents() ?? new DocumentFragment();
  for (const wrap of $$("mark, [data-o]", words)) wrap.replaceWith(...wrap.childNodes);
  return words;
}
