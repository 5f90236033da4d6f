// What the requests of a call carry, and the entries of its caller's own. They stay with JavaScript, in the thread of
// the call: nothing of them is written to a journal, a record or a message.

import { bare, isObject, shown } from "./checks.js";
import { isRequest } from "./copies.js";
import { REQUEST_OPTIONS, warnOfUnknown } from "./unknown_names.js";

/** What an option may be; the browser checks the others. */
const MODES = ["cors", "same-origin"];
const OPTIONS = ["method", "body", "credentials", "mode", "referrer", "referrerPolicy", "cache", "priority"];

/** Headers that browsers send to any origin without asking it, and one that they remove when the origin changes. */
const FREE_HEADERS = ["accept", "accept-language", "authorization", "content-language", "content-type"];

/** An address for checks. Nothing is sent there. */
const NOWHERE = "https://nowhere.invalid/";

// By what it can do: it may be of another realm, or of a class of the page's own.
const isResponse = (value) => isObject(value) && typeof value.headers?.get === "function" && typeof value.status === "number";

const isBlob = (value) => isObject(value) && typeof value.stream === "function" && typeof value.size === "number";

const isBuffer = (value) =>
  ArrayBuffer.isView(value) || ["[object ArrayBuffer]", "[object SharedArrayBuffer]"].includes(`${toStringOf(value)}`);

const toStringOf = (value) => Object.prototype.toString.call(value);

/** The browser's own `Uint8Array`, whatever the page has put in its place. */
const Bytes = new TextEncoder().encode().constructor;

const copyOfBuffer = (value) =>
  ArrayBuffer.isView(value)
    ? new Bytes(value.buffer, value.byteOffset, value.byteLength).slice()
    : new Bytes(value).slice();

const baseAddress = () => globalThis.document?.baseURI ?? globalThis.location?.href;

/** An address as the engine reads it, which ignores all white space around it. */
const trimmed = (address) => `${address}`.replace(/^[\s\u0085]+|[\s\u0085]+$/g, "");

const originOf = (address) => {
  try {
    return new URL(trimmed(address)).origin;
  } catch {
    return null;
  }
};

/** The origin of a host; `null` of an address that no host is asked for. */
const hostOf = (address) => {
  // Not parsed: a megabyte of it takes its time.
  if (/^\s*data:/i.test(address)) return null;
  try {
    const { protocol, origin, username, password } = new URL(trimmed(address));
    return ["http:", "https:"].includes(protocol) && username === "" && password === "" ? origin : null;
  } catch {
    return null;
  }
};

/** Checks options for requests, and returns a copy that can be posted to another thread. */
const copyOfOptions = (argument, given) => {
  if (given === undefined || given === null) return bare();
  if (!isObject(given)) throw new TypeError(`${argument} must be an object, not ${shown(given)}`);
  const copy = bare();
  for (const name of OPTIONS) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    const wrong = (expected) => new TypeError(`${argument}.${name} must be ${expected}`);
    if (name === "body") {
      if (typeof value !== "string" && !isBuffer(value)) throw wrong("a string or a buffer");
      copy.body = typeof value === "string" ? value : copyOfBuffer(value);
      continue;
    }
    if (typeof value === "symbol") throw wrong(`what fetch takes, not ${shown(value)}`);
    if (name === "mode" && !MODES.includes(value)) throw wrong(`"cors" or "same-origin", not ${shown(value)}`);
    copy[name] = name === "referrer" && value !== "" ? absolute(value, wrong) : `${value}`;
    try {
      if (value === "only-if-cached") throw value;
      new Request(NOWHERE, bare({ [name]: copy[name] }));
    } catch {
      throw wrong(`what fetch takes, not ${shown(value)}`);
    }
  }
  const { headers } = given;
  if (headers !== undefined && headers !== null) {
    try {
      copy.headers = [...new Headers(headers)];
    } catch {
      // The browser's own words may have a header's value.
      throw new TypeError(`${argument}.headers must be names and values that fetch takes`);
    }
  }
  return copy;
};

const absolute = (referrer, wrong) => {
  if (referrer === "about:client") return referrer;
  try {
    return new URL(referrer, baseAddress()).href;
  } catch {
    throw wrong(`an address, not ${shown(referrer)}`);
  }
};

/** A Request's options, but for its body. */
const optionsOf = (request) => {
  const { method, credentials, mode, referrer, referrerPolicy, cache } = request;
  // A worker would take its own script's address for the page's.
  const own = referrer === "about:client" ? globalThis.location?.href : referrer;
  const options = bare({ method, credentials, mode, referrerPolicy, cache, headers: [...request.headers] });
  return own?.startsWith("http") || own === "" ? bare({ ...options, referrer: own }) : options;
};

/** One set of options over another: each by itself, and of the headers each by its name. */
const over = (below, above) => {
  const both = bare({ ...below, ...above });
  if (below.headers && above.headers) {
    const headers = new Headers(below.headers);
    for (const [name, value] of new Headers(above.headers)) headers.set(name, value);
    both.headers = [...headers];
  }
  return both;
};

/** What tells requests for one address from each other. */
const keyOf = ({ method = "GET", credentials = "same-origin", headers = [], body }) => {
  // In windows-1252 each byte is a character.
  const bytes = ArrayBuffer.isView(body) ? new TextDecoder("windows-1252").decode(body) : null;
  return JSON.stringify([method, credentials, headers, bytes === null ? body : { bytes }]);
};

/** Whether a request with these options may go to one origin only. */
const isBound = ({ headers, credentials }) => credentials === "include" || (headers?.length ?? 0) > 0;

/** Whether these options may be sent to no other origin, since they have what was meant for one. */
const isOfOneOrigin = (options) => isBound(options) || options.body !== undefined;

const isGuarded = ({ headers = [] }) => headers.some(([name]) => !FREE_HEADERS.includes(name.toLowerCase()));

/** Whether a stream was read, be it in part. A Response takes no such stream. */
const isDisturbed = (stream) => {
  try {
    new Response(stream);
    return false;
  } catch {
    return true;
  }
};

const errorText = (error) => {
  try {
    return shown(isObject(error) && "message" in error ? error.message : error);
  } catch {
    return "an object";
  }
};

/** What a call gives to its requests, and for its own entries. */
export class Supply {
  /** The options of all requests. */
  #common = bare();
  /** The caller's function. */
  #ask = null;
  /** The first origin of addresses that must all be of one. */
  #origin = null;
  /** What single sources have, by their items. */
  #sources = new Map();
  /** The number of the attempt under way of each item, and the error of the one before it. */
  #attempts = new Map();
  /** Names that the function's answers had, and that were warned of. */
  #warned = new Set();
  /** Called with each item whose own signal is aborted. */
  #skip = null;
  /** Ends the listening to the signals of single requests. */
  #end = new AbortController();

  /** Whether further sources may arrive. */
  #arrives;

  /** Whether a source of a second origin fails by itself, and the call is not refused. */
  #failsAlone;

  /** Numbers of what tells requests for one address from each other; `null` if repeated addresses are not skipped. */
  #variants = null;

  /**
   * Of the options of a call; `arrives` says whether sources arrive while others are fetched, and `before` is the supply
   * of a run whose sources are fetched again with the same options for requests.
   */
  constructor({ request, skipRepeated }, arrives, before) {
    this.#arrives = arrives;
    this.#failsAlone = arrives || before !== undefined;
    this.#origin = before?.origin ?? null;
    if (["urls", "both"].includes(skipRepeated)) this.#variants = new Map();
    if (typeof request === "function") this.#ask = request;
    else this.#common = copyOfOptions("options.request", request);
  }

  /** Whether requests carry anything, or there are entries of the caller's own. */
  get isNeeded() {
    return this.#arrives || this.#ask !== null || this.#sources.size > 0 || Object.keys(this.#common).length > 0;
  }

  /** The one origin that what all requests carry may reach, once an address is known. */
  get origin() {
    return this.#origin;
  }

  /** Whether the caller's function is asked before each attempt. */
  get isAsked() {
    return this.#ask !== null;
  }

  /**
   * Takes what a source has beside its address, and returns what the engine gets of it.
   *
   * Throws a TypeError that names what makes no sense, such as a second origin for headers of all requests.
   */
  take(item, source) {
    const argument = `urls[${item}]`;
    if (isObject(source) && source.data !== undefined) {
      return bare({ name: this.#takeData(item, argument, source), isOwnData: true });
    }
    const isWhole = isRequest(source);
    const fields = isObject(source) && !isWhole ? source : bare({ url: source });
    const variant = isObject(source) ? this.#takeRequest(item, argument, fields, isWhole) : undefined;
    const url = isRequest(fields.url) ? fields.url.url : fields.url;
    this.#bind(item, [url, ...(fields.fallbacks ?? [])]);
    if (!isObject(source)) return source;
    const { name, title, columns, fallbacks } = fields;
    return bare({ url, name, title, columns, fallbacks, variant });
  }

  /** Has addresses of a second origin refused if what all requests carry may reach one only. */
  #bind(item, addresses) {
    if (!isBound(this.#common)) return;
    const hosts = addresses.map(hostOf).filter((host) => host !== null);
    this.#origin ??= hosts[0] ?? null;
    const other = hosts.find((host) => host !== this.#origin);
    if (other === undefined) return;
    const reason =
      'options.request has headers, or credentials "include", so all addresses must be of one origin: ' +
      `${other} is not ${this.#origin}; give each source its own \`request\`, or a function`;
    if (!this.#failsAlone) throw new TypeError(reason);
    this.#sources.set(item, { refusal: reason });
  }

  /** Takes what the request of a source carries. Returns what tells it from other requests for its address. */
  #takeRequest(item, argument, source, isWhole) {
    const request = source.url;
    const taken = bare({ request: null, options: bare() });
    if (isRequest(request)) {
      const name = isWhole ? argument : `${argument}.url`;
      if (request.bodyUsed) throw new TypeError(`${name} must be a Request whose body was not used`);
      if (request.mode === "no-cors") throw new TypeError(`${name} must be a Request whose answer can be read, not "no-cors"`);
      if (request.redirect !== undefined && request.redirect !== "follow") {
        throw new TypeError(`${name} must be a Request that follows redirects, not one with redirect "${request.redirect}"`);
      }
      if (request.integrity) throw new TypeError(`${name} must be a Request without integrity, which can't be checked here`);
      try {
        taken.options = optionsOf(request);
      } catch {
        throw new TypeError(`${name} must be a Request, not what looks like one`);
      }
      taken.request = request;
      taken.signal = request.signal;
    }
    if (source.request !== undefined) {
      taken.options = over(taken.options, copyOfOptions(`${argument}.request`, source.request));
    }
    if (taken.request === null && Object.keys(taken.options).length === 0) return undefined;
    const origin = originOf(isRequest(request) ? request.url : request);
    const others = (source.fallbacks ?? []).map(originOf);
    const other = others.find((other) => other !== null && other !== origin);
    if (other !== undefined && isBound(taken.options)) {
      const what = 'has headers, or credentials "include"';
      throw new TypeError(`${argument} ${what}, so its fallbacks must be of ${origin}, not of ${other}`);
    }
    this.#sources.set(item, taken);
    if (this.#skip !== null) this.#listen(item, taken.signal);
    return this.#variantOf(item, request, taken.options);
  }

  /** What the engine tells a request from others for its address by. It gets no headers and no body. */
  #variantOf(item, request, options) {
    if (this.#variants === null) return undefined;
    // The body of a Request can't be read at once.
    if (isRequest(request) && !["GET", "HEAD"].includes(request.method)) return `item ${item}`;
    const key = keyOf(over(this.#common, options));
    if (key === keyOf(this.#common)) return undefined;
    if (!this.#variants.has(key)) this.#variants.set(key, `${this.#variants.size}`);
    return this.#variants.get(key);
  }

  #takeData(item, argument, { name, data, lastModified, isGivenAgain }) {
    const taken = bare({ modified: undefined, mediaType: "" });
    const refuseRead = (isRead, what) => {
      if (isRead && !isGivenAgain) throw new TypeError(`${argument}.data must be ${what}`);
      taken.isUsed ||= isRead;
    };
    let own;
    if (typeof data === "string") taken.blob = new Blob([data]);
    else if (isBuffer(data)) taken.blob = new Blob([data]);
    else if (isResponse(data)) {
      if (["opaque", "opaqueredirect", "error"].includes(data.type)) {
        throw new TypeError(`${argument}.data must be a Response that can be read, not one of the type "${data.type}"`);
      }
      refuseRead(data.bodyUsed || data.body?.locked === true, "a Response whose body was not used");
      taken.stream = data.body ?? new Blob([]).stream();
      taken.mediaType = data.headers.get("content-type") ?? "";
      taken.modified = Date.parse(data.headers.get("last-modified"));
      own = nameOf(data.url);
    } else if (isBlob(data)) {
      taken.blob = data;
      taken.mediaType = shown(data.type ?? "");
      taken.modified = typeof data.lastModified === "number" ? data.lastModified : undefined;
      own = data.name;
    } else if (isObject(data) && typeof data.getReader === "function") {
      refuseRead(data.locked, "a ReadableStream that is not locked");
      refuseRead(isDisturbed(data), "a ReadableStream of which nothing was read");
      taken.stream = data;
    } else {
      const expected = "a string, a Blob, a buffer, a Response or a ReadableStream";
      throw new TypeError(`${argument}.data must be ${expected}, not ${shown(data)}`);
    }
    if (lastModified !== undefined && lastModified !== null) {
      taken.modified = typeof lastModified === "symbol" ? NaN : Number(lastModified);
      if (!Number.isFinite(taken.modified)) {
        throw new TypeError(`${argument}.lastModified must be a time, not ${shown(lastModified)}`);
      }
    }
    const given = name ?? own;
    if (typeof given !== "string") throw new TypeError(`${argument}.name must be a string, not ${shown(name)}`);
    this.#sources.set(item, { data: taken });
    return given;
  }

  /** Calls `skip` with each item whose own signal is aborted, until `close`. */
  watch(skip) {
    this.#skip = skip;
    for (const [item, { signal }] of this.#sources) this.#listen(item, signal);
  }

  #listen(item, signal) {
    if (signal?.aborted) queueMicrotask(() => this.#skip(item));
    else signal?.addEventListener("abort", () => this.#skip(item), { signal: this.#end.signal });
  }

  close() {
    this.#end.abort();
  }

  /** Records that an attempt begins, or with which error it failed. */
  note(item, attempt, error) {
    const noted = this.#attempts.get(item) ?? { attempt: 1, error: null };
    this.#attempts.set(item, { attempt: attempt ?? noted.attempt, error: error ?? noted.error });
  }

  /**
   * What the next request of an item carries, or the data of an entry of the caller's own. It always resolves: with a
   * `failure` if there is neither.
   */
  async supply(item, href) {
    try {
      return await this.#supplied(item, href);
    } catch (error) {
      return { failure: errorText(error) };
    }
  }

  async #supplied(item, href) {
    const source = this.#sources.get(item);
    if (source?.refusal) return { failure: source.refusal };
    if (source?.data) return this.#dataOf(item, source.data);
    let options = over(this.#common, source?.options ?? {});
    if (source?.request && options.body === undefined) {
      const body = await source.request.clone().arrayBuffer();
      if (body.byteLength > 0) options.body = body;
    }
    let url;
    if (this.#ask) {
      const { attempt, error } = this.#attempts.get(item) ?? { attempt: 1, error: null };
      const answer = (0, this.#ask)(new URL(href), { item, attempt, error });
      // At once where it is no promise: the function may use the object again.
      const read = (given) => readAnswer(given, this.#warned);
      const given = typeof answer?.then === "function" ? read(await answer) : read(answer);
      const other = originOf(given.url);
      if (given.url !== undefined && other !== originOf(href) && isOfOneOrigin(options)) {
        throw new TypeError(
          `the source's headers, credentials or body are for ${originOf(href)}, and options.request returned an ` +
            `address of ${other}: let it return them for the addresses that they are for`,
        );
      }
      options = over(options, given.options);
      url = given.url;
    }
    const asked = url ?? href;
    check(asked, options);
    const isOfOwnOrigin = options.mode === "same-origin";
    if (isOfOwnOrigin && !/^\s*data:/i.test(asked) && originOf(asked) !== globalThis.origin) {
      throw new TypeError('the request has the mode "same-origin", and its address is of another origin');
    }
    const isForAll = !this.#ask && !this.#arrives && this.#sources.size === 0 && !isOfOwnOrigin;
    return bare({ url, options, isGuarded: isGuarded(options), isForAll });
  }

  #dataOf(item, data) {
    if (data.isUsed) return { failure: "its stream was read already", isOfData: true };
    // A stream is read once. What it had is not kept here.
    if (data.stream) this.#sources.set(item, { data: { isUsed: true } });
    return data;
  }
}

const nameOf = (address) => {
  const segment = address ? new URL(address, baseAddress()).pathname.split("/").pop() : "";
  try {
    return segment === "" ? undefined : decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** What the caller's function returned, as a copy. */
const readAnswer = (given, warned) => {
  if (isObject(given)) warnOfUnknown(given, [...REQUEST_OPTIONS, "url"], "options.request(…).", warned);
  return { options: copyOfOptions("what options.request returns", given), url: addressOf(given?.url) };
};

const addressOf = (given) => {
  if (given === undefined || given === null) return undefined;
  const { href, username, password } = parsed(given);
  if (username !== "" || password !== "") throw new TypeError("the address has a user name or a password, which browsers refuse");
  return href;
};

/** The browser's own words may have what signs an address. */
const parsed = (address) => {
  try {
    return new URL(address, baseAddress());
  } catch {
    throw new TypeError("the address that options.request returned can't be read");
  }
};

/** Throws for what no request can have, such as a body with GET, without the browser's words. */
const check = (url, options) => {
  try {
    new Request(url, options);
  } catch {
    throw new TypeError("the request's method, body and other options do not go together: correct them");
  }
};
