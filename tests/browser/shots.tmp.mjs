import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";
const [out, ...files] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const f of files) {
  const name = f.split("/").pop().replace(/\.html$/, "");
  for (const [w, scheme] of [[1366, "light"], [390, "dark"]]) {
    const c = await b.newContext({ viewport: { width: w, height: 900 }, colorScheme: scheme });
    const p = await c.newPage();
    await p.goto(pathToFileURL(f).href + "#/flow");
    await p.waitForSelector("html[data-ready]");
    if (await p.locator("#flow .flowpic:visible").count()) {
      await p.locator("#flow .tw").first().screenshot({ path: `${out}/${name}-${w}.png` });
    }
    if (w === 1366) {
      for (const format of ["A4", "Letter"]) await p.pdf({ path: `${out}/${name}-${format}.pdf`, format, preferCSSPageSize: false });
    }
    await c.close();
  }
}
await b.close();
