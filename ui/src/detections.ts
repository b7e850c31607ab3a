// Rules: filter, the form they are shown in, copying. One choice of form holds for all rules, as an analyst has one
// platform.
import { $, $$, make, say } from "./dom";
import { copy } from "./save";
import { go, state, watch } from "./state";

type Rule = { li: HTMLElement; hay: string };
let rules: Rule[] = [];

function filter() {
  const words = state.dq.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { li, hay } of rules) {
    const fits = (!state.dl || li.dataset.l === state.dl) && (!state.dk || li.dataset.k === state.dk) && words.every((w) => hay.includes(w));
    if (li.hidden === fits) li.hidden = !fits;
    if (fits) count++;
  }
  const out = $("#dcount");
  if (out) out.textContent = count === rules.length ? "" : `${count} of ${rules.length} rules`;
}

/** The part of a rule that shows a form; the Sigma rule where there is none of that name. */
const part = (li: HTMLElement, form: string) =>
  $$<HTMLDetailsElement>("details[data-f]", li).find((d) => d.dataset.f === form) ?? $<HTMLDetailsElement>("details[data-f]", li);

function showForm() {
  for (const { li } of rules) {
    const shown = part(li, state.dp || "sigma");
    for (const d of $$<HTMLDetailsElement>("details[data-f]", li)) d.open = d === shown;
    const sigma = shown?.dataset.f === "sigma" && $("pre", shown);
    // A listing that was hidden has lost its place.
    if (sigma) begin.observe(sigma);
    const pick = $<HTMLSelectElement>(".rbar select", li);
    if (pick) pick.value = shown?.dataset.f ?? "sigma";
    const button = $<HTMLButtonElement>("[data-act=copy-rule]", li);
    if (button) button.disabled = !shown?.querySelector("pre[data-exact]");
  }
}

export function copyRule(li: HTMLElement | null | undefined) {
  const pick = li && $<HTMLSelectElement>(".rbar select", li);
  const text = li && part(li, pick?.value ?? "sigma")?.querySelector("pre[data-exact]")?.textContent;
  if (text) void copy(`${text}\n`, `${pick?.value === "sigma" ? "the rule" : "the query"}, with live values`);
  else if (li) say("Nothing to copy in this form");
}

export function stepRule(by: number) {
  const shown = rules.filter((r) => !r.li.hidden);
  const now = shown.findIndex((r) => r.li.id === `c-${state.sel}`);
  const next = shown[Math.min(shown.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  if (next) go({ sel: next.li.id.slice(2) }, false);
}

function select() {
  for (const { li } of rules) {
    if (li.id !== `c-${state.sel}`) li.removeAttribute("aria-current");
    else {
      li.setAttribute("aria-current", "true");
      li.hidden = false;
      if (state.tab === "detections") li.scrollIntoView({ block: "start" });
    }
  }
}

/** The control over the forms of a rule: made here, for without scripts the forms unfold one by one. */
function bar(li: HTMLElement) {
  const box = make("div", "", "rbar");
  const pick = make("select");
  pick.setAttribute("aria-label", `Form of the rule ${$("h3", li)?.textContent}`);
  for (const form of $$("details[data-f]", li)) {
    const option = make("option", $("summary", form)?.textContent ?? "");
    option.value = form.dataset.f ?? "";
    pick.append(option);
  }
  const button = make("button", "Copy");
  button.type = "button";
  button.dataset.act = "copy-rule";
  box.append(pick, button);
  $(".rform", li)?.prepend(box);
}

/** What a rule says of itself stands beside it: its listing begins with where it looks. */
const begin = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const first = isIntersecting && $$("b", target).find((b) => b.textContent === "logsource");
      if (!first) continue;
      target.scrollTop += first.getBoundingClientRect().top - target.getBoundingClientRect().top - 20;
      begin.unobserve(target);
    }
  },
  { rootMargin: "200px" },
);

export function startDetections() {
  rules = $$("#rules > li").map((li) => ({ li, hay: `${li.querySelector(".rsay")?.textContent} ${li.querySelector("details[data-f=sigma]")?.textContent}`.toLowerCase() }));
  for (const { li } of rules) bar(li);
  const words = $<HTMLInputElement>("#dq");
  words?.addEventListener("input", () => go({ dq: words.value }, false));
  for (const chip of $$("[data-dl]")) chip.addEventListener("click", () => go({ dl: chip.dataset.dl ?? "", ...(chip.dataset.dl ? {} : { dk: "" }) }, false));
  for (const chip of $$("[data-dk]")) chip.addEventListener("click", () => go({ dk: chip.dataset.dk === state.dk ? "" : (chip.dataset.dk ?? "") }, false));
  $("#rules")?.addEventListener("change", (event) => {
    const pick = (event.target as Element).closest<HTMLSelectElement>(".rbar select");
    if (!pick) return;
    // Rules above get longer or shorter; the reader's stays where it is.
    const before = pick.getBoundingClientRect().top;
    go({ dp: pick.value === "sigma" ? "" : pick.value }, false);
    scrollBy({ top: pick.getBoundingClientRect().top - before, behavior: "instant" });
  });
  watch((changed) => {
    if (words && document.activeElement !== words) words.value = state.dq;
    for (const chip of $$("[data-dl]")) chip.setAttribute("aria-pressed", String(chip.dataset.dl === state.dl && (state.dl !== "" || !state.dk)));
    for (const chip of $$("[data-dk]")) chip.setAttribute("aria-pressed", String(chip.dataset.dk === state.dk));
    if (changed.has("dp")) showForm();
    if (["dq", "dl", "dk"].some((n) => changed.has(n as "dq"))) filter();
    if (changed.has("sel") || changed.has("tab")) select();
  });
  showForm();
  filter();
}
