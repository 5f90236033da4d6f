// Copies of a call's sources, checked: what the caller does to them afterwards changes nothing.

import { bare, isObject, typeError } from "./checks.js";
import { REQUEST_OPTIONS, warnOfUnknown } from "./unknown_names.js";

/** What a source may have. */
const FIELDS = ["url", "name", "title", "columns", "fallbacks", "request", "data", "lastModified"];

/** By what it can do: it may be of another realm, or of a class of the page's own. */
export const isRequest = (value) => isObject(value) && typeof value.clone === "function" && typeof value.method === "string";

export const isAbsent = (value) => value === undefined || value === null;

/** The `Request`s that were copied: WebKit aborts the signal of a copy only as long as there is the original. */
const originals = new WeakMap();

const copyOfRequest = (request, path) => {
  try {
    const copy = request.clone();
    originals.set(copy, request);
    return copy;
  } catch {
    throw new TypeError(`${path} must be a Request whose body was not used`);
  }
};

/** The text of an address or of a `URL`; `undefined` of anything else. */
const textOf = (value) => {
  const text = isObject(value) ? value.href : value;
  return typeof text === "string" ? text : undefined;
};

/** A text, or a `Request` to keep; `undefined` of anything else. */
const address = (value, path) => (isRequest(value) ? copyOfRequest(value, path) : textOf(value));

const isIterable = (value) => typeof value?.[Symbol.iterator] === "function";

const list = (value, copy) => (isObject(value) && isIterable(value) ? Array.from(value, copy) : value);

/** The browser's own `Uint8Array`, whatever the page has put in its place. */
const Bytes = new TextEncoder().encode().constructor;

/** Of any realm. */
const isBuffer = (value) => ["[object ArrayBuffer]", "[object SharedArrayBuffer]"].includes(Object.prototype.toString.call(value));

/** The bytes of a buffer; other data is the engine's from now on. */
const copyOfData = (data, path) => {
  try {
    if (ArrayBuffer.isView(data)) return new Bytes(data.buffer, data.byteOffset, data.byteLength).slice();
    return isBuffer(data) ? new Bytes(data).slice() : data;
  } catch {
    throw new TypeError(`${path} must be a buffer that was not moved to another thread`);
  }
};

const copyOfPair = (pair) => list(pair, (part) => part);

const copyOfHeaders = (headers) =>
  isObject(headers) && !isIterable(headers) ? { ...headers } : list(headers, copyOfPair);

/**
 * Options of a request, of any class, with their headers and the bytes of their body. A name that does not exist is
 * warned of, but for those `warned` of before.
 */
export const copyOfRequestOptions = (given, prefix, warned) => {
  if (!isObject(given)) return given;
  warnOfUnknown(given, REQUEST_OPTIONS, prefix, warned);
  const copy = bare();
  for (const name of REQUEST_OPTIONS) {
    const value = given[name];
    if (value !== undefined) copy[name] = value;
  }
  copy.headers = copyOfHeaders(copy.headers);
  copy.body = copyOfData(copy.body, `${prefix}body`);
  return copy;
};

const isDate = (value) => isObject(value) && typeof value.getTime === "function";

/** A source; `warned` has the names of requests' options that were warned of for others. */
const copyOfSource = (source, path, warned) => {
  if (typeof source === "string") return source;
  if (!isObject(source)) throw typeError(path, "a string or { url, name }", source);
  const whole = address(source, path);
  if (whole !== undefined) return whole;
  const copy = bare();
  // Each is read once.
  for (const field of FIELDS) {
    const value = source[field];
    if (value !== undefined) copy[field] = value;
  }
  copy.request = copyOfRequestOptions(copy.request, `${path}.request.`, warned);
  if (copy.data !== undefined) {
    copy.data = copyOfData(copy.data, `${path}.data`);
    if (isDate(copy.lastModified)) copy.lastModified = copy.lastModified.getTime();
    return copy;
  }
  const { url, fallbacks, columns } = copy;
  copy.url = address(url, `${path}.url`);
  if (copy.url === undefined) throw typeError(`${path}.url`, "a string", url);
  for (const field of ["name", "title"]) {
    if (!isAbsent(copy[field]) && typeof copy[field] !== "string") throw typeError(`${path}.${field}`, "a string", copy[field]);
  }
  if (!isAbsent(columns)) {
    if (!isObject(columns)) throw typeError(`${path}.columns`, "an object", columns);
    copy.columns = { ...columns };
  }
  if (!isAbsent(fallbacks)) {
    if (!isObject(fallbacks)) throw typeError(`${path}.fallbacks`, "an array of strings", fallbacks);
    copy.fallbacks = Array.from(fallbacks, (fallback, number) => {
      const text = textOf(fallback);
      if (text === undefined) throw typeError(`${path}.fallbacks[${number}]`, "a string", fallback);
      return text;
    });
  }
  return copy;
};

const pathOf = (item) => `urls[${item}]`;

/**
 * The sources of a call: the `known` ones, and the async iterable of those that `arrive`, or `null`.
 *
 * Throws a TypeError that names one that makes no sense, and what reading them throws.
 */
export const copyOfSources = (given) => {
  // A string is an iterable of its characters.
  if (isObject(given) && isIterable(given)) {
    const warned = new Set();
    return { known: Array.from(given, (source, item) => copyOfSource(source, pathOf(item), warned)), arrive: null };
  }
  if (isObject(given) && typeof given[Symbol.asyncIterator] === "function") return { known: [], arrive: given };
  throw typeError("urls", "an array or another iterable of URLs", given);
};

/**
 * An async iterable of what `take` makes of the sources of another, each of which is added to `known`. It fails, and closes
 * the other, at one that makes no sense.
 */
export const arrivals = (sources, known, take) => ({
  [Symbol.asyncIterator]() {
    const iterator = sources[Symbol.asyncIterator]();
    const warned = new Set();
    return {
      async next() {
        const { done, value } = await iterator.next();
        if (done) return { done, value };
        const item = known.length;
        try {
          const source = copyOfSource(value, pathOf(item), warned);
          const taken = take(item, source);
          known.push(source);
          return { done, value: taken };
        } catch (error) {
          // Its end is not waited for: it may never come.
          this.return().catch(() => {});
          throw error;
        }
      },
      async return() {
        return iterator.return?.();
      },
    };
  },
});
