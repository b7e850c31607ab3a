// Things that leave the page: copies and files. Values are defanged unless the reader asks for raw ones.
import { $$, island, make, say } from "./dom";

export async function copy(text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Files opened from disk have no clipboard permission in some browsers.
    const area = make("textarea");
    area.value = text;
    area.className = "vh";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(`Copied ${what}`);
}

export function save(name: string, type: string, data: BlobPart) {
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([data], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  say(`Saved ${name}`);
}

/** A file name from the title and the marking. */
export function fileName(what: string, extension: string): string {
  const title = island.title.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).toLowerCase();
  const tlp = island.tlp.replace(/[^A-Z]+/g, "-").toLowerCase();
  return `${title || "report"}-${what}-${tlp}.${extension}`;
}

/** One row of CSV (RFC 4180). A cell that a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvRow(cells: string[]): string {
  return cells.map((c) => `"${(/^[=+\-@\t\r]/.test(c) ? "'" + c : c).replaceAll('"', '""')}"`).join(",") + "\r\n";
}

export function claimsCsv(): string {
  const text = (e: Element | null | undefined) => (e?.textContent ?? "").trim().replace(/\s+/g, " ");
  let out = csvRow(["marking", "kind", "claim", "how known", "confidence", "first quote"]);
  for (const c of $$("#claims li.cl")) {
    out += csvRow([
      island.tlp, c.dataset.k ?? "", text(c.querySelector("h3")), text(c.querySelector(".pv")),
      (Number(c.dataset.s) / 100).toFixed(2), text(c.querySelector(".q")),
    ]);
  }
  return out;
}
