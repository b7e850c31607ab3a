// Signing in to a real server: codes by time, keys of a browser (a virtual authenticator), and an OpenID provider: the real one of the
// package oidc-provider, and a hostile one made here. The program is named by BARTIZAN_PROGRAM; scripts/browser-tests.sh sets it.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { createHash, createHmac, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as listening } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import Provider from "oidc-provider";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const program = process.env.BARTIZAN_PROGRAM ?? "";
const shots = process.env.BARTIZAN_SHOTS ?? "";
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const folder = mkdtempSync(join(tmpdir(), "bartizan-identity-"));
const database = join(folder, "node.db");
const password = "correct horse battery staple";
const secret = "a secret between the two of them, long enough";
let browser, node, evil;
const ended = [];

const freePort = () =>
  new Promise((done) => {
    const server = listening().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** Runs the program beside the server, on its database. */
function tool(...words) {
  const env = { ...process.env, BARTIZAN_DATABASE: database, BARTIZAN_PASSWORD: password };
  return JSON.parse(execFileSync(program, ["--json", ...words], { env }).toString());
}

/** A server on the shared database, at http://localhost with a port of its own. */
async function serve(port, ...more) {
  const base = `http://localhost:${port}`;
  const words = ["serve", "--json", "--database", database, "--listen", `127.0.0.1:${port}`, "--public-url", base, ...more];
  const server = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, BARTIZAN_OIDC_CLIENT_SECRET: secret } });
  ended.push(() => server.kill("SIGTERM"));
  await new Promise((done, failed) => {
    let text = "";
    server.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("}")) done();
    });
    server.on("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  return base;
}

/** The real provider: whoever signs in there as NAME has NAME as subject. */
async function realProvider(port, redirects) {
  const claims = {
    "ada@first.example": { email: "ada@first.example", email_verified: true },
    "ben@first.example": { email: "ben@first.example", email_verified: false },
    "cy@elsewhere.example": { email: "cy@elsewhere.example", email_verified: true },
  };
  const provider = new Provider(`http://localhost:${port}`, {
    clients: [{ client_id: "bartizan", client_secret: secret, redirect_uris: redirects, post_logout_redirect_uris: redirects.map((r) => new URL("/sign-in", r).href) }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims[id] }) }),
    pkce: { required: () => true },
    cookies: { keys: ["only for this test"] },
  });
  const server = createServer(provider.callback()).listen(port, "localhost");
  ended.push(() => server.close());
}

const base64 = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A provider that says what the test wants. */
async function hostileProvider(port) {
  const issuer = `http://localhost:${port}`;
  const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
  const [own, other] = [pair(), pair()];
  const jwk = { ...own.publicKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "1" };
  const it = { issuer, claims: {}, header: {}, sign: null, info: {}, nonces: [], challenge: "", discovery: {}, back: {} };
  it.signed = (header, claims, key) => {
    const text = `${base64({ alg: "RS256", kid: "1", ...header })}.${base64(claims)}`;
    return `${text}.${createSign("sha256").update(text).sign(key, "base64url")}`;
  };
  it.keys = { own: own.privateKey, other: other.privateKey };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, issuer);
    let body = "";
    for await (const chunk of request) body += chunk;
    const json = (value, status = 200) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (url.pathname === "/.well-known/openid-configuration") {
      return json({
        issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, userinfo_endpoint: `${issuer}/me`,
        response_types_supported: ["code"], subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"], ...it.discovery,
      });
    }
    if (url.pathname === "/jwks") return json({ keys: [jwk] });
    if (url.pathname === "/me") return json({ sub: "evil-sub", ...it.info });
    if (url.pathname === "/auth") {
      const asked = Object.fromEntries(url.searchParams);
      it.nonces.push(asked.nonce);
      it.challenge = asked.code_challenge;
      assert.equal(asked.code_challenge_method, "S256");
      const back = new URL(asked.redirect_uri);
      for (const [name, value] of Object.entries({ code: "a-code", state: asked.state, ...it.back })) back.searchParams.set(name, value);
      return response.writeHead(302, { location: back.href }).end();
    }
    if (url.pathname === "/token") {
      const sent = new URLSearchParams(body);
      const fits = createHash("sha256").update(sent.get("code_verifier") ?? "").digest("base64url") === it.challenge;
      if (!fits) return json({ error: "invalid_grant" }, 400);
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: issuer, aud: "bartizan", sub: "evil-sub", nonce: it.nonces.at(-1), iat: now, exp: now + 300, ...it.claims };
      const token = it.sign ? it.sign(claims) : it.signed(it.header, claims, it.keys.own);
      return json({ access_token: "x", token_type: "Bearer", id_token: token });
    }
    return json({}, 404);
  }).listen(port, "localhost");
  ended.push(() => server.close());
  return it;
}

before(async () => {
  assert.ok(existsSync(program), "BARTIZAN_PROGRAM names the program; scripts/browser-tests.sh sets it");
  tool("organisation", "add", "First");
  for (const name of ["ada", "ben", "dan"]) tool("user", "add", `${name}@first.example`, "--organisation", "First", "--roles", "analyst");
  tool("user", "add", "root@first.example", "--organisation", "First", "--roles", "admin,auditor,coordinator");
  const [one, two, real, bad] = [await freePort(), await freePort(), await freePort(), await freePort()];
  await realProvider(real, [`http://localhost:${one}/sign-in/provider/back`]);
  evil = await hostileProvider(bad);
  const oidc = (port) => ["--oidc-issuer", `http://localhost:${port}`, "--oidc-client-id", "bartizan", "--oidc-label", "First ID", "--oidc-link-by-email"];
  node = await serve(one, ...oidc(real));
  evil.node = await serve(two, ...oidc(bad));
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
after(async () => {
  await browser?.close();
  for (const end of ended) end();
  rmSync(folder, { recursive: true, force: true });
});

/** axe on the page as it is, and whether it fits a telephone. */
async function look(page, name) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${name} is ${wide} pixels wide at 390`);
  if (shots) await page.screenshot({ path: join(shots, `${name}-390.png`), fullPage: true });
  await page.setViewportSize(size);
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
  assert.deepEqual(serious.map((v) => `${name}: ${v.id} ${v.nodes[0].target}`), []);
}

/** A page whose console is watched; axe needs a context without the policy of our pages. */
async function open(base) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  const page = await context.newPage();
  page.base = base;
  page.faults = [];
  page.on("pageerror", (e) => page.faults.push(e.message));
  return page;
}

async function enter(page, name, expected) {
  await page.goto(`${page.base}/sign-in?next=/account`);
  await page.fill("#name", name);
  await page.fill("#password", password);
  await page.click("main form button");
  await page.waitForURL(`${page.base}${expected}`);
}

const signOut = async (page) => {
  await page.click("details.who summary");
  await page.click("form[action='/sign-out'] button");
  await page.waitForURL(`${page.base}/sign-in/out`);
};

/** RFC 6238 with HMAC-SHA-1, six digits, thirty seconds. */
function code(letters, seconds) {
  const bits = [...letters].map((l) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(l).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a second factor by codes", { timeout: 120000 }, async () => {
  assert.equal(code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59), "287082", "the test's own oracle, RFC 6238 appendix B");
  const page = await open(node);
  await enter(page, "dan@first.example", "/account");
  await page.click("a[href='/account/second-factor']");
  await look(page, "second-factor-off");
  await page.fill("#begin-current", password);
  await page.click("form[action='/account/second-factor'] button");
  await page.waitForSelector("svg[role='img']");
  await look(page, "second-factor-begun");
  const letters = (await page.textContent("code.secret")).replaceAll(" ", "");
  const now = () => Date.now() / 1000;
  await page.fill("#code", code(letters, now()));
  await page.click("main form button");
  await page.waitForSelector("text=recovery codes");
  await look(page, "recovery-codes");
  const recovery = (await page.textContent("main pre")).trim().split(/\s+/);
  assert.equal(recovery.length, 10);
  await page.click("text=I have kept them");
  await look(page, "second-factor-on");
  await signOut(page);
  await enter(page, "dan@first.example", "/sign-in/second");
  await look(page, "sign-in-code");
  await page.goto(`${node}/account`);
  assert.match(page.url(), /\/sign-in\?/, "half-way opens nothing");
  await page.goto(`${node}/sign-in/second`);
  await page.fill("#code", "000000");
  await page.click("main form button");
  assert.match(await page.textContent("[role=alert]"), /wrong/);
  // The next step's code: the one before was taken by turning it on.
  await page.fill("#code", code(letters, now() + 30));
  await page.click("main form button");
  await page.waitForURL(`${node}/account`);
  await signOut(page);
  await enter(page, "dan@first.example", "/sign-in/second");
  await page.fill("#code", recovery[0]);
  await page.click("main form button");
  await page.waitForURL(`${node}/account`);
  assert.deepEqual(page.faults, []);
  tool("user", "reset-second-factor", "dan@first.example");
  await page.goto(`${node}/account`);
  assert.match(page.url(), /\/sign-in\?/, "a reset ends the sessions");
  await page.context().close();
});

test("keys of a browser", { timeout: 180000 }, async () => {
  const page = await open(node);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  await enter(page, "ben@first.example", "/account");
  await page.goto(`${node}/account/second-factor`);
  await page.fill("#key-current", password);
  await page.click("form[action='/account/second-factor/key'] button");
  await page.waitForSelector("#label");
  await look(page, "key-new");
  await page.fill("#label", "Blue <b>key</b>");
  await page.click("button[data-key]");
  await page.waitForSelector("text=recovery codes");
  const recovery = (await page.textContent("main pre")).trim().split(/\s+/);
  await page.click("text=I have kept them");
  assert.match(await page.textContent("main"), /Blue <b>key<\/b>/);
  await look(page, "keys");
  assert.equal((await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length, 1);
  const basic = { Authorization: `Basic ${Buffer.from(`ben@first.example:${password}`).toString("base64")}` };
  assert.equal((await fetch(`${node}/api/v1/me`, { headers: basic })).status, 401, "the password alone opens nothing");

  // The same authenticator is not asked twice.
  await page.fill("#key-current", password);
  await page.click("form[action='/account/second-factor/key'] button");
  await page.click("button[data-key]");
  await page.waitForSelector("[data-key-problem]:not([hidden])");
  await page.goto(`${node}/account`);
  await signOut(page);

  // As the second factor; and the very same answer again opens nothing.
  await enter(page, "ben@first.example", "/sign-in/second");
  await look(page, "sign-in-second-key");
  const sent = page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/sign-in/second/key"));
  const half = (await page.context().cookies()).filter((c) => c.name.endsWith("-half"));
  await page.click("button[data-key]");
  await page.waitForURL(`${node}/account`);
  const answer = new URLSearchParams((await sent).postData());
  await signOut(page);
  await enter(page, "ben@first.example", "/sign-in/second");
  assert.equal(half.length, 1);
  const again = async (change) => {
    await page.goto(`${node}/sign-in/second`);
    const ceremony = await page.inputValue("input[name=ceremony]");
    const form = { ceremony, answer: answer.get("answer"), ...change };
    return page.context().request.post(`${node}/sign-in/second/key`, { form, headers: { Origin: node }, maxRedirects: 0 });
  };
  assert.equal((await again({ ceremony: answer.get("ceremony") })).status(), 401, "a challenge is answered once");
  assert.equal((await again({})).status(), 401, "an answer to another challenge");
  for (const rubbish of ["", "{}", "[]", "null", "{\"id\":1}", "x".repeat(20000)]) {
    assert.equal((await again({ answer: rubbish })).status(), 401, `rubbish: ${rubbish.slice(0, 20)}`);
  }
  await page.goto(`${node}/sign-in/second`);
  await page.fill("#code", recovery[0]);
  await page.click("form[action='/sign-in/second'] button");
  await page.waitForURL(`${node}/account`);
  await signOut(page);

  // Alone, in place of name and password: only unlocked by its owner.
  await page.goto(`${node}/sign-in?next=/account`);
  await look(page, "sign-in-ways");
  await page.click("text=Sign in with a passkey");
  await look(page, "sign-in-key");
  await page.click("button[data-key]");
  await page.waitForURL(`${node}/account`);
  await signOut(page);
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await page.goto(`${node}/sign-in/key`);
  await page.click("button[data-key]");
  await page.waitForSelector("[data-key-problem]:not([hidden])");
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });

  // A key that an administrator took away opens nothing.
  tool("user", "reset-second-factor", "ben@first.example");
  await page.goto(`${node}/sign-in/key`);
  await page.click("button[data-key]");
  await page.waitForSelector("text=This key opens nothing here");
  await enter(page, "ben@first.example", "/account");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

/** Through the pages of the real provider. */
async function atProvider(page, login) {
  await page.goto(`${node}/sign-in?next=/account`);
  await page.click("text=Sign in with First ID");
  await page.waitForSelector("input[name=login]");
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", "anything");
  await page.click("button[type=submit]");
  await page.click("button:has-text('Continue')");
  await page.waitForURL((url) => url.href.startsWith(node));
}

test("a real OpenID provider", { timeout: 120000 }, async () => {
  const page = await open(node);
  await atProvider(page, "ada@first.example");
  assert.equal(page.url(), `${node}/account`, await page.textContent("main"));
  assert.match(await page.textContent("main"), /ada@first\.example/);
  await signOut(page);
  await look(page, "signed-out");
  await page.click("text=Sign out of First ID too");
  await page.waitForURL(/session\/end/);
  await page.context().close();

  // An address that the provider did not verify is nobody's; what it verified is nobody's here.
  for (const login of ["ben@first.example", "cy@elsewhere.example"]) {
    const other = await open(node);
    await atProvider(other, login);
    assert.match(await other.textContent("main"), new RegExp(`It calls you ${login.replaceAll(".", "\\.")}`));
    await look(other, "provider-unknown");
    await other.goto(`${node}/account`);
    assert.match(other.url(), /\/sign-in\?/);
    await other.context().close();
  }
  // An administrator binds.
  const issuer = (await (await fetch(`${node}/sign-in/provider`, { redirect: "manual" })).headers.get("location")).split("/auth")[0];
  tool("user", "identity", "add", "dan@first.example", "cy@elsewhere.example", "--issuer", issuer);
  const dan = await open(node);
  await atProvider(dan, "cy@elsewhere.example");
  assert.match(await dan.textContent("main"), /dan@first\.example/);
  await dan.context().close();
});

test("a hostile OpenID provider", { timeout: 120000 }, async () => {
  const reset = () => Object.assign(evil, { claims: {}, header: {}, sign: null, info: {}, discovery: {}, back: {} });
  const now = () => Math.floor(Date.now() / 1000);
  /** Signs in; whether somebody is in afterwards. */
  const tried = async (begin = `${evil.node}/sign-in/provider?next=/account`) => {
    const context = await browser.newContext();
    const answer = await context.request.get(begin);
    const account = await context.request.get(`${evil.node}/account`, { maxRedirects: 0 });
    await context.close();
    return { status: answer.status(), url: answer.url(), inside: account.status() === 200 };
  };
  tool("user", "identity", "add", "dan@first.example", "evil-sub", "--issuer", evil.issuer);
  const good = await tried();
  assert.ok(good.inside, `the honest answer lets in: ${JSON.stringify(good)}`);

  const none = (claims) => `${base64({ alg: "none" })}.${base64(claims)}.`;
  const shared = (claims) => {
    const text = `${base64({ alg: "HS256", kid: "1" })}.${base64(claims)}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  };
  const cases = {
    "another nonce": { claims: { nonce: "of somebody else" } },
    "the nonce of an earlier visit": { claims: { nonce: evil.nonces[0] } },
    "no nonce": { claims: { nonce: undefined } },
    expired: { claims: { iat: now() - 900, exp: now() - 600 } },
    "another issuer in the token": { claims: { iss: "https://id.example" } },
    "another issuer in its discovery": { discovery: { issuer: "https://id.example" } },
    "another issuer in the answer": { back: { iss: "https://id.example" } },
    "another audience": { claims: { aud: "somebody-else" } },
    "a further audience": { claims: { aud: ["bartizan", "somebody-else"] } },
    "another state": { back: { state: "0".repeat(64) } },
    "signed by another key": { sign: (claims) => evil.signed({}, claims, evil.keys.other) },
    "signed by nobody": { sign: none },
    "signed by the shared secret": { sign: shared },
    "an error": { back: { error: "access_denied" } },
    "an unknown subject with an unverified address": { claims: { sub: randomUUID() }, info: { email: "root@first.example", email_verified: false } },
    "an address without a word about it": { claims: { sub: randomUUID(), email: "root@first.example" } },
    "an address that is verified in words": { claims: { sub: "evil-2", email: "root@first.example", email_verified: "true" } },
    "an address of another subject": { claims: { sub: "evil-3" }, info: { sub: "evil-4", email: "root@first.example", email_verified: true } },
    "an address of somebody who is bound already": { claims: { sub: "evil-5", email: "dan@first.example", email_verified: true } },
    "a page without TLS": { discovery: { token_endpoint: "http://192.0.2.1/token" } },
  };
  for (const [name, change] of Object.entries(cases)) {
    reset();
    Object.assign(evil, change);
    const found = await tried();
    assert.ok(!found.inside, `${name}: nobody is in`);
    assert.ok([403, 502].includes(found.status), `${name}: ${found.status}`);
  }
  reset();
  assert.ok((await tried()).inside, "and honest again it lets in");

  // The answer of one browser's visit, opened in another: nobody is signed in as somebody else.
  const context = await browser.newContext();
  const visit = await context.request.get(`${evil.node}/sign-in/provider`, { maxRedirects: 0 });
  const answer = await context.request.get(visit.headers().location, { maxRedirects: 0 });
  const stolen = answer.headers().location;
  assert.ok(!(await tried(stolen)).inside, "another browser");
  // It is used up with that, also for the one that began.
  const own = await context.request.get(stolen);
  assert.equal(own.status(), 403);
  await context.close();

  const log = tool("audit", "list", "--limit", "500").entries.map((e) => `${e.action} ${e.detail}`);
  for (const wrong of ["provider: state", "provider: issuer", "provider: answer", "provider: unknown"]) {
    assert.ok(log.some((line) => line.startsWith("session.refused") && line.includes(wrong)), wrong);
  }
  assert.ok(!log.some((line) => line.includes("identity.bind") && line.includes("evil-2")));
});
