// Copies of a call's sources: what the caller does to them afterwards changes nothing. What makes no sense is copied as
// it is, and refused by the engine.

import { isObject } from "./checks.js";

/** What a source may have. */
const FIELDS = ["url", "name", "title", "columns", "fallbacks", "request", "data", "lastModified"];

/** A `URL` as text. */
const address = (value) => (isObject(value) && typeof value.href === "string" ? value.href : value);

const isIterable = (value) => typeof value?.[Symbol.iterator] === "function";

const list = (value, copy) => (isObject(value) && isIterable(value) ? Array.from(value, copy) : value);

const copyOfSource = (source) => {
  const text = address(source);
  // A request of the browser's can't be changed, and counts whole.
  if (!isObject(text) || typeof text.clone === "function") return text;
  const copy = {};
  // Each is read once.
  for (const field of FIELDS) {
    const value = source[field];
    if (value !== undefined) copy[field] = value;
  }
  copy.url = address(copy.url);
  copy.fallbacks = list(copy.fallbacks, address);
  if (isObject(copy.columns)) copy.columns = { ...copy.columns };
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
