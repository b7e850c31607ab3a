// A real server on an empty database, people who sign in, and looking at what they see. The program is named by BARTIZAN_PROGRAM.
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const program = process.env.BARTIZAN_PROGRAM ?? "";
const shots = process.env.BARTIZAN_SHOTS ?? "";
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
export const password = "correct horse battery staple";

/** Starts a server and a browser. */
export async function start(name) {
  assert.ok(existsSync(program), "BARTIZAN_PROGRAM names the program; scripts/browser-tests.sh sets it");
  const folder = mkdtempSync(join(tmpdir(), `bartizan-${name}-`));
  const database = join(folder, "node.db");
  const server = spawn(program, ["serve", "--json", "--database", database, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise((done, failed) => {
    let text = "";
    server.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("}")) done(JSON.parse(text));
    });
    server.on("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return new Node(folder, database, server, browser, said);
}

class Node {
  constructor(folder, database, server, browser, said) {
    Object.assign(this, { folder, database, server, browser, base: said.url, first: said.first });
  }

  /** Runs the program beside the server, on its database. */
  tool(...words) {
    const env = { ...process.env, BARTIZAN_DATABASE: this.database, BARTIZAN_PASSWORD: password };
    return JSON.parse(execFileSync(program, ["--json", ...words], { env }).toString());
  }

  /** The first administrator, of this organisation. */
  async administrator(organisation) {
    const person = await this.visitor();
    await person.page.goto(this.first);
    for (const [field, value] of [["name", "Ada Lovelace"], ["email", "ada@first.example"], ["organisation", organisation]]) {
      await person.page.fill(`#${field}`, value);
    }
    await person.page.fill("#password", password);
    await person.page.fill("#again", password);
    await person.page.click("main form button");
    await person.page.waitForURL(`${this.base}/`);
    return person;
  }

  /** Somebody new who has signed in. */
  async person(name, organisation, roles) {
    this.tool("user", "add", name, "--organisation", organisation, "--roles", roles);
    const person = await this.visitor();
    await person.page.goto(`${this.base}/sign-in`);
    await person.page.fill("#name", name);
    await person.page.fill("#password", password);
    await person.page.click("main form button");
    await person.page.waitForURL(`${this.base}/`);
    return person;
  }

  async visitor() {
    const context = await this.browser.newContext({ viewport: { width: 1366, height: 768 } });
    return new Person(this, await context.newPage());
  }

  async stop() {
    await this.browser.close();
    this.server.kill("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

class Person {
  constructor(node, page) {
    Object.assign(this, { node, page, faults: [] });
    const ours = (url) => url.startsWith(node.base) || /^(data|blob):/.test(url);
    page.on("console", (m) => m.type() === "error" && this.faults.push(m.text()));
    page.on("pageerror", (e) => this.faults.push(e.message));
    page.on("request", (r) => !ours(r.url()) && this.faults.push(`request: ${r.url()}`));
  }

  async go(path) {
    const answer = await this.page.goto(this.node.base + path);
    return answer.status();
  }

  text() {
    return this.page.textContent("main");
  }

  /** Fills a folded form (an `act`) and sends it; what the server says on the next page. */
  async act(id, fields) {
    const { page } = this;
    const form = page.locator(`details#${CSS_escape(id)}`);
    await form.locator("summary").first().click();
    for (const [name, value] of Object.entries(fields)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        const field = form.locator(`[name="${name}"]`);
        const boxes = form.locator(`input[type=checkbox][name="${name}"]`);
        const at = (await boxes.evaluateAll((all) => all.map((box) => box.value))).indexOf(one);
        if (at >= 0) await boxes.nth(at).check();
        else if ((await field.evaluate((f) => f.tagName)) === "SELECT") await field.selectOption(one);
        else await field.fill(one);
      }
    }
    await Promise.all([page.waitForNavigation(), form.locator("button.main").click()]);
    const flash = page.locator(".flash p");
    return (await flash.count()) > 0 ? flash.textContent() : this.text();
  }

  /** A picture if they are wanted; nothing serious by axe, nothing sideways at the width of a telephone. */
  async look(name) {
    const { page, node } = this;
    if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
    const bypass = await node.browser.newContext({ bypassCSP: true, storageState: await page.context().storageState(), viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    const again = await bypass.newPage();
    await again.goto(page.url());
    if (shots) await again.screenshot({ path: join(shots, `${name}-390.png`), fullPage: true });
    const wide = await again.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name} scrolls sideways by ${wide} px`);
    await again.evaluate(axe);
    const found = await again.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    await bypass.close();
    const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
    assert.deepEqual(serious.map((v) => `${name}: ${v.id} ${v.nodes[0].target}`), []);
  }
}

function CSS_escape(id) {
  return id.replace(/[^A-Za-z0-9_-]/g, (c) => `\\${c}`);
}
