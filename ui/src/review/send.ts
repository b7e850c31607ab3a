// Decisions on their way to the server. The page shows a decision at once and takes it back if it was not saved.
import { $, say } from "../elements";
import { wordsOf } from "./words";
import { claims, draw, drop, island, showTally, type Claim, type Tally } from "./claims";

type Answer = { claim: Claim | null; removed: string | null; tally: Tally; undo: string };

/** One after the other: undo must not overtake what it undoes. */
let line: Promise<unknown> = Promise.resolve();

async function post(url: string, body: object): Promise<Answer> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf ?? "" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => null)) as { detail?: string; error?: string; title?: string } | null;
    throw new Error(problem?.detail ?? problem?.error ?? problem?.title ?? `the server answered ${answer.status}`);
  }
  return (await answer.json()) as Answer;
}

function take(answer: Answer) {
  if (answer.removed) drop(answer.removed);
  if (answer.claim) draw(answer.claim);
  showTally(answer.tally);
  const last = $("#last");
  if (last) last.textContent = answer.undo;
  const button = $<HTMLButtonElement>("#undo button");
  if (button) button.disabled = !answer.undo;
}

function queue(work: () => Promise<Answer>, failed: () => void): Promise<Answer | null> {
  const next = line.then(async () => {
    try {
      const answer = await work();
      take(answer);
      return answer;
    } catch (error) {
      failed();
      say(`Not saved: ${error instanceof Error ? error.message : error}. Nothing else was lost.`);
      return null;
    }
  });
  line = next;
  return next;
}

export function decide(claim: Claim, act: "accept" | "reject" | "edit", more: object = {}) {
  const before = { ...claim };
  const state = { accept: "accepted", reject: "rejected", edit: "edited" }[act];
  draw({ ...claim, state, who: "you", at: "", reason: "" });
  document.getElementById(`c-${claim.key}`)?.setAttribute("data-busy", "");
  return queue(
    () => post(island.post, { act, claim: claim.claim, ...more }),
    () => draw(before),
  ).finally(() => document.getElementById(`c-${claim.key}`)?.removeAttribute("data-busy"));
}

export function add(kind: "technique" | "indicator", value: string, span: { start: number; end: number }) {
  return queue(() => post(island.post, { act: "add", kind, value, start: span.start, end: span.end, words: wordsOf(span.start, span.end) }), () => {});
}

export async function undo() {
  const answer = await queue(() => post(island.undo, {}), () => {});
  if (!answer) return null;
  say(answer.removed ? "Taken away again" : answer.claim ? "Open again" : "There is nothing to undo");
  return answer.claim && claims.has(answer.claim.key) ? answer.claim.key : null;
}
