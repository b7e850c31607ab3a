// A window of model testing, from submission to closure, each side at its own screen: developer, tester, programme manager, auditor.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./node.mjs";

let node;
before(async () => (node = await start("testing")));
after(() => node?.stop());

/** A time so many days from now, as a field for times takes it. */
const days = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 19);
const digest = (c) => c.repeat(64);
const log = readFileSync(new URL("../../crates/bartizan-inspect/tests/logs/plain.eval", import.meta.url));
const keys = mkdtempSync(join(tmpdir(), "bartizan-keys-"));

/** A new key of a party, as ssh-keygen writes it. */
function key(party) {
  const path = join(keys, party);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
  return readFileSync(`${path}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
}

function sign(party, statement) {
  const args = ["-q", "-Y", "sign", "-n", "bartizan-agreement", "-f", join(keys, party)];
  return execFileSync("ssh-keygen", args, { input: statement }).toString();
}

/** Brings a file by a folded form. */
async function upload(person, id, name, buffer, kind) {
  const form = person.page.locator(`details#${id}`);
  await form.locator("summary").click();
  if (kind) await form.locator("[name=kind]").selectOption(kind);
  await form.locator("[name=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  await Promise.all([person.page.waitForNavigation(), form.locator("button.main").click()]);
}

test("a window goes from submission to closure", { timeout: 900000 }, async () => {
  await node.administrator("Node");
  for (const name of ["Falconry", "Institute", "Firm", "Court"]) node.tool("organisation", "add", name);
  const manager = await node.person("mo@institute.example", "Institute", "coordinator,analyst");
  const officer = await node.person("pat@institute.example", "Institute", "coordinator,analyst");
  const evaluator = await node.person("eva@institute.example", "Institute", "analyst");
  const developer = await node.person("lin@falconry.example", "Falconry", "coordinator,analyst");
  const second = await node.person("ove@falconry.example", "Falconry", "coordinator,analyst");
  const tester = await node.person("tess@firm.example", "Firm", "analyst");
  const lead = await node.person("toni@firm.example", "Firm", "analyst");
  const auditor = await node.person("aud@court.example", "Court", "auditor");

  // The manager brings the ready example and names its staff.
  await manager.go("/testing");
  await manager.look("testing-empty");
  assert.match(await manager.act("bring", {}), /rules are kept/);
  const staff = [["mo@institute.example", "Manager of the programme"], ["pat@institute.example", "Officer of the programme"], ["eva@institute.example", "Lead of the evaluation"], ["aud@court.example", "Auditor"]];
  for (const [person, role] of staff) {
    const id = await manager.page.locator("details.act[id^=staff-]").getAttribute("id");
    assert.match(await manager.act(id, { person: { label: person }, part: { label: role } }), /Kept/);
  }
  await manager.look("testing-programme");

  // The developer submits.
  await developer.go("/testing");
  await developer.act("submit", { model: "Falcon", checkpoint: "falcon-7", digest: digest("7"), contact: "Lin", address: "lin@falconry.example", officer: { label: "ove@falconry.example" } });
  const room = new URL(developer.page.url()).pathname;
  assert.match(room, /^\/testing\/[0-9a-f-]{36}$/);
  await developer.look("developer-window");
  assert.equal(await tester.go(room), 404, "whoever has no part knows of nothing");

  // Two people accept it; the clock runs. Testers get their roles.
  const agree = async (who, tab = "") => {
    await who.go(room + tab);
    const id = await who.page.locator("details.act[id^=second-]").last().getAttribute("id");
    assert.match(await who.act(id, {}), /Done/);
  };
  await officer.go(room);
  for (const check of ["digests-verified", "safeguards-stated", "contacts-answer", "endpoint-reached", "conflicts-declared", "prior-results"]) {
    await officer.act("check", { check, result: "passed", words: "As it should be." });
  }
  assert.match(await officer.act("accept", { begins: days(0), words: "Welcome." }), /second person/);
  await manager.go("/testing");
  assert.match(await manager.text(), /1 wait for you/);
  await agree(manager);
  assert.match(await manager.text(), /running/);
  for (const [name, role] of [["toni@firm.example", "Lead of the testers"], ["tess@firm.example", "Tester"]]) {
    await manager.act("assign", { who: { label: `${name}, Firm` }, "part.role": { label: role } });
  }
  await manager.look("manager-window");

  // Keys, agreements, signatures.
  for (const [party, holder] of [["Falconry", "ove@falconry.example"], ["Firm", "toni@firm.example"], ["Institute", "mo@institute.example"]]) {
    await officer.go(`${room}/agreements`);
    await officer.act("register-key", { party: { label: party }, signer: { label: holder }, key: key(party) });
    await agree(manager, "/agreements");
  }
  const kinds = { confidentiality: ["Falconry", "Firm"], "intellectual-property": ["Falconry", "Firm"], "use-limits": ["Falconry", "Firm"], retention: ["Falconry", "Firm"], "insider-risk": ["Firm", "Institute"] };
  const signer = { Falconry: second, Firm: lead, Institute: manager };
  for (const [kind, parties] of Object.entries(kinds)) {
    await officer.go(`${room}/custody`);
    await upload(officer, "put", `${kind}.txt`, Buffer.from(`The text of ${kind}.\n`), "agreement");
    await officer.go(`${room}/agreements`);
    const form = officer.page.locator("details#agree");
    const party = (name) => form.locator("label").filter({ hasText: new RegExp(`^\\s*${name}\\s*$`) }).locator("input").getAttribute("value");
    const people = kind === "insider-risk" ? [await party("tess@firm.example"), await party("toni@firm.example")] : [];
    const document = await form.locator("select[name='terms.document'] option").filter({ hasText: kind }).getAttribute("value");
    await officer.act("agree", {
      agreement: kind, "terms.kind": kind, "terms.document": document, "terms.parties": await Promise.all(parties.map(party)),
      "terms.people": people, "terms.from": days(-1), "terms.until": days(60),
    });
    for (const name of parties) {
      const who = signer[name];
      await who.go(`${room}/agreements`);
      const part = who.page.locator("main section").filter({ has: who.page.locator("h2", { hasText: new RegExp(`^${kind}$`) }) });
      const statement = await part.locator("pre").first().textContent();
      await who.act("sign", { agreement: kind, party: { label: name }, signature: sign(name, statement) });
    }
  }
  await lead.look("lead-agreements");

  // Where the model is reached is the developer's; the grant is given by two, its credential is shown once.
  await developer.go(`${room}/access`);
  await developer.act("endpoint", { checkpoint: "falcon-7", url: "https://models.example/v1", key: "sk-secret", model: "internal-falcon" });
  assert.doesNotMatch(await developer.page.content(), /sk-secret/);
  await officer.go(`${room}/access`);
  await officer.act("give", {
    grant: "grant-1", holder: { label: "tess@firm.example" }, checkpoint: "falcon-7", level: "AL1", endpoints: ["chat"], sources: "192.0.2.0/28",
    calls: "1000", tokens: "1000000", begins: days(0), ends: days(9),
  });
  await agree(manager, "/access");
  await tester.go(`${room}/access`);
  await tester.look("tester-access");
  await tester.act("collect-grant1", {});
  assert.match(await tester.text(), /bzt-/);
  await tester.go(`${room}/access`);
  assert.doesNotMatch(await tester.text(), /bzt-/);

  // A plan, a run, its log, its transcript; somebody else judges it.
  await lead.go(`${room}/runs`);
  await lead.act("plan", { plan: "smoke-knowledge" });
  await tester.go(`${room}/custody`);
  await upload(tester, "put", "environment.json", Buffer.from("{}"), "environment");
  await tester.go(`${room}/runs`);
  const environment = await tester.page.locator("select[name=environment] option").first().getAttribute("value");
  await tester.act("begin-run", { run: "run-1", plan: "smoke-knowledge", grant: "grant-1", environment });
  await upload(tester, "end-0", "plain.eval", log);
  await tester.go(`${room}/runs/run-1`);
  assert.match(await tester.text(), /not decidable/);
  await tester.look("tester-run");
  await tester.page.fill("#search", "nothing says this");
  await tester.page.keyboard.press("Enter");
  await tester.page.waitForURL(/search=/);
  assert.match(await tester.text(), /No sample says that/);
  assert.equal(await developer.go(`${room}/runs/run-1`), 404, "what is asked of the model stays with those who ask");
  await evaluator.go(`${room}/runs/run-1`);
  await evaluator.act("judge", { judgement: "valid", words: "Looked at." });

  // A finding is recorded, sent, answered.
  await tester.go(`${room}/findings`);
  await tester.act("find", {
    finding: "f-1", "body.kind": "safeguard-bypass", "body.title": "A filter is got around", "body.summary": "By rhyme.", "body.severity": "high",
    "body.runs": ["run-1"], "body.checkpoint": "falcon-7", "body.atlas": "AML.T0051.000", "body.reproduction.reproduced": "always", "body.reproduction.steps": "Write it in verse.",
  });
  await developer.go(`${room}/findings`);
  assert.doesNotMatch(await developer.text(), /got around/);
  await lead.go(`${room}/findings`);
  await lead.act("send-f1", { "step.words": "See the steps." });
  await developer.go(`${room}/findings`);
  await developer.look("developer-findings");
  await developer.act("accept-f1", { "step.words": "We look into it." });

  // The developer revokes; two end the window; two determine.
  await second.go(`${room}/access`);
  await second.act("revoke", { grant: "grant-1", words: "No longer needed." });
  await officer.go(room);
  await officer.act("end", { words: "All was seen." });
  await agree(manager);
  await evaluator.go(`${room}/editions`);
  await evaluator.act("draft", {});
  await agree(manager, "/editions");

  // Editions: what is sealed and survives stops one; then it leaves, and anybody reads the public one.
  const source = (title) => `---\ntitle: ${title}\nunmarked: public\n---\n\n# What was measured\n\nThe model solved [[classified: 31 of 40 => most]] tasks.\n`;
  await officer.go(`${room}/editions`);
  await officer.act("source", { body: source("Falcon, 31 tasks") });
  await officer.go(`${room}/editions/public`);
  await officer.look("officer-leak");
  assert.match(await officer.text(), /sealed things survive/);
  await officer.go(`${room}/editions`);
  await officer.act("source", { body: source("Falcon, tested before its release") });
  await officer.go(`${room}/editions/public`);
  await officer.look("officer-preview");
  assert.match(await officer.act("publish", {}), /second person/);
  await agree(manager, "/editions");
  await manager.go("/testing");
  const edition = await manager.page.locator("a[href^='/editions/']").first().getAttribute("href");
  const anyone = await node.visitor();
  assert.equal(await anyone.go(edition), 200);
  const text = await anyone.page.textContent("body");
  assert.match(text, /solved most tasks/);
  assert.doesNotMatch(text, /31/);

  // Destruction is certified, the window closes, the auditor takes the archive.
  await lead.go(`${room}/custody`);
  await upload(lead, "put", "destruction.txt", Buffer.from("All of it.\n"), "certificate");
  await lead.go(`${room}/custody`);
  await lead.act("certify", { organisation: { label: "Firm" }, words: "All of it." });
  await officer.go(room);
  await officer.act("close", { words: "Thank you." });
  await agree(manager);
  assert.match(await manager.text(), /closed/);
  await auditor.go(`${room}/custody`);
  await auditor.look("auditor-custody");
  const [file] = await Promise.all([auditor.page.waitForEvent("download"), auditor.page.click("a:has-text('window.tar')")]);
  assert.ok(readFileSync(await file.path()).includes("manifest.jsonl"));
  await auditor.go(`${room}/history`);
  await auditor.look("auditor-history");
  for (const person of [manager, officer, developer, second, tester, lead, evaluator, auditor]) {
    assert.deepEqual(person.faults.filter((fault) => !/status of (404|422)/.test(fault)), []);
  }
});
