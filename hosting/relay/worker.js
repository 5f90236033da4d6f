// fetchzip's relay as a script for an edge host that runs workers with `export default { fetch }`, such as Cloudflare
// or Deno. Set the three constants, or variables of the same names, and enter its address as *Relay* on the page:
// https://relay.example/?url=
//
// It answers with an image of a host on its list and with nothing else: see docs/hosting.md.

/** The page's origin, the only one that may read answers. */
const PAGE = "https://fetchzip.example.org";

/** The hosts whose images are fetched, separated by spaces; `*.example.org` stands for all names below that one. */
const HOSTS = "images.example.org *.cdn.example.org";

/** The most bytes of an image. */
const MOST_BYTES = "100000000";

/** The most requests of one address in a minute. Each place of an edge host counts for itself. */
const MOST_PER_MINUTE = 600;

/** A host's redirects lead to other hosts of the list at most, and are not followed further than this. */
const MOST_REDIRECTS = 3;

/** A host that has sent no headers by then, in milliseconds, is given up. */
const PATIENCE = 30_000;

/** A resolver that answers in JSON (developers.google.com/speed/public-dns/docs/doh/json has the fields). */
const RESOLVER = "https://cloudflare-dns.com/dns-query";

/** What of a host's answer the page may see. */
const KEPT = ["content-disposition", "content-length", "content-type", "etag", "last-modified", "retry-after"];

export default {
  async fetch(request, env = {}) {
    const settings = { page: env.PAGE ?? PAGE, hosts: (env.HOSTS ?? HOSTS).split(/\s+/), most: Number(env.MOST_BYTES ?? MOST_BYTES) };
    try {
      return answer(await relayed(request, settings), settings);
    } catch (error) {
      const { status, message, headers } = error instanceof Refusal ? error : new Refusal(502, "the host could not be reached");
      return answer(new Response(`${message}\n`, { status, headers }), settings);
    }
  },
};

/** Why a request is not answered with an image. */
class Refusal extends Error {
  constructor(status, message, headers) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

async function relayed(request, settings) {
  if (request.method !== "GET" && request.method !== "HEAD") throw new Refusal(405, "only GET and HEAD are relayed");
  // A program may send any origin, and gets no more than a page does: images of these hosts, at this rate.
  if (request.headers.get("origin") !== settings.page) throw new Refusal(403, "only the page that this relay is for may ask");
  if (isTooOften(request.headers.get("cf-connecting-ip") ?? "all others")) throw new Refusal(429, "too many requests in a minute");
  let url = listed(new URL(request.url).searchParams.get("url") ?? "", undefined, settings);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    await refuseOwnNetwork(url.hostname);
    const response = await fetch(url.href, {
      method: request.method,
      // Nothing of the page's request: no cookie, no referrer, no range.
      headers: { accept: "image/*" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (![301, 302, 303, 307, 308].includes(response.status)) return image(response, settings);
    await response.body?.cancel();
    url = listed(response.headers.get("location") ?? "", url, settings);
  }
  throw new Refusal(502, "too many redirects");
}

/** The address of an image, if its host is on the list. */
function listed(address, base, { hosts }) {
  if (!URL.canParse(address, base)) throw new Refusal(400, "no address");
  const url = new URL(address, base);
  if (url.protocol !== "https:" || url.port !== "" || url.username !== "" || url.password !== "") {
    throw new Refusal(403, "only https: addresses without a port and a password are relayed");
  }
  const name = url.hostname;
  // A name of the list may not be an address, however it is written: `URL` makes 127.0.0.1 of 0x7f.1 and 2130706433.
  const isListed = (host) => (host.startsWith("*.") ? name.endsWith(host.slice(1)) : host !== "" && name === host);
  if (/^[\d.]+$/.test(name) || name.includes(":") || !hosts.some(isListed)) throw new Refusal(403, "not a host of the list");
  return url;
}

/**
 * Refuses a name that leads into a private network. Between this question and the request the answer may change; then
 * TLS is what remains: a machine there has no certificate for a host of the list.
 */
async function refuseOwnNetwork(name) {
  for (const type of ["A", "AAAA"]) {
    const question = `${RESOLVER}?name=${encodeURIComponent(name)}&type=${type}`;
    const response = await fetch(question, { headers: { accept: "application/dns-json" }, signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new Refusal(502, "the host's name could not be looked up");
    const { Answer: answers = [] } = await response.json();
    for (const { type: kind, data } of answers) {
      if ((kind === 1 || kind === 28) && !isPublic(data)) throw new Refusal(403, "the host is in a private network");
    }
  }
}

/** Whether an address belongs to the public internet (IANA's registries of special-purpose addresses). */
export function isPublic(address) {
  const four = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number);
  if (four) {
    const [a, b, c] = four;
    const isSpecial =
      a === 0 || a === 10 || a === 127 || a >= 224 ||
      (a === 100 && b >= 64 && b < 128) || (a === 169 && b === 254) || (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && b === 168) || (a === 192 && b === 0 && (c === 0 || c === 2)) || (a === 192 && b === 88 && c === 99) ||
      (a === 198 && (b === 18 || b === 19)) || (a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113);
    return !isSpecial;
  }
  // In one form, such as ::ffff:7f00:1 for ::ffff:127.0.0.1.
  if (!URL.canParse(`http://[${address}]/`)) return false;
  const six = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [first = "", second = ""] = six.split(":");
  const begin = Number.parseInt(first || "0", 16);
  // 2000::/3 is all that is global, but for what is for documents, tunnels and addresses of four bytes inside.
  const isGlobal = begin >= 0x2000 && begin < 0x4000;
  const isDocument = begin === 0x2001 && second === "db8";
  const isTunnel = begin === 0x2002 || (begin === 0x2001 && (second === "" || second === "0"));
  return isGlobal && !isDocument && !isTunnel && begin !== 0x3fff;
}

/** A host's answer, if it is an image, cut off where it exceeds the limit. */
async function image(response, { most }) {
  if (!response.ok) {
    await response.body?.cancel();
    const status = response.status >= 400 ? response.status : 502;
    throw new Refusal(status, "the host answers with an error", kept(response, ["retry-after"]));
  }
  const type = response.headers.get("content-type") ?? "";
  const isTooLarge = Number(response.headers.get("content-length") ?? 0) > most;
  if (!/^image\/[\w.+-]+\s*(;|$)/i.test(type) || isTooLarge) {
    await response.body?.cancel();
    throw isTooLarge ? new Refusal(413, "larger than this relay allows") : new Refusal(415, "not an image");
  }
  const headers = kept(response, KEPT);
  // The length is that of an encoded body, if it was one.
  if (response.headers.has("content-encoding")) headers.delete("content-length");
  return new Response(response.body?.pipeThrough(limited(most)) ?? null, { status: 200, headers });
}

function kept(response, names) {
  const headers = new Headers();
  for (const name of names) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

/** Passes bytes on up to a number, and fails at the next. */
function limited(most) {
  let passed = 0;
  return new TransformStream({
    transform(chunk, controller) {
      passed += chunk.byteLength;
      if (passed > most) controller.error(new Error("larger than this relay allows"));
      else controller.enqueue(chunk);
    },
  });
}

/** The answer with what every answer has. An image that is opened by itself can run nothing. */
function answer(response, { page }) {
  const headers = response.headers;
  headers.set("access-control-allow-origin", page);
  headers.set("access-control-expose-headers", KEPT.join(", "));
  headers.set("cache-control", "no-store");
  headers.set("content-security-policy", "default-src 'none'; sandbox");
  headers.set("vary", "Origin");
  headers.set("x-content-type-options", "nosniff");
  return response;
}

/** Requests in the current minute, by address. */
const asked = new Map();
let minute = 0;

function isTooOften(address) {
  const now = Math.floor(Date.now() / 60_000);
  if (now !== minute) {
    minute = now;
    asked.clear();
  }
  const count = (asked.get(address) ?? 0) + 1;
  asked.set(address, count);
  return count > MOST_PER_MINUTE;
}
