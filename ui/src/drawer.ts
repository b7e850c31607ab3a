// Details at the side: the claim of a cell, a value met in the text.
import { $, claimCopy } from "./dom";

let from: HTMLElement | null = null;

export function openDrawer(key: string) {
  const drawer = $("#drawer");
  const body = $("#drawer-body");
  const copy = claimCopy(key);
  if (!drawer || !body || !copy) return;
  from = document.activeElement as HTMLElement | null;
  const all = document.createElement("a");
  all.href = `#c-${key}`;
  all.className = "pl";
  all.textContent = key.startsWith("o") ? "Show in the table of observables" : "Show beside the text";
  body.replaceChildren(copy, all);
  drawer.hidden = false;
  $("button", drawer)?.focus();
}

export function closeDrawer(): boolean {
  const drawer = $("#drawer");
  if (!drawer || drawer.hidden) return false;
  drawer.hidden = true;
  from?.focus();
  return true;
}
