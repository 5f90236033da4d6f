// The relay's worker script, attacked. The web is a table: an address and what is there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";

const script = readFileSync(new URL("../../hosting/relay/worker.js", import.meta.url), "utf8");
const PAGE = "https://fetchzip.example.org";
const PNG = { "content-type": "image/png" };

let copies = 0;
let relay, isPublic, web, names, asked;

beforeEach(async () => {
  // A copy of its own for each test: the script counts requests.
  ({ default: relay, isPublic } = await import(`data:text/javascript,${encodeURIComponent(`${script}\n// ${(copies += 1)}`)}`));
  web = {};
  names = {};
  asked = [];
  globalThis.fetch = async (address, options) => {
    const url = new URL(address);
    if (url.pathname === "/dns-query") {
      const data = names[url.searchParams.get("name")] ?? "93.184.215.14";
      const type = data.includes(":") ? 28 : 1;
      const isAsked = url.searchParams.get("type") === (type === 1 ? "A" : "AAAA");
      return Response.json({ Answer: isAsked ? [{ type, data }] : [] });
    }
    asked.push([address, options]);
    const there = web[address];
    if (!there) throw new TypeError("nothing is there");
    return there();
  };
});

const answer = (body, headers, status = 200) => () => new Response(body, { status, headers });

const ask = (address, { method = "GET", origin = PAGE, ...headers } = {}, env = {}) =>
  relay.fetch(
    new Request(`https://relay.example/?url=${encodeURIComponent(address)}`, { method, headers: { ...(origin && { origin }), ...headers } }),
    env,
  );

test("an image of a listed host comes through, and the page alone may read it", async () => {
  const headers = { ...PNG, "set-cookie": "a=b", "last-modified": "Mon, 02 Nov 2026 00:00:00 GMT", "access-control-allow-origin": "*" };
  web["https://images.example.org/a.png?x=1"] = answer("bytes", headers);
  const response = await ask("https://images.example.org/a.png?x=1", { cookie: "c=d", referer: "https://x.example/", range: "bytes=0-1" });
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "bytes");
  assert.equal(response.headers.get("access-control-allow-origin"), PAGE);
  assert.equal(response.headers.get("last-modified"), headers["last-modified"]);
  assert.equal(response.headers.get("set-cookie"), null);
  assert.match(response.headers.get("content-security-policy"), /sandbox/);
  assert.deepEqual(asked[0][1].headers, { accept: "image/*" });
});

test("names below a listed one are listed, and names that only look like one are not", async () => {
  web["https://a.b.cdn.example.org/1.png"] = answer("1", PNG);
  assert.equal((await ask("https://a.b.cdn.example.org/1.png")).status, 200);
  for (const host of ["cdn.example.org", "evilcdn.example.org", "images.example.org.evil.example", "evil.example", "xn--mages-cta.example.org"]) {
    assert.equal((await ask(`https://${host}/1.png`)).status, 403, host);
  }
  assert.equal(asked.length, 1);
});

test("other schemes, ports, passwords and addresses in numbers are refused without a request", async () => {
  const env = { HOSTS: "images.example.org 127.0.0.1 [::1] localhost *.1" };
  for (const address of [
    "http://images.example.org/", "ftp://images.example.org/", "data:image/png,x", "file:///etc/passwd",
    "https://images.example.org:8443/", "https://u:p@images.example.org/", "https://u@images.example.org/", "https://images.example.org@127.0.0.1/",
    "https://127.0.0.1/", "https://0x7f.1/", "https://2130706433/", "https://0177.0.0.1/", "https://[::1]/",
    "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest/meta-data/", "//127.0.0.1/", "", "images.example.org/a.png",
  ]) {
    const { status } = await ask(address, {}, env);
    assert.ok(status === 400 || status === 403, `${address}: ${status}`);
  }
  assert.deepEqual(asked, []);
});

test("a listed name that leads into a private network is refused without a request", async () => {
  for (const address of [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "198.18.0.1",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1",
  ]) {
    assert.equal(isPublic(address), false, address);
    names["images.example.org"] = address;
    assert.equal((await ask("https://images.example.org/a.png")).status, 403, address);
  }
  assert.deepEqual(asked, []);
  for (const address of ["93.184.215.14", "172.32.0.1", "100.128.0.1", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]) {
    assert.equal(isPublic(address), true, address);
  }
});

test("each redirect is checked like the first address", async () => {
  const to = (location) => answer(null, { location }, 302);
  web["https://images.example.org/1"] = to("/2");
  web["https://images.example.org/2"] = to("https://x.cdn.example.org/3.png");
  web["https://x.cdn.example.org/3.png"] = answer("3", PNG);
  assert.equal(await (await ask("https://images.example.org/1")).text(), "3");
  assert.ok(asked.every(([, options]) => options.redirect === "manual"), "none is followed unseen");
  asked = [];
  for (const target of ["http://images.example.org/3", "https://evil.example/", "https://127.0.0.1/", "http://[::1]/", "//localhost/", "file:///etc/passwd", ""]) {
    web["https://images.example.org/out"] = to(target);
    const { status } = await ask("https://images.example.org/out");
    assert.ok(status >= 400, `${target}: ${status}`);
  }
  names["x.cdn.example.org"] = "192.168.0.1";
  assert.equal((await ask("https://images.example.org/2")).status, 403);
  assert.ok(asked.every(([address]) => new URL(address).hostname === "images.example.org"), JSON.stringify(asked));
  for (let hop = 10; hop < 20; hop += 1) web[`https://images.example.org/${hop}`] = to(`/${hop + 1}`);
  assert.equal((await ask("https://images.example.org/10")).status, 502);
});

test("what is no image is not passed on", async () => {
  for (const type of ["text/html", "application/json", "image", "text/html; x=image/png", "imagex/png", ""]) {
    web["https://images.example.org/x"] = answer("secret", type ? { "content-type": type } : {});
    const response = await ask("https://images.example.org/x");
    assert.equal(response.status, 415, type);
    assert.ok(!(await response.text()).includes("secret"));
  }
  web["https://images.example.org/x"] = answer("secret", PNG, 404);
  const missing = await ask("https://images.example.org/x");
  assert.deepEqual([missing.status, await missing.text()], [404, "the host answers with an error\n"]);
});

test("an image past the limit is refused where that is declared, and cut off with an error where it is not", async () => {
  const env = { MOST_BYTES: "10" };
  web["https://images.example.org/x"] = answer("x", { ...PNG, "content-length": "11" });
  assert.equal((await ask("https://images.example.org/x", {}, env)).status, 413);
  for (const [length, isWhole] of [[10, true], [11, false]]) {
    web["https://images.example.org/x"] = () => new Response(new Blob(["x".repeat(length)]).stream(), { headers: PNG });
    const text = (await ask("https://images.example.org/x", {}, env)).text();
    if (isWhole) assert.equal((await text).length, length);
    else await assert.rejects(text);
  }
});

test("only GET and HEAD are relayed, and only for the page", async () => {
  web["https://images.example.org/a.png"] = answer("1", PNG);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    assert.equal((await ask("https://images.example.org/a.png", { method })).status, 405, method);
  }
  for (const origin of [undefined, "null", "https://evil.example", `${PAGE}.evil.example`, "http://fetchzip.example.org"]) {
    const response = await ask("https://images.example.org/a.png", { origin: origin ?? "" });
    assert.equal(response.status, 403, origin);
    assert.equal(response.headers.get("access-control-allow-origin"), PAGE);
  }
  assert.deepEqual(asked, []);
});

test("an address that asks too often is refused until the next minute, and others are not", async (context) => {
  web["https://images.example.org/a.png"] = answer("1", PNG);
  let now = 1_000_000;
  context.mock.method(Date, "now", () => now);
  const from = async (address) => (await ask("https://images.example.org/a.png", { "cf-connecting-ip": address })).status;
  for (let count = 0; count < 600; count += 1) assert.equal(await from("203.0.113.1"), 200);
  assert.equal(await from("203.0.113.1"), 429);
  assert.equal(await from("203.0.113.2"), 200);
  now += 60_000;
  assert.equal(await from("203.0.113.1"), 200);
});

test("a host that can't be reached is an answer, too", async () => {
  assert.equal((await ask("https://images.example.org/nowhere")).status, 502);
});
