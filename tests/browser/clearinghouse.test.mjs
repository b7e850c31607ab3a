// From a found vulnerability to a closed case, each role at its own screen, from an empty database.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { start } from "./node.mjs";

let node;
before(async () => (node = await start("clearinghouse")));
after(() => node?.stop());

/** A time so many days from now, as a field for times takes it. */
const days = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 16);

test("a vulnerability goes from its finder to a closed case", { timeout: 600000 }, async () => {
  const coordinator = await node.administrator("Energy CERT");
  for (const name of ["Example Lab", "Acme", "Grid North"]) node.tool("organisation", "add", name);
  node.tool("desk", "open", "Energy CERT", "--title", "Energy CERT coordination");
  const finder = await node.person("fin@lab.example", "Example Lab", "analyst");
  const vendor = await node.person("ven@acme.example", "Acme", "coordinator");
  const operator = await node.person("op@grid.example", "Grid North", "coordinator");
  const auditor = await node.person("aud@cert.example", "Energy CERT", "auditor");

  // The finder hands in, with a proof that nobody shows.
  await finder.go("/vulnerabilities");
  await finder.page.click("text=Energy CERT coordination");
  await finder.look("finder-desk");
  await finder.page.fill("[name=title]", "Header splitting in example-lib");
  await finder.page.fill("[name=purl]", "pkg:npm/example-lib");
  await finder.page.fill("[name=description]", "parseHeader in src/parse.js splits headers at a bare CR.");
  await finder.page.fill("[name=finders]", "Fin of the Lab");
  await finder.page.setInputFiles("[name=proof]", { name: "poc.js", mimeType: "text/javascript", buffer: Buffer.from("split()") });
  await finder.page.click("main form button.main");
  await finder.page.waitForURL(/\/vulnerabilities\//);
  const report = new URL(finder.page.url()).pathname;
  assert.match(await finder.text(), /Receipt SUB-/);

  // The coordinator opens a case of it.
  await coordinator.go(report);
  await coordinator.look("coordinator-report");
  await coordinator.act("open", { tooling: "private", cves: "CVE-2026-0042" });
  const room = new URL(coordinator.page.url()).pathname;
  assert.match(room, /^\/cases\//);
  const own = await coordinator.page.locator("#members tbody a").filter({ hasText: "Energy CERT" }).getAttribute("href");
  const report_step = async (who, href, step) => {
    await who.go(href);
    await who.act("report", { step });
  };
  await report_step(coordinator, own, "validate");
  await report_step(coordinator, own, "accept");
  await coordinator.go(room);
  await coordinator.act("add", { here: { label: "Acme" }, roles: ["vendor"], products: "pkg:npm/example-lib", zone: "Asia/Tokyo" });
  assert.equal(await vendor.go(room), 404, "whoever was not asked knows of nothing");
  await coordinator.act("propose", { until: days(20) });
  await coordinator.look("coordinator-case-proposed");

  // The vendor sees the terms and nothing else, and agrees.
  await vendor.go("/cases");
  await vendor.look("vendor-cases");
  await vendor.page.click("text=not told yet");
  assert.doesNotMatch(await vendor.text(), /Header splitting/);
  await vendor.look("vendor-front");
  await vendor.act("agree-e1", {});
  await coordinator.go(room);
  await coordinator.act("agree-e1", {});
  const theirs = await coordinator.page.locator("#members tbody a").filter({ hasText: "Acme" }).getAttribute("href");
  await report_step(coordinator, theirs, "receive");

  // Three gates, then the person is read in.
  await coordinator.go(room);
  const who = { label: "ven@acme.example" };
  await coordinator.act("gate", { person: who, "finding.gate": "need-to-know", ground: "task", words: "writes the patch" });
  await coordinator.act("gate", { person: who, "finding.gate": "capacity", contribution: "patch", words: "maintains the parser" });
  await coordinator.act("gate", { person: who, "finding.gate": "identity", confirmed: "true", sponsored: "true", no_objection: "true", words: "seen in person" });
  const until = await coordinator.act("read-in", { person: who, participant: { label: "Acme" }, until: days(2), emergency: "true" });
  assert.match(until, /Kept/);
  await coordinator.look("coordinator-case");

  // The vendor reads, writes, states, fixes.
  assert.equal(await vendor.go(room), 200);
  assert.match(await vendor.text(), /Header splitting in example-lib/);
  await vendor.look("vendor-case");
  await vendor.go(theirs);
  await vendor.page.fill("#text", "All versions before 1.0.2. The patch is under way.");
  await vendor.page.click("button:has-text('Send')");
  await report_step(vendor, theirs, "validate");
  await report_step(vendor, theirs, "accept");
  await vendor.go(theirs);
  await vendor.act("state", { product: "pkg:npm/example-lib", stand: "fixed", words: "1.0.2" });
  await vendor.go(theirs);
  await vendor.act("fix", { step: "ready" });
  await vendor.look("vendor-thread");

  // The coordinator reads it, confirms it by an attempt, and weighs it.
  await coordinator.go(room);
  assert.match(await coordinator.text(), /not read by you: 1/);
  await coordinator.go(theirs);
  await coordinator.look("coordinator-thread");
  await coordinator.page.click("text=I have read them");
  await coordinator.act("attempt", { result: "reproduced", environment: "sha256:00aa", evidence: "sha256:01", words: "node 22, the proof as sent" });
  await coordinator.act("say", { point: "cisa:KEV:1.0.0", keys: "N", source: "KEV", date: days(0), words: "not listed" });
  assert.match(await coordinator.text(), /confirmed/);
  await coordinator.go("/embargoes");
  assert.match(await coordinator.text(), /the embargo ends/);
  await coordinator.look("embargoes");

  // A second report of the same is compared and merged; its sender is told nothing.
  await finder.go("/vulnerabilities");
  await finder.page.click("text=Energy CERT coordination");
  await finder.page.fill("[name=title]", "A bare CR splits headers");
  await finder.page.fill("[name=purl]", "pkg:npm/example-lib");
  await finder.page.fill("[name=description]", "In src/parse.js parseHeader splits headers at a bare CR.");
  await finder.page.click("main form button.main");
  await finder.page.waitForURL(/\/vulnerabilities\//);
  await coordinator.go("/duplicates");
  await coordinator.look("duplicates");
  await coordinator.page.locator("a.button").first().click();
  await coordinator.look("compare");
  const merged = await coordinator.act("merge", { same_cause: "true", same_fix: "true", because: "one function, one fix" });
  assert.match(merged, /They are one now/);

  // It is public, the embargo ends, the case is closed.
  await coordinator.go(room);
  await coordinator.act("happen", { what: "public-aware" });

  // An advisory is begun from the case, judged while it is written, and released to everybody.
  await coordinator.go("/advisories/publisher");
  for (const [name, value] of [["name", "Energy CERT"], ["namespace", "https://cert.example"], ["alias", "energy-cert"]]) {
    await coordinator.page.fill(`[name=${name}]`, value);
  }
  await coordinator.page.selectOption("[name=category]", "coordinator");
  await coordinator.page.click("main form button.main");
  const collection = node.tool("collection", "add", "Advisories", "--owner", "Energy CERT", "--marking", "clear").collections[0].id;
  await coordinator.go(`/collections/${collection}`);
  await coordinator.page.locator("form[action$='/public'] button").click();
  await coordinator.go(room);
  await coordinator.act("advise", { id: "ECERT-2026-0001" });
  await coordinator.look("advisory-edit");
  const { page } = coordinator;
  assert.equal(await page.inputValue("[name='p0.purl']"), "pkg:npm/example-lib");
  assert.equal(await page.inputValue("[name='a0.names']"), "Fin of the Lab");
  await page.selectOption("[name=tlp]", "CLEAR");
  await page.fill("[name='p0.versions']", "vers:npm/<1.0.2");
  await page.selectOption("[name='p0.status']", "known_affected");
  await page.fill("[name=vectors]", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  await page.fill("[name=weaknesses]", "CWE-113");
  await page.locator("[name='r0.category']").evaluate((e) => (e.closest("details") ?? {}).open = true);
  await page.selectOption("[name='r0.category']", "vendor_fix");
  await page.fill("[name='r0.details']", "Update to 1.0.2.");
  await page.fill("#summary", "As the vendor said.");
  await page.click("form[action$='/edit'] button.main");
  assert.doesNotMatch(await coordinator.text(), /[1-9][0-9]* errors?,/);
  const advisory = new URL(page.url()).pathname.replace(/\/edit$/, "");
  await coordinator.go(advisory);
  await page.locator(`form[action$='/release'] input[value='${collection}']`).check();
  await page.fill("form[action$='/release'] [name=summary]", "First release.");
  await page.click("form[action$='/release'] button.main");
  await coordinator.go(advisory);
  await coordinator.look("advisory");

  // The operator brings what it has installed, and learns what is due, by when and why; nobody else does.
  await operator.go("/inventories");
  await operator.page.setInputFiles("[name=file]", { name: "grid.csv", mimeType: "text/csv", buffer: Buffer.from("host,purl,exposed\nscada-gw1,pkg:npm/example-lib@1.0.1,yes\nhmi2,pkg:npm/example-lib@1.0.2,no\n") });
  await operator.page.fill("[name=title]", "Substation gateways");
  await operator.page.click("form[action='/inventories'] button.main");
  await operator.look("operator-inventory");
  await operator.go("/due");
  assert.match(await operator.text(), /scada-gw1/);
  assert.doesNotMatch(await operator.text(), /hmi2/);
  await operator.look("operator-due");
  await operator.page.locator("main h3 a[href^='/due/']").first().click();
  await operator.page.waitForURL(/\/due\/./);
  assert.match(await operator.text(), /Update to 1\.0\.2\./);
  await operator.look("operator-item");
  await operator.page.fill("form[action$='/closures'] [name=evidence]", "change 4711");
  await operator.page.click("form[action$='/closures'] button.main");
  await operator.go(advisory);
  await operator.page.selectOption("form[action$='/receipt'] [name=state]", "done");
  await operator.page.click("form[action$='/receipt'] button.main");
  assert.equal(await coordinator.go("/inventories"), 200);
  assert.doesNotMatch(await coordinator.text(), /Substation/);
  const open = await coordinator.page.context().request.get(`${node.base}/csaf/energy-cert/white/index.txt`);
  assert.match(await open.text(), /ecert-2026-0001\.json/);
  await report_step(coordinator, own, "close");
  await coordinator.go(room);
  await coordinator.look("coordinator-closed");
  await coordinator.go(`${room}/timeline`);
  await coordinator.look("timeline");
  await coordinator.go("/cases?state=closed");
  assert.match(await coordinator.text(), /Header splitting in example-lib/);

  // The auditor sees that it was done, not what was said.
  await auditor.go("/audit");
  assert.match(await auditor.text(), /case\.event/);
  assert.doesNotMatch(await auditor.text(), /The patch is under way/);
  assert.equal(await auditor.go(room), 404);
  for (const person of [coordinator, finder, vendor, operator]) assert.deepEqual(person.faults.filter((f) => !/404/.test(f)), []);
});
