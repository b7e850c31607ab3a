// What every page of the server has: theme, keys, menus, and small comforts. Text, forms and links work without it.
import { $, $$, say } from "./elements";
import { startJob } from "./workbench/job";
import { startLists, stepRow } from "./workbench/lists";

const root = document.documentElement;

function showTheme() {
  const name = $("#theme-name");
  if (name) name.textContent = root.dataset.theme ?? "auto";
  dispatchEvent(new Event("themechange"));
}

function theme() {
  const now = root.dataset.theme ?? "auto";
  const next = now === "auto" ? "light" : now === "light" ? "dark" : "auto";
  if (next === "auto") delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    localStorage.setItem("bartizan-theme", next);
  } catch {
    // Nothing is kept then; the page still changes.
  }
  showTheme();
}

async function copy(button: HTMLElement) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    say("Copied");
  } catch {
    say("The browser did not allow copying; select the text instead");
  }
}

const acts: Record<string, (button: HTMLElement) => void> = {
  theme,
  help: () => $<HTMLDialogElement>("#help")?.showModal(),
  copy: (button) => void copy(button),
  print: () => print(),
};

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  for (const menu of $$<HTMLDetailsElement>("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  const button = target.closest<HTMLElement>("button[data-act]");
  if (button) acts[button.dataset.act ?? ""]?.(button);
});

const places: Record<string, string> = { h: "/", s: "/submit", l: "/library", c: "/collections", r: "/rules", a: "/coverage", g: "/graph" };
let chord = 0;

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    const menu = $<HTMLDetailsElement>("details.menu[open]");
    if (menu) {
      menu.open = false;
      $("summary", menu)?.focus();
    } else if (target.matches("input, select, textarea")) target.blur();
    return;
  }
  if (target.matches("input, select, textarea") || $("dialog[open]")) return;
  if (chord && Date.now() - chord < 1500) {
    chord = 0;
    // Only what the navigation offers.
    const link = $$<HTMLAnchorElement>(".nav a").find((a) => a.getAttribute("href") === places[event.key]);
    if (link) {
      event.preventDefault();
      return link.click();
    }
  }
  chord = 0;
  if (event.key === "g") chord = Date.now();
  else if (event.key === "?") acts.help?.(target);
  else if (event.key === "/") $<HTMLInputElement>("[data-slash]")?.focus();
  else if (event.key === "j" || event.key === "k") {
    if (!stepRow(event.key === "j" ? 1 : -1)) return;
  } else return;
  event.preventDefault();
});

/** A file dropped anywhere on the page of submissions. */
function startDrop() {
  const field = $<HTMLInputElement>("#file");
  if (!field) return;
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("drop");
  });
  addEventListener("dragleave", () => document.body.classList.remove("drop"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("drop");
    if (!event.dataTransfer?.files.length) return;
    field.files = event.dataTransfer.files;
    const kind = $<HTMLInputElement>('[name="kind"][value="file"]');
    if (kind) kind.checked = true;
    say(`${event.dataTransfer.files[0]?.name ?? "The file"} is ready to submit`);
  });
}

/** The reader's own clock on top of UTC; where a moment decides something, visibly. */
function startTimes() {
  const own = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
  const zoned = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  for (const time of $$<HTMLTimeElement>("time.own[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime()) || at.getTimezoneOffset() === 0) continue;
    time.append(` (${zoned.format(at)})`);
    time.classList.remove("nw");
  }
  for (const time of $$<HTMLTimeElement>("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.title = `${own.format(at)}, your time; shown in UTC`;
  }
}

/** The part of the whole analysis that an address names: the frame is another origin's and does not see it. */
function startFrame() {
  const frame = $<HTMLIFrameElement>("#whole");
  if (frame && location.hash.length > 1) frame.src = frame.src.split("#")[0] + location.hash;
}

startJob();
startLists();
startFrame();
startDrop();
startTimes();
showTheme();
root.dataset.ready = "";
