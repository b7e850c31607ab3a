// The journey of a report through a real server: first administrator, submission, progress, review by keys, publication, what
// another organisation sees over TAXII. The program is named by BARTIZAN_PROGRAM; scripts/browser-tests.sh sets it.
import { test, before, after } from "node:test";
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
const sample = new URL("../../samples/ransomware-intrusion.html", import.meta.url).pathname;
const taxiiMedia = "application/taxii+json;version=2.1";
const folder = mkdtempSync(join(tmpdir(), "bartizan-journey-"));
const database = join(folder, "node.db");
const password = "correct horse battery staple";
let browser, server, base, first;

/** Runs the program beside the server, on its database. */
function tool(...words) {
  const env = { ...process.env, BARTIZAN_DATABASE: database, BARTIZAN_PASSWORD: password };
  return JSON.parse(execFileSync(program, ["--json", ...words], { env }).toString());
}

before(async () => {
  assert.ok(existsSync(program), "BARTIZAN_PROGRAM names the program; scripts/browser-tests.sh sets it");
  server = spawn(program, ["serve", "--json", "--database", database, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise((done, failed) => {
    let text = "";
    server.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("}")) done(JSON.parse(text));
    });
    server.on("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  base = said.url;
  first = said.first;
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
after(async () => {
  await browser?.close();
  server?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

async function look(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: false });
  const bypass = await browser.newContext({ bypassCSP: true, storageState: await page.context().storageState() });
  const again = await bypass.newPage();
  await again.goto(page.url());
  await again.evaluate(axe);
  const found = await again.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  await bypass.close();
  const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
  assert.deepEqual(serious.map((v) => `${name}: ${v.id} ${v.nodes[0].target}`), []);
}

function watched(page) {
  const faults = [];
  page.on("console", (m) => m.type() === "error" && faults.push(m.text()));
  page.on("pageerror", (e) => faults.push(e.message));
  page.on("request", (r) => !r.url().startsWith(base) && !/^(data|blob):/.test(r.url()) && faults.push(`request: ${r.url()}`));
  return faults;
}

test("from the first administrator to another organisation's TAXII client", { timeout: 600000 }, async () => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  const page = await context.newPage();
  const faults = watched(page);

  await page.goto(first);
  await page.fill("#name", "Ada Lovelace");
  await page.fill("#email", "ada@first.example");
  await page.fill("#organisation", "First");
  await page.fill("#password", password);
  await page.fill("#again", password);
  await page.click("main form button");
  await page.waitForURL(`${base}/`);
  await look(page, "home");
  const used = await context.request.get(first);
  assert.equal(used.status(), 404, "the link works once");

  await page.goto(`${base}/submit`);
  await look(page, "submit");
  await page.setInputFiles("#file", sample);
  await page.selectOption("#marking", "TLP:GREEN");
  await page.click("form.submit button");
  await page.waitForURL(/\/(jobs|reports)\//);
  if (shots) await page.screenshot({ path: join(shots, "job.png") });
  await page.waitForURL(/\/reports\//, { timeout: 240000 });
  const report = new URL(page.url()).pathname;
  await look(page, "report");

  await page.goto(`${base}/library?q=Akira`);
  await look(page, "library");
  assert.match(await page.textContent("main"), /From a fake update to Akira/);
  await page.goto(`${base}/library?q=absentword`);
  assert.doesNotMatch(await page.textContent("main"), /From a fake update to Akira/);

  await page.goto(`${base}${report}/review`);
  await page.waitForSelector("html[data-ready]");
  await look(page, "review");
  const answered = () => page.waitForResponse((r) => r.url().includes("/decisions") && r.request().method() === "POST");
  await page.keyboard.press("j");
  let answer = answered();
  await page.keyboard.press("a");
  assert.equal((await answer).status(), 200, "accepted by one key");
  answer = answered();
  await page.keyboard.press("x");
  await page.keyboard.press("Enter");
  assert.equal((await answer).status(), 200, "rejected by two keys");
  answer = answered();
  await page.keyboard.press("u");
  assert.equal((await answer).status(), 200, "undone by one key");
  await page.reload();
  const accepted = await page.locator("li[data-s='accepted']").count();
  assert.ok(accepted >= 1, "the decision is kept");
  if (shots) await page.screenshot({ path: join(shots, "review-after.png") });

  // A collection, shared for reading with another organisation.
  tool("organisation", "add", "Second");
  tool("user", "add", "ben@second.example", "--organisation", "Second", "--roles", "reader");
  const collection = tool("collection", "add", "Shared", "--owner", "First", "--marking", "amber").collections[0].id;
  tool("collection", "grant", collection, "Second", "--rights", "read");
  await page.goto(`${base}${report}`);
  await page.selectOption("#collection", collection);
  await page.uncheck("form[action$='/publish'] [name=reviewed]");
  await page.click("form[action$='/publish'] button");
  await page.waitForURL(`${base}${report}`);
  await page.goto(`${base}/collections/${collection}`);
  await look(page, "collection");
  await page.goto(`${base}/collections`);
  await look(page, "collections");

  const ask = (name) => fetch(`${base}/taxii2/root/collections/${collection}/objects/?limit=5000`, {
    headers: { Accept: taxiiMedia, Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` },
  });
  const seen = await (await ask("ben@second.example")).json();
  const types = new Set(seen.objects.map((o) => o.type));
  assert.ok(types.has("report") && types.has("indicator") && types.has("attack-pattern"), [...types].join());
  assert.ok(seen.objects.some((o) => o.object_marking_refs?.includes("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb")));
  tool("organisation", "add", "Third");
  tool("user", "add", "cy@third.example", "--organisation", "Third", "--roles", "reader");
  assert.equal((await ask("cy@third.example")).status, 404, "who is no member does not learn that it exists");

  // An update arrives: one domain is gone, one is new; the same page otherwise.
  const first_objects = seen.objects;
  const changed = readFileSync(sample, "utf8").replaceAll("static-assets-relay", "static-assets-update");
  assert.notEqual(changed, readFileSync(sample, "utf8"), "the sample names that domain");
  await page.goto(`${base}${report}`);
  await page.click("text=Hand in a new edition");
  await page.waitForURL(/\/submit\?update=/);
  await page.setInputFiles("#file", { name: "update.html", mimeType: "text/html", buffer: Buffer.from(changed) });
  await page.selectOption("#marking", "TLP:GREEN");
  await page.click("form.submit button");
  await page.waitForURL(/\/reports\//, { timeout: 240000 });
  const update = new URL(page.url()).pathname;
  assert.notEqual(update, report);
  await page.click("text=what changed");
  await page.waitForURL(`${base}${update}/changes`);
  await look(page, "changes");
  const told = await page.textContent("main");
  assert.match(told, /edition 1/);
  assert.match(told, /static-assets-update\[\.\]net/);
  assert.match(told, /static-assets-relay\[\.\]net/);
  assert.match(told, /decisions? of the review went on/);
  await page.goto(`${base}/`);
  assert.match(await page.textContent("main"), /handed in edition 2 of/);
  await page.goto(`${base}${update}/full`);
  await page.waitForSelector("iframe#whole");
  assert.equal(await page.frameLocator("iframe#whole").locator("h1").count(), 1, "the whole analysis stands in the frame");
  await look(page, "full");
  await page.goto(`${base}${update}`);
  await page.selectOption("#collection", collection);
  await page.uncheck("form[action$='/publish'] [name=reviewed]");
  await page.click("form[action$='/publish'] button");
  await page.waitForURL(`${base}${update}`);
  const now_seen = await (await ask("ben@second.example")).json();
  const report_of = (objects) => objects.filter((o) => o.type === "report" && !o.revoked);
  const [old_one, new_one] = [report_of(first_objects), report_of(now_seen.objects)];
  assert.equal(new_one.length, 1, "one report, in its newest version");
  assert.equal(new_one[0].id, old_one[0].id);
  assert.equal(new_one[0].created, old_one[0].created);
  assert.ok(new_one[0].modified > old_one[0].modified);
  const indicator = (value) => now_seen.objects.find((o) => o.type === "indicator" && o.pattern.includes(value));
  assert.equal(indicator("static-assets-relay.net").revoked, true, "what is gone is revoked");
  assert.ok(!indicator("static-assets-update.net").revoked, "what is new is there");

  for (const [path, name] of [["/account", "account"], ["/audit", "audit"], ["/admin/people", "people"], ["/admin/organisations", "organisations"]]) {
    await page.goto(base + path);
    await look(page, name);
  }
  await page.goto(`${base}/audit`);
  await page.click("form[action='/audit/verify'] button");
  assert.match(await page.textContent("main"), /entries/);
  const state = tool("audit", "verify");
  assert.equal(state.broken, null);

  // Narrow: nothing needs sideways scrolling.
  await page.setViewportSize({ width: 390, height: 800 });
  for (const path of ["/", "/submit", "/library", report, `${report}/review`, "/collections", "/account", "/audit"]) {
    await page.goto(base + path);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${path} is ${over} px too wide`);
  }
  assert.deepEqual(faults, []);
  await context.close();
});

test("headers, cookies and forms of other pages", async () => {
  const wrong = await fetch(`${base}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: "https://evil.example" },
    body: new URLSearchParams({ name: "ada@first.example", password, next: "/" }),
  });
  assert.equal(wrong.status, 403, "a form of another site signs nobody in");
  const right = await fetch(`${base}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: base },
    body: new URLSearchParams({ name: "ada@first.example", password, next: "//evil.example/" }),
  });
  assert.equal(right.status, 303);
  assert.equal(right.headers.get("location"), "/", "no open redirect");
  const cookie = right.headers.get("set-cookie");
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Lax/);
  const headers = { Cookie: cookie.split(";")[0] };
  const home = await fetch(`${base}/`, { headers });
  assert.equal(home.status, 200);
  assert.match(home.headers.get("content-security-policy"), /default-src 'self'/);
  assert.equal(home.headers.get("x-content-type-options"), "nosniff");
  assert.equal(home.headers.get("cache-control"), "no-store");
  // A form without its token, or from elsewhere, changes nothing.
  for (const extra of [{}, { Origin: "https://evil.example" }, { "Sec-Fetch-Site": "cross-site" }]) {
    const answer = await fetch(`${base}/collections`, {
      method: "POST",
      redirect: "manual",
      headers: { ...headers, ...extra, "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ title: "Stolen" }),
    });
    assert.equal(answer.status, 403);
  }
  // The server fetches from the open network alone, whatever the address looks like.
  const form = await (await fetch(`${base}/submit`, { headers })).text();
  const csrf = form.match(/name="csrf" value="([0-9a-f]+)"/)[1];
  for (const url of ["http://127.0.0.1:8470/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://0x7f.1/", "file:///etc/passwd"]) {
    const fields = new FormData();
    for (const [name, value] of Object.entries({ csrf, kind: "url", url, marking: "TLP:GREEN" })) fields.set(name, value);
    const answer = await fetch(`${base}/submit`, { method: "POST", redirect: "manual", headers: { ...headers, Origin: base }, body: fields });
    assert.equal(answer.status, 422, `${url} is not fetched`);
  }
  // What a name leads to is known when it is fetched: the job tells.
  const fields = new FormData();
  for (const [name, value] of Object.entries({ csrf, kind: "url", url: "http://localhost/", marking: "TLP:GREEN" })) fields.set(name, value);
  const taken = await fetch(`${base}/submit`, { method: "POST", redirect: "manual", headers: { ...headers, Origin: base }, body: fields });
  assert.equal(taken.status, 303);
  let told = "";
  for (let n = 0; n < 100 && !told.includes("not a public address"); n++) {
    await new Promise((done) => setTimeout(done, 100));
    told = await (await fetch(base + taken.headers.get("location"), { headers })).text();
  }
  assert.match(told, /127\.0\.0\.1 is not a public address/, "it is not fetched");
  // Names are text, wherever they come from.
  const name = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
  tool("organisation", "add", name);
  const page = await (await fetch(`${base}/admin/organisations`, { headers })).text();
  assert.ok(page.includes("&#") || page.includes("&lt;"), "the name is shown");
  assert.ok(!page.includes("<img src=x") && !page.includes("<script>alert"), "and is no markup");
  const anonymous = await fetch(`${base}/library`, { redirect: "manual" });
  assert.equal(anonymous.status, 303);
  assert.match(anonymous.headers.get("location"), /^\/sign-in\?next=/);
});
