// Lists by keys, and the facets of the library.
import { $, $$ } from "../elements";

/** Puts the focus on the next or previous link of the page's list. */
export function stepRow(by: number): boolean {
  const links = $$<HTMLElement>("[data-list] h3 a, [data-list] tr th a, [data-list] tr td:first-child a, [data-list] > li[tabindex]");
  if (!links.length) return false;
  const now = links.indexOf(document.activeElement as HTMLElement);
  const next = links[now < 0 ? 0 : Math.min(links.length - 1, Math.max(0, now + by))];
  next?.focus();
  return true;
}

export function startLists() {
  const facets = $<HTMLDetailsElement>("#facets");
  if (!facets) return;
  // On a phone the results come first.
  if (innerWidth < 861) facets.open = false;
  facets.addEventListener("change", () => $<HTMLFormElement>("#find")?.requestSubmit());
}
