// Bundles the islands into dist/, which is committed: building Bartizan needs no Node. With --check, fails when
// dist/ is not what the sources give.
import { build } from "esbuild";
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const result = await build({
  entryPoints: { report: join(here, "src/report.ts"), boot: join(here, "src/boot.ts"), style: join(here, "src/report.css") },
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
const names = { "report.js": "report.js", "boot.js": "boot.js", "style.css": "report.css" };
const check = process.argv.includes("--check");
let stale = 0;
await mkdir(join(here, "dist"), { recursive: true });
for (const file of result.outputFiles) {
  const name = names[file.path.split("/").pop()];
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
