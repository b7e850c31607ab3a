// Opens report.html of three documents, and one written to break it, in headless Chromium over file://. The pages
// are named by the environment variable BARTIZAN_PAGES (files, separated by `:`); scripts/browser-tests.sh makes them.
import { test, before, after, describe } from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync, existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const files = (process.env.BARTIZAN_PAGES ?? "").split(":").filter(Boolean);
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const software = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
let browser;

before(async () => {
  assert.ok(files.length >= 3, "BARTIZAN_PAGES names at least three pages; scripts/browser-tests.sh sets it");
  assert.ok(executablePath, "a Chromium is installed (Debian: apt-get install chromium)");
  browser = await chromium.launch({ executablePath, args: software });
});
after(() => browser?.close());

/** A page that keeps account of everything that must not happen. */
async function open(file, options = {}, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && !/GPU stall|GL Driver|WebGL/.test(m.text()) && faults.push(m.text()));
  page.on("pageerror", (e) => faults.push(e.message));
  page.on("dialog", (d) => (faults.push(`dialog: ${d.message()}`), d.dismiss()));
  page.on("request", (r) => {
    const url = r.url();
    if (!url.startsWith("blob:") && !url.startsWith("data:") && url.split("#")[0] !== pathToFileURL(file).href) faults.push(`request: ${url}`);
  });
  await page.goto(pathToFileURL(file).href + hash);
  if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]");
  return { page, context, faults };
}

/** Whether the middle of an element is on the screen and nothing clips it away. */
const inView = (locator) =>
  locator.evaluate((e) => {
    // The first line of it: the box around words that wrap begins with other words.
    const r = e.getClientRects()[0] ?? e.getBoundingClientRect();
    const hit = document.elementFromPoint(Math.min(r.x + 4, innerWidth - 1), r.y + Math.min(r.height / 2, 8));
    return r.top >= 0 && r.top < innerHeight && Boolean(hit && (e.contains(hit) || hit.contains(e)));
  });

/** A slow machine scrolls a frame or two later. */
const soonInView = async (locator) => {
  for (let i = 0; i < 30; i++) {
    if (await inView(locator)) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
};

const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

const tabs = ["evidence", "assessment", "attack", "observables", "detections", "entities", "graph", "flow", "timeline", "response", "mitigations", "diagnostics"];

for (const file of files) {
  describe(basename(dirname(file)) + "/" + basename(file), () => {
    test("opens without an error and without a request", async () => {
      const { page, context, faults } = await open(file);
      for (const tab of tabs) {
        await page.click(`.tabs a[data-tab=${tab}]`);
        assert.equal(await page.locator(".panel:visible").count(), 1);
        assert.equal(await page.locator(`#${tab}`).isVisible(), true);
      }
      await page.waitForTimeout(300);
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("a claim leads to its sentence, the sentence to its claim", async () => {
      const { page, context, faults } = await open(file);
      const claims = page.locator("#claims li.cl:visible");
      const count = await claims.count();
      if (count) {
        const last = claims.nth(count - 1);
        await last.scrollIntoViewIfNeeded();
        await last.locator("a.q").first().click();
        const key = (await last.getAttribute("id")).slice(2);
        const mark = page.locator(`#m${await page.getAttribute("#source", "data-at")}`);
        assert.match(await mark.getAttribute("class"), /\bon\b/);
        assert.ok((await mark.getAttribute("data-c")).split(" ").includes(key));
        assert.ok(await soonInView(mark), "the words are on the screen");
        assert.equal(await last.getAttribute("aria-current"), "true");
        await page.locator("#claims li.cl").first().evaluate((e) => e.closest("ol").scrollTo(0, 0));
        await mark.locator("a").click();
        const current = page.locator("#claims li.cl[aria-current=true], #drawer:visible");
        assert.ok((await current.count()) >= 1, "words lead to a claim");
        await page.goBack();
      } else {
        assert.ok(await page.locator("#evidence .empty").isVisible());
      }
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("prints one sheet on A4 and on Letter, with what a reader on the move needs", async () => {
      const { page, context, faults } = await open(file);
      for (const format of ["A4", "Letter"]) {
        const pdf = await page.pdf({ format });
        // Chromium writes the objects of pages uncompressed.
        const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
        assert.equal(pages.length, 1, `${format}: one page`);
      }
      await page.emulateMedia({ media: "print" });
      const sheet = page.locator(".sheetpage");
      const words = await sheet.innerText();
      for (const word of ["What it is", "Assessment", "Indicators", "Sources", "SHA-256", "Knowledge"]) assert.ok(words.includes(word), word);
      assert.equal(words.match(/TLP:/g)?.length, 2, "marked above and below");
      assert.equal(await page.locator(".tabs:visible, .panel:visible, .top:visible, button:visible").count(), 0);
      const [ink, paper, cut] = await sheet.evaluate((e) => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor, e.scrollWidth > e.clientWidth + 1]);
      assert.deepEqual([ink, paper, cut], ["rgb(0, 0, 0)", "rgb(255, 255, 255)", false]);
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("the print button is reached and pressed by keys", async () => {
      const { page, context, faults } = await open(file);
      await page.evaluate(() => (window.print = () => (document.body.dataset.printed = String(Number(document.body.dataset.printed ?? 0) + 1))));
      const button = page.locator("[data-act=print]");
      assert.ok(await button.isVisible());
      for (let i = 0; i < 20 && !(await button.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(await page.getAttribute("body", "data-printed"), "1");
      // Everything is printed on demand, and only then.
      await page.click("#export summary");
      await page.click("[data-act=print-all]");
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator(".sheetpage:visible").count(), 0);
      await page.evaluate(() => dispatchEvent(new Event("afterprint")));
      assert.equal(await page.locator(".sheetpage:visible").count(), 1);
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("the picture of the flow fits a desk and a phone, and every box leads to its words", async () => {
      for (const width of [1366, 390]) {
        const { page, context, faults } = await open(file, { viewport: { width, height: 800 } }, "#/flow");
        const pictures = page.locator("#flow .flowpic:visible");
        if (await page.locator("#flow .flowpic").count()) {
          assert.equal(await pictures.count(), 1, "one picture for each width");
          const boxes = pictures.locator("a");
          assert.equal(await boxes.count(), await page.locator("#flow ol.rules > li").count());
          const outside = await pictures.evaluate((svg) => {
            const fits = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
            const names = [...svg.querySelectorAll("a")];
            return names.flatMap((a) => [...a.querySelectorAll("text")].filter((t) => !fits(t.getBoundingClientRect(), a.querySelector("rect").getBoundingClientRect())).map((t) => t.textContent));
          });
          assert.deepEqual(outside, [], "names stay in their boxes");
          await boxes.last().focus();
          await page.keyboard.press("Enter");
        }
        assert.ok((await sideways(page)) <= 0, "the page does not scroll sideways");
        assert.deepEqual(faults, []);
        await context.close();
      }
    });

    test("the graph answers a click", async () => {
      const { page, context, faults } = await open(file, {}, "#/graph");
      if (await page.locator("#gbox").count()) {
        await page.waitForSelector("#gbox[data-drawn]");
        assert.equal(await page.getAttribute("#gbox", "data-drawn"), "webgl");
        await page.waitForTimeout(300);
        const wanted = await page.evaluate(() => JSON.parse(document.getElementById("island").textContent).graph.nodes[0].slice(0, 3));
        await page.locator("#gbox").evaluate((e) => e.scrollIntoView({ block: "center" }));
        const at = await page.evaluate((key) => document.getElementById("gbox").placeOf(key), wanted[0]);
        await page.mouse.click(at.x, at.y);
        await page.waitForFunction((key) => document.getElementById("gside").dataset.node === key, wanted[0]);
        assert.equal(await page.locator("#gside h3").first().textContent(), wanted[2]);
        assert.match(page.url(), new RegExp(`sel=${wanted[0]}`));
        if (await page.locator("#gside a.q").count()) {
          await page.locator("#gside a.q").first().click();
          assert.ok(await soonInView(page.locator(`#m${await page.getAttribute("#source", "data-at")}`)), "evidence of a node is one click away");
        }
      }
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("observables are filtered, counted and kept in the address", async () => {
      const { page, context, faults } = await open(file, {}, "#/observables");
      const rows = page.locator("#otable tbody tr:visible");
      const all = await rows.count();
      if (all) {
        const value = await rows.first().locator("code").textContent();
        await page.fill("#oq", value.slice(0, 40));
        const fewer = await rows.count();
        assert.ok(fewer >= 1 && fewer <= all);
        for (const text of await rows.locator("td.val").allTextContents()) assert.ok(text);
        assert.match(await page.textContent("#ocount"), /value/);
        assert.match(page.url(), /oq=/);
        await page.reload();
        assert.equal(await page.inputValue("#oq"), value.slice(0, 40));
        await page.fill("#oq", "no value is written like this");
        assert.equal(await rows.count(), 0);
        assert.equal(await page.locator("#otable td.val a").count(), 0, "values are never links");
      }
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("a rule shows its form, is copied as it is, and leads to its words", async () => {
      const { page, context, faults } = await open(file, { permissions: ["clipboard-read", "clipboard-write"] }, "#/detections");
      const rules = page.locator("#rules > li");
      const count = await rules.count();
      if (count) {
        const rule = rules.first();
        const shown = rule.locator("details[data-f]:visible");
        assert.equal(await shown.count(), 1);
        assert.equal(await shown.getAttribute("data-f"), "sigma");
        const select = rule.locator(".rbar select");
        const forms = await select.locator("option").evaluateAll((all) => all.map((o) => o.value));
        assert.ok(forms.length > 1, "platforms to choose");
        await select.focus();
        await page.keyboard.press("ArrowDown");
        assert.equal(await shown.getAttribute("data-f"), forms[1], "the native control takes keys");
        for (const form of forms) {
          // One choice holds for all rules.
          await select.selectOption(form);
          assert.equal(await shown.getAttribute("data-f"), form);
          assert.equal(await rules.last().locator(".rbar select").inputValue(), form);
          const code = shown.locator("pre[data-exact]");
          const button = rule.locator("[data-act=copy-rule]");
          if (await code.count()) {
            await page.evaluate(() => (document.getElementById("toast").textContent = ""));
            await button.focus();
            await page.keyboard.press("Enter");
            await page.waitForFunction(() => document.getElementById("toast").textContent.startsWith("Copied"));
            const copied = await page.evaluate(() => navigator.clipboard.readText());
            assert.equal(copied, `${await code.textContent()}\n`);
            if (form === "sigma") assert.match(copied, /^title: /);
          } else {
            assert.equal(await button.isDisabled(), true);
            assert.ok((await shown.locator(".nq").innerText()).length > 5, "says why there is nothing to copy");
          }
        }
        assert.match(page.url(), new RegExp(`dp=${forms.at(-1)}`));
        await page.reload();
        assert.equal(await select.inputValue(), forms.at(-1), "the form is in the address");
        for (const words of await page.locator(".rule a.q").all()) assert.match(await words.getAttribute("href"), /^#m\d+$/);
        if (await rule.locator("a.q").count()) {
          await rule.locator("a.q").first().click();
          const mark = page.locator(`#m${await page.getAttribute("#source", "data-at")}`);
          assert.ok(await soonInView(mark), "the words are on the screen");
          assert.match(await mark.getAttribute("class"), /\bon\b/);
          await page.goBack();
          assert.ok(await rule.isVisible(), "back to the rule");
        }
      } else assert.ok(await page.locator("#detections .empty").first().isVisible());
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("rules are filtered by level, kind and words, and reached by keys", async () => {
      const { page, context, faults } = await open(file, {}, "#/detections");
      const rules = page.locator("#rules > li:visible");
      const count = await rules.count();
      if (count) {
        for (const chip of await page.locator("[data-dl]:not([data-dl=''])").all()) {
          const level = await chip.getAttribute("data-dl");
          await chip.click();
          const levels = await rules.evaluateAll((all) => all.map((r) => r.dataset.l));
          assert.ok(levels.length && levels.every((l) => l === level));
        }
        await page.click("[data-dl='']");
        assert.equal(await rules.count(), count);
        for (const chip of await page.locator("[data-dk]").all()) {
          const kind = await chip.getAttribute("data-dk");
          await chip.click();
          const kinds = await rules.evaluateAll((all) => all.map((r) => r.dataset.k));
          assert.ok(kinds.length && kinds.every((k) => k === kind));
          await chip.click();
        }
        assert.equal(await rules.count(), count);
        await page.keyboard.press("/");
        await page.keyboard.type("no rule says this");
        assert.equal(await rules.count(), 0);
        await page.keyboard.press("Escape");
        assert.equal(await rules.count(), count);
        await page.keyboard.press("j");
        if (count > 1) await page.keyboard.press("j");
        const current = page.locator("#rules > li[aria-current]");
        assert.equal(await current.count(), 1);
        assert.ok(await soonInView(current.locator("h3")));
        await page.keyboard.press("c");
        await page.waitForFunction(() => /^(Copied|Nothing)/.test(document.getElementById("toast").textContent));
        // Everything of a rule is on the way of the Tab key.
        const reach = await current.evaluate((rule) => {
          const all = [...rule.querySelectorAll("a[href], select, button:enabled, summary, pre")].filter((e) => e.checkVisibility());
          return all.map((e) => [e.tagName, e.tabIndex]);
        });
        assert.ok(reach.some(([tag]) => tag === "SELECT") && reach.some(([tag]) => tag === "PRE"));
        for (const [tag, index] of reach) assert.equal(index, 0, tag);
        await page.click("#detections a[href='#det-account']");
        assert.ok(await soonInView(page.locator("#det-account")));
        const rows = await page.locator("table.acc tbody tr").count();
        if (rows) {
          const covered = page.locator("table.acc a[href^='#c-g']");
          if (await covered.count()) {
            await covered.first().click();
            assert.equal(await page.locator("#rules > li[aria-current]").getAttribute("id"), (await covered.first().getAttribute("href")).slice(1));
          }
        }
      }
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("keys do everything", async () => {
      const { page, context, faults } = await open(file);
      await page.keyboard.press("?");
      assert.equal(await page.locator("#help").evaluate((d) => d.open), true);
      await page.keyboard.press("Escape");
      const claims = await page.locator("#claims li.cl").count();
      if (claims > 1) {
        const current = () => page.locator("#claims li[aria-current]").getAttribute("id");
        await page.keyboard.press("j");
        const first = await current();
        await page.keyboard.press("j");
        const second = await current();
        assert.notEqual(first, second);
        await page.keyboard.press("k");
        assert.equal(await current(), first);
        await page.keyboard.press("Enter");
        assert.ok(await soonInView(page.locator(`#m${await page.getAttribute("#source", "data-at")}`)));
      }
      await page.keyboard.press(String(tabs.indexOf("observables") + 1));
      assert.equal(await page.locator("#observables").isVisible(), true);
      await page.keyboard.press("t");
      assert.equal(await page.getAttribute("html", "data-theme"), "light");
      assert.deepEqual(faults, []);
      await context.close();
    });

    for (const colorScheme of ["light", "dark"]) {
      test(`390 pixels, ${colorScheme}: nothing scrolls sideways`, async () => {
        const { page, context, faults } = await open(file, { viewport: { width: 390, height: 844 }, colorScheme });
        for (const tab of tabs) {
          await page.click(`.tabs a[data-tab=${tab}]`);
          assert.ok((await sideways(page)) <= 0, `${tab} is ${await sideways(page)} pixels too wide`);
        }
        const dark = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
        assert.equal(dark === "rgb(255, 255, 255)", colorScheme === "light");
        assert.deepEqual(faults, []);
        await context.close();
      });

      test(`accessible, ${colorScheme} (axe-core, WCAG 2.2 A and AA)`, async () => {
        const { page, context } = await open(file, { colorScheme, bypassCSP: true });
        for (const tab of tabs) {
          await page.click(`.tabs a[data-tab=${tab}]`);
          await page.evaluate(axe);
          const found = await page.evaluate(() =>
            // Links on marked words stand in sentences; WCAG 2.2, 2.5.8 excepts targets in a line of text from its size.
            globalThis.axe.run({ exclude: [".gbox canvas"] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], rules: { "target-size": { enabled: false } } }).then((r) =>
              r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(" | ")}`),
            ),
          );
          assert.deepEqual(found, [], tab);
        }
        await context.close();
      });
    }

    test("without scripts all text and tables are there", async () => {
      const { page, context, faults } = await open(file, { javaScriptEnabled: false });
      for (const tab of tabs) assert.equal(await page.locator(`#${tab}`).isVisible(), true, tab);
      assert.ok((await page.locator("#source").innerText()).length > 20);
      const rules = await page.locator("#rules > li").count();
      assert.equal(await page.locator("#rules details[data-f=sigma] pre:visible").count(), rules, "every rule can be read");
      if (rules) {
        const query = page.locator("#rules > li").first().locator("details[data-f]").nth(1);
        await query.locator("summary").click();
        assert.ok((await query.innerText()).trim().includes("\n"), "a query unfolds without scripts");
      }
      assert.equal(await page.locator(".js-only:visible").count(), 0, "nothing is offered that cannot work");
      assert.deepEqual(faults, []);
      await context.close();
    });

    test("prints everything with its marking, if that is asked for", async () => {
      const { page, context, faults } = await open(file);
      await page.evaluate(() => (document.documentElement.dataset.print = "all"));
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator(".top .acts > .tlp").isVisible(), true);
      assert.equal(await page.locator(".lead").isVisible(), true);
      assert.equal(await page.locator(".tabs").isVisible(), false);
      assert.equal(await page.locator("#source").isVisible(), false);
      assert.deepEqual(faults, []);
      await context.close();
    });
  });
}

test("the graph falls back to a still picture without WebGL", async () => {
  const other = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-3d-apis"] });
  const page = await other.newPage({ viewport: { width: 1366, height: 768 } });
  const faults = [];
  page.on("pageerror", (e) => faults.push(e.message));
  await page.goto(pathToFileURL(files[0]).href + "#/graph");
  await page.waitForSelector("#gbox[data-drawn=svg]");
  await page.locator(".gs a[data-n='0'] use").click();
  await page.waitForSelector("#gside h3");
  assert.deepEqual(faults, []);
  await other.close();
});

test("pictures and tables can be saved, with the marking in the name and inside", async () => {
  const { page, context, faults } = await open(files[0], {}, "#/graph");
  await page.waitForSelector("#gbox[data-drawn]");
  for (const [act, kind] of [["svg", "svg"], ["png", "png"]]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#graph button[data-act=${act}]`)]);
    assert.match(download.suggestedFilename(), new RegExp(`tlp-[a-z-]+\\.${kind}$`));
    const bytes = readFileSync(await download.path());
    if (kind === "svg") assert.match(bytes.toString("utf8"), /TLP:/);
    else assert.deepEqual([...bytes.subarray(1, 4)], [0x50, 0x4e, 0x47]);
  }
  await page.click(".tabs a[data-tab=observables]");
  await page.selectOption("#oform", "csv");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-act=download-column]")]);
  const text = readFileSync(await download.path(), "utf8");
  assert.match(text, /^"marking","type"/);
  for (const row of text.split("\r\n")) assert.doesNotMatch(row, /(^|,)"[=+@]/, "a cell a spreadsheet would run");
  assert.deepEqual(faults, []);
  await context.close();
});
