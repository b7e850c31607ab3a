// Follows a job while its page is open.
import { $, $$ } from "../elements";

type Progress = {
  state: string; stage: string; stages: [name: string, over: boolean][]; done: number; whole: number; rate: string;
  seconds_left: number | null; before: number | null; attempts: number; href: string | null;
};

const STATES: Record<string, string> = { waiting: "Waiting", running: "At work", done: "Done", failed: "Failed", cancelled: "Cancelled" };

function left(seconds: number): string {
  if (seconds < 5) return "a moment left";
  if (seconds < 90) return `about ${seconds} s left`;
  return seconds < 5400 ? `about ${Math.ceil(seconds / 60)} min left` : `about ${Math.ceil(seconds / 3600)} h left`;
}

function show(p: Progress) {
  const put = (selector: string, text: string) => {
    const element = $(selector);
    // Screen readers say what changes; the same words again are no change.
    if (element && element.textContent !== text) element.textContent = text;
  };
  put("#job-state", STATES[p.state] ?? p.state);
  put("#job-stage", p.stage || (STATES[p.state] ?? p.state));
  const bar = $<HTMLProgressElement>("#job-bar");
  if (bar && p.whole > 0) {
    bar.max = p.whole;
    bar.value = p.done;
  } else bar?.removeAttribute("value");
  const parts: string[] = [];
  if (p.whole > 0) parts.push(`${p.done.toLocaleString("en")} of ${p.whole.toLocaleString("en")}`);
  if (p.rate) parts.push(p.rate);
  if (p.seconds_left !== null) parts.push(left(p.seconds_left));
  if (p.before !== null) parts.push(p.before ? `${p.before} before it` : "next in the queue");
  if (p.attempts > 1) parts.push(`attempt ${p.attempts}`);
  put("#job-detail", parts.join(" · "));
  $$("#job-stages li").forEach((item, i) => {
    const [name, over] = p.stages[i] ?? ["", false];
    item.className = over ? "over" : "";
    if (name === p.stage && !over) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}

export function startJob() {
  const job = $("#job");
  if (!job || job.dataset.over === "true") return;
  let wait = 1000;
  const ask = async () => {
    try {
      const answer = await fetch(job.dataset.poll ?? "", { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const progress = (await answer.json()) as Progress;
      wait = 1000;
      show(progress);
      // The finished page says what comes next; it is the server's to write.
      if (["done", "failed", "cancelled"].includes(progress.state)) return location.reload();
    } catch {
      wait = Math.min(wait * 2, 15000);
      const detail = $("#job-detail");
      if (detail) detail.textContent = "The server does not answer; the work goes on there. Asking again.";
    }
    setTimeout(() => void ask(), wait);
  };
  setTimeout(() => void ask(), wait);
}
