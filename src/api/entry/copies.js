// Copies of a call's sources: what the caller does to them afterwards changes nothing. What makes no sense is copied as
// it is, and refused by the engine.

import { isObject } from "./checks.js";

/** The options of a request. */
export const REQUEST_OPTIONS = [
  "headers",
  "credentials",
  "mode",
  "referrer",
  "referrerPolicy",
  "cache",
  "priority",
  "method",
  "body",
];

/** What a source may have. */
const FIELDS = ["url", "name", "title", "columns", "fallbacks", "request", "data", "lastModified"];

const isRequest = (value) => isObject(value) && typeof value.clone === "function" && typeof value.method === "string";

/** The `Request`s that were copied: WebKit aborts the signal of a copy only as long as there is the original. */
const originals = new WeakMap();

const copyOfRequest = (request) => {
  const copy = request.clone();
  originals.set(copy, request);
  return copy;
};

/** A `Request` to keep, unless its body was used, or a `URL` as text; `undefined` of anything else. */
const wholeAddress = (value) => {
  if (isRequest(value)) return value.bodyUsed ? value : copyOfRequest(value);
  return isObject(value) && typeof value.href === "string" ? value.href : undefined;
};

const address = (value) => wholeAddress(value) ?? value;

const isIterable = (value) => typeof value?.[Symbol.iterator] === "function";

const list = (value, copy) => (isObject(value) && isIterable(value) ? Array.from(value, copy) : value);

/** The bytes of a buffer; other data is the engine's from now on. */
const copyOfData = (data) => {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return data instanceof ArrayBuffer ? data.slice() : data;
};

const copyOfPair = (pair) => list(pair, (part) => part);

const copyOfHeaders = (headers) =>
  isObject(headers) && !isIterable(headers) ? { ...headers } : list(headers, copyOfPair);

/** Options of a request, of any class, with their headers and the bytes of their body. */
export const copyOfRequestOptions = (given) => {
  if (!isObject(given)) return given;
  const copy = {};
  for (const name of REQUEST_OPTIONS) {
    const value = given[name];
    if (value !== undefined) copy[name] = value;
  }
  copy.headers = copyOfHeaders(copy.headers);
  copy.body = copyOfData(copy.body);
  return copy;
};

const isDate = (value) => isObject(value) && typeof value.getTime === "function";

const copyOfSource = (source) => {
  if (!isObject(source)) return source;
  const whole = wholeAddress(source);
  if (whole !== undefined) return whole;
  const copy = {};
  // Each is read once.
  for (const field of FIELDS) {
    const value = source[field];
    if (value !== undefined) copy[field] = value;
  }
  copy.url = address(copy.url);
  copy.fallbacks = list(copy.fallbacks, address);
  copy.data = copyOfData(copy.data);
  if (isObject(copy.columns)) copy.columns = { ...copy.columns };
  copy.request = copyOfRequestOptions(copy.request);
  if (isDate(copy.lastModified)) copy.lastModified = copy.lastModified.getTime();
  return copy;
};

/** Sources as they are passed on, and as an array, to which those that arrive later are added. */
export const copyOfSources = (given) => {
  const sources = list(given, copyOfSource);
  if (Array.isArray(sources)) return { sources, known: sources };
  const known = [];
  const arrives = isObject(given) && typeof given[Symbol.asyncIterator] === "function";
  return { sources: arrives ? kept(given, known) : given, known };
};

/** The same async iterable, of which each source is kept as it arrives. */
const kept = (iterable, known) => ({
  [Symbol.asyncIterator]() {
    const iterator = iterable[Symbol.asyncIterator]();
    return {
      async next() {
        const next = await iterator.next();
        if (!next.done) known.push(copyOfSource(next.value));
        return next;
      },
      async return() {
        return iterator.return?.();
      },
    };
  },
});
