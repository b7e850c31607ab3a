// Bundles the islands into dist/, which is committed: building Bartizan needs no Node. With --check, fails when
// dist/ is not what the sources give.
import { build } from "esbuild";
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const inputs = {
  report: "report.ts", boot: "boot.ts", style: "report.css",
  // The server's pages.
  start: "start.ts", workbench: "workbench.ts", review: "review.ts", explorer: "explorer.ts", passkey: "passkey.ts", "workbench-style": "workbench.css",
};
const result = await build({
  entryPoints: Object.fromEntries(Object.entries(inputs).map(([name, file]) => [name, join(here, "src", file)])),
  bundle: true,
  minify: true,
  write: false,
  outdir: join(here, "dist"),
  format: "iife",
  target: ["chrome123", "firefox121", "safari17.5"],
  charset: "ascii",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
const renamed = { "style.css": "report.css", "workbench-style.css": "workbench.css" };
const check = process.argv.includes("--check");
let stale = 0;
await mkdir(join(here, "dist"), { recursive: true });
for (const file of result.outputFiles) {
  const made = file.path.split("/").pop();
  const name = renamed[made] ?? made;
  const target = join(here, "dist", name);
  // The text stands inside <script> and <style>: nothing in it may end them.
  const text = file.text.trimEnd().replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--") + "\n";
  if (check) {
    const there = await readFile(target, "utf8").catch(() => "");
    if (there !== text) {
      console.error(`ui/dist/${name} is stale: run "npm run build" in ui/ and commit it`);
      stale = 1;
    }
  } else {
    await writeFile(target, text);
    console.log(`ui/dist/${name} ${text.length} bytes`);
  }
}
process.exit(stale);
