// Markup and scripts in every field that a user, a report or a feed can fill, looked at on every page in Chromium: nothing runs, no
// policy is violated (what violates it was taken for markup), nothing is loaded from elsewhere, no element of a payload is in the
// page. The program is named by BARTIZAN_PROGRAM; scripts/browser-tests.sh sets it.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const program = process.env.BARTIZAN_PROGRAM ?? "";
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const folder = mkdtempSync(join(tmpdir(), "bartizan-hostile-"));
const database = join(folder, "node.db");
const password = "correct horse battery staple";
const media = "application/taxii+json;version=2.1";
let browser, server, base, first;

// As OWASP's XSS filter evasion and DOM clobbering cheat sheets have them. Every element is of class pwn or loads from evil.example.
const payloads = [
  "<script class=pwn>alert(1)</script>",
  "\"><script class=pwn>alert(1)</script>",
  "'><script class=pwn src=//evil.example/x></script>",
  "</script><script class=pwn>alert(1)</script>",
  "</title></textarea></style><script class=pwn>alert(1)</script>",
  "<img class=pwn src=x onerror=alert(1)>",
  "\"><img class=pwn src=//evil.example/i onerror=alert(1)>",
  "<img class=pwn src=x:x onerror=\"alert(1)\" //",
  "<svg class=pwn onload=alert(1)>",
  "<svg class=pwn><animate onbegin=alert(1) attributeName=x dur=1s>",
  "<svg class=pwn><script>alert(1)</script></svg>",
  "<svg class=pwn><use href=\"data:image/svg+xml,<svg id='x' onload='alert(1)'/>#x\"/>",
  "<math class=pwn><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "<math href=\"javascript:alert(1)\" class=pwn>x</math>",
  "<body class=pwn onload=alert(1)>",
  "<iframe class=pwn src=javascript:alert(1)>",
  "<iframe class=pwn srcdoc=\"<script>parent.alert(1)</script>\">",
  "<object class=pwn data=javascript:alert(1)>",
  "<embed class=pwn src=//evil.example/e>",
  "<base class=pwn href=//evil.example/>",
  "<meta class=pwn http-equiv=refresh content=\"0;url=//evil.example/\">",
  "<link class=pwn rel=stylesheet href=//evil.example/c>",
  "<style class=pwn>*{background:url(//evil.example/s)}</style>",
  "<form class=pwn action=//evil.example/><input name=csrf autofocus onfocus=alert(1)>",
  "<a class=pwn href=javascript:alert(1)>x</a>",
  "<a class=pwn href=\"java\tscript:alert(1)\">x</a>",
  "<a class=pwn href=\"&#106;avascript:alert(1)\">x</a>",
  "<details class=pwn open ontoggle=alert(1)>",
  "<video class=pwn><source onerror=alert(1)></video>",
  "<marquee class=pwn onstart=alert(1)>x</marquee>",
  "<input class=pwn onfocus=alert(1) autofocus>",
  "<template class=pwn><script>alert(1)</script></template>",
  "<x class=pwn style=animation-name:x onanimationstart=alert(1)>",
  "\" onmouseover=alert(1) class=\"pwn",
  "' autofocus onfocus=alert(1) class='pwn",
  "` onclick=alert(1) class=`pwn",
  "x\" style=\"background:url(//evil.example/b)",
  "javascript:alert(1)",
  "jav&#x0A;ascript:alert(1)",
  "data:text/html,<script class=pwn>alert(1)</script>",
  "{{constructor.constructor('alert(1)')()}}",
  "${alert(1)} #{alert(1)} <%= alert(1) %> {% raw %}",
  "+ADw-script class=pwn+AD4-alert(1)+ADw-/script+AD4-",
  "%3Cscript class=pwn%3Ealert(1)%3C/script%3E",
  "&lt;script class=pwn&gt;alert(1)&lt;/script&gt;",
  "&amp;lt;img class=pwn src=x onerror=alert(1)&amp;gt;",
  "\\u003cscript class=pwn\\u003ealert(1)\\u003c/script\\u003e",
  "\u202e<script class=pwn>alert(1)</script>\u202c",
  "\uff1cscript class=pwn\uff1ealert(1)\uff1c/script\uff1e",
  "<scr<script class=pwn>ipt>alert(1)</scr</script>ipt>",
  "<<script class=pwn>alert(1)//<</script>",
  "<!--><img class=pwn src=x onerror=alert(1)>-->",
  "<![CDATA[<script class=pwn>alert(1)</script>]]>",
  "[x](javascript:alert(1)) ![x](//evil.example/m \"onerror=alert(1)\")",
  "<img class=pwn name=csrf><form class=pwn id=documentElement>",
  "expression(alert(1)); }</style><script class=pwn>alert(1)</script>",
];

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

/** What must not happen on a page. */
function trap(page) {
  const faults = [];
  page.on("dialog", (d) => { faults.push(`dialog on ${page.url()}: ${d.message()}`); d.dismiss(); });
  page.on("console", (m) => {
    // Forms that are refused are answered with 4xx, which the console tells of.
    if (m.type() === "error" && !/Failed to load resource: the server responded/.test(m.text())) faults.push(`${page.url()}: ${m.text()}`);
  });
  page.on("pageerror", (e) => faults.push(`${page.url()}: ${e.message}`));
  page.on("request", (r) => !r.url().startsWith(base) && !/^(data|blob|about):/.test(r.url()) && faults.push(`request: ${r.url()}`));
  page.on("popup", (p) => faults.push(`popup: ${p.url()}`));
  return faults;
}

/** Elements and attributes that only a payload can have brought. */
function brought() {
  const found = [];
  const all = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) all(e.shadowRoot);
      for (const a of e.attributes) {
        if (/^on/i.test(a.name)) found.push(`${e.tagName} ${a.name}=${a.value}`);
        if (["href", "src", "action", "formaction", "data", "xlink:href", "srcdoc"].includes(a.name) &&
            /^[\s\u0000-\u0020]*(javascript|data|vbscript):|evil\.example/i.test(a.value.replace(/[\t\n\r]/g, ""))) {
          // An address of ours may carry the text; one that leads elsewhere or runs may not.
          // The empty icon is ours.
          if (e.matches("link[rel=icon]") && a.value === "data:,") continue;
          if (!a.value.startsWith("/") || a.value.startsWith("//")) found.push(`${e.tagName} ${a.name}=${a.value}`);
        }
      }
      if (/(^|\s)pwn(\s|$)/.test(e.getAttribute("class") ?? "")) found.push(e.outerHTML.slice(0, 200));
    }
  };
  all(document);
  for (const name of ["base", "embed", "object", "iframe:not(#whole)", "meta[http-equiv=refresh]"]) {
    if (document.querySelector(name)) found.push(name);
  }
  return found;
}

test("markup and scripts in every field run nowhere", { timeout: 900000 }, async () => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  const page = await context.newPage();
  const faults = trap(page);
  let looked = 0;
  const visit = async (path) => {
    const answer = await page.goto(path.startsWith("http") ? path : base + path);
    assert.ok(answer.status() < 500, `${path}: ${answer.status()}`);
    assert.ok(page.url().startsWith(base), `${path} led to ${page.url()}`);
    assert.deepEqual(await page.evaluate(brought), [], path);
    looked += 1;
    return answer.status();
  };

  // The first administrator is called by payloads too.
  await visit(first);
  await page.fill("#name", payloads.slice(0, 3).join(" "));
  await page.fill("#email", "<img/class=pwn/src=x/onerror=alert(1)>@first.example");
  await page.fill("#organisation", payloads.slice(5, 8).join(" "));
  await page.fill("#password", password);
  await page.fill("#again", password);
  await page.$eval("#email", (e) => { e.type = "text"; });
  await page.click("main form button");
  await page.waitForURL(`${base}/`);

  // A token, to fill by the API what forms would take long for.
  await visit("/account");
  const csrf = await page.$eval("input[name=csrf]", (e) => e.value);
  const send = (path, fields) => page.request.post(base + path, { form: { csrf, ...fields }, headers: { Origin: base }, maxRedirects: 0 });
  const made = await send("/account/tokens", { name: payloads[1], scope: "read" });
  assert.equal(made.status(), 200);
  const email = "<img/class=pwn/src=x/onerror=alert(1)>@first.example";
  const me = tool("token", "create", email, "--label", payloads[4], "--scopes", "read,write,manage");
  const secret = JSON.stringify(me).match(/bzt_[A-Za-z0-9_-]+/)[0];
  const api = async (method, path, body, type = "application/json") => {
    const headers = { Authorization: `Bearer ${secret}`, "Content-Type": type, Accept: "*/*" };
    const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  };
  const own = (await api("GET", "/api/v1/me")).body.organisation.id;
  const line = (text) => text.replace(/[\u0000-\u001f]/g, " ").slice(0, 200);
  const titles = payloads.map(line);
  let collection;
  for (const [n, title] of titles.entries()) {
    const description = n === 0 ? payloads.join("\n") : title;
    const answer = await api("POST", "/api/v1/collections", { title, description, marking: "TLP:GREEN" });
    assert.equal(answer.status, 201, `${title}: ${JSON.stringify(answer.body)}`);
    collection ??= answer.body.id;
    assert.ok((await api("POST", "/api/v1/organisations", { name: `${title} ${n}`.slice(0, 200) })).status < 300, title);
    assert.ok((await api("POST", "/api/v1/tokens", { label: title, scopes: ["read"] })).status < 300, title);
    assert.ok((await send("/admin/groups", { name: title })).status() < 400, title);
  }
  for (const n of [5, 8, 33, 34, 36, 50]) {
    const person = { organisation: own, name: `p${n}@${titles[n].replace(/[\s:]/g, "/")}`.slice(0, 100), shown: titles[n], roles: ["reader"] };
    assert.equal((await api("POST", "/api/v1/people", person)).status, 201, titles[n]);
  }
  // Objects of a feed: every text that a page shows of one is a payload.
  const time = "2026-01-01T00:00:00.000Z";
  const objects = payloads.flatMap((text, n) => {
    const id = (kind) => `${kind}--00000000-0000-4000-8000-${n.toString().padStart(12, "0")}`;
    const head = (kind) => ({ type: kind, spec_version: "2.1", id: id(kind), created: time, modified: time });
    return [
      { ...head("malware"), name: text, is_family: true, description: text, labels: [text], external_references: [{ source_name: text, url: text }] },
      { ...head("indicator"), name: text, pattern: `[url:value = '${text.replace(/['\\]/g, "\\$&")}']`, pattern_type: "stix", valid_from: time },
      { type: "url", spec_version: "2.1", id: id("url"), value: text },
    ];
  });
  const put = await api("POST", `/taxii2/root/collections/${collection}/objects/`, { objects }, media);
  assert.equal(put.status, 202, JSON.stringify(put.body));
  assert.equal(put.body.failure_count, 0, JSON.stringify(put.body.failures?.[0]));
  // A report that is full of them: title, headings, sentences that are shown as evidence, names, links, its own file name.
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
  const sentences = payloads.map((p) => `<p>APT29 used spearphishing links (T1566.002) with ${escape(p)} and 198[.]51[.]100[.]7 against Tarrask ${escape(p)}.</p>`);
  const links = payloads.map((p) => `<a href="${escape(p)}">${escape(p)}</a> hxxps://evil[.]example/${encodeURIComponent(p.slice(0, 30))}`);
  const html = `<html><head><title>${escape(payloads[0])} ${escape(payloads[5])}</title><meta name="author" content="${escape(payloads[6])}">
    <meta property="og:site_name" content="${escape(payloads[8])}"></head><body><h1>${escape(payloads[4])}</h1>
    ${payloads.map((p) => `<h2>${escape(p)}</h2>`).join("")}${sentences.join("")}${links.join(" ")}
    <p>The sample C:\\Users\\${escape(payloads[2])}\\a.exe ran cmd.exe /c echo ${escape(payloads[9])}.</p>
    ${payloads.join("\n")}</body></html>`;
  const document = Buffer.from(html).toString("base64");
  const job = await api("POST", "/api/v1/submissions", { name: titles[5], marking: "TLP:GREEN", document });
  assert.equal(job.status, 202, JSON.stringify(job.body));
  await visit(`/jobs/${job.body.id}`);
  let state = job.body;
  for (let n = 0; n < 600 && ["queued", "running"].includes(state.state); n += 1) {
    await new Promise((done) => setTimeout(done, 500));
    state = (await api("GET", `/api/v1/jobs/${job.body.id}`)).body;
  }
  assert.equal(state.state, "done", JSON.stringify(state));
  const report = `/reports/${state.report}`;
  // One that cannot be read fails, and its job's page tells of it in the sender's words.
  const broken = await api("POST", "/api/v1/submissions", { name: titles[6], marking: "TLP:GREEN", document: "JVBERi0xLjQK" });
  await visit(`${report}/review`);
  await page.waitForSelector("html[data-ready]");
  for (const p of [payloads[5], payloads[33], payloads[36]]) {
    await send(`${report}/decisions`, { act: "reject", claim: p, reason: p });
  }
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.type("<img class=pwn src=x onerror=alert(1)>");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(500);
  assert.deepEqual(await page.evaluate(brought), [], "while reviewing");
  await send(`${report}/publish`, { collection });

  const names = new Set();
  for (const path of [
    "/", report, `${report}/review`, "/library", "/library?q=spearphishing", "/coverage", "/graph", `/graph?report=${state.report}`, "/rules",
    "/collections", `/collections/${collection}`, `/collections/${collection}?type=url`, `/collections/${collection}?type=indicator`,
    "/account", "/admin/people", "/admin/organisations", "/admin/groups", "/audit", "/submit", `/jobs/${broken.body.id}`,
  ]) {
    await visit(path);
    for (const href of await page.$$eval("a[href^='/names/']", (all) => all.map((a) => a.getAttribute("href")))) names.add(href);
  }
  for (const href of [...names].slice(0, 25)) await visit(href);
  // What is asked for is shown again; several payloads at a time.
  for (let n = 0; n < payloads.length; n += 3) {
    const text = encodeURIComponent(payloads.slice(n, n + 3).join(" ").slice(0, 190));
    for (const path of [`/library?q=${text}&kind=${text}`, `/rules?q=${text}&level=${text}`, `/objects?q=${text}&type=${text}&in=${text}`, `/audit?actor=${text}&action=${text}&thing=${text}`, `/graph?kind=malware&name=${text}`, `/names/malware/${text}`, `/collections/${collection}?type=${text}`]) {
      await visit(path);
    }
  }
  for (const p of payloads) {
    const text = encodeURIComponent(p);
    await visit(`/reports/${text}`);
    await visit(`/${text}`);
  }
  await visit(`${report}/full`);
  await page.waitForTimeout(300);
  await visit(`${report}/full/page`);
  const anonymous = await browser.newContext();
  const door = await anonymous.newPage();
  const outside = trap(door);
  for (let n = 0; n < payloads.length; n += 3) {
    await door.goto(`${base}/sign-in?next=${encodeURIComponent(payloads.slice(n, n + 3).join(" "))}`);
    assert.deepEqual(await door.evaluate(brought), [], "sign-in");
  }
  for (const p of [payloads[5], payloads[33], payloads[1]]) {
    await door.goto(`${base}/sign-in`);
    await door.$eval("input[name=name]", (e) => { e.type = "text"; });
    await door.fill("input[name=name]", p);
    await door.fill("input[name=password]", p);
    await door.click("main form button");
    await door.waitForLoadState();
    assert.deepEqual(await door.evaluate(brought), [], "a wrong name is shown as text");
  }
  for (const p of payloads.filter((p) => /^(javascript|data|jav)/i.test(p))) {
    const answer = await fetch(`${base}/sign-in`, {
      method: "POST", redirect: "manual", headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: base },
      body: new URLSearchParams({ name: email, password, next: p }),
    });
    assert.equal(answer.headers.get("location"), "/", p);
  }
  assert.deepEqual([...faults, ...outside], []);
  console.log(`${payloads.length} payloads, ${looked} pages`);
  await anonymous.close();
  await context.close();
});
