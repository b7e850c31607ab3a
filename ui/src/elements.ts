// Finding and making elements; text never becomes markup.
export const $ = <T extends Element = HTMLElement>(selector: string, within: ParentNode = document) =>
  within.querySelector<T>(selector);
export const $$ = <T extends Element = HTMLElement>(selector: string, within: ParentNode = document) =>
  Array.from(within.querySelectorAll<T>(selector));

/** An element with text; text never becomes markup. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, text = "", className = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

let timer = 0;
/** Says something for a moment, also to screen readers. */
export function say(text: string) {
  const toast = $("#toast");
  if (!toast) return;
  toast.textContent = text;
  clearTimeout(timer);
  timer = window.setTimeout(() => (toast.textContent = ""), 3500);
}
