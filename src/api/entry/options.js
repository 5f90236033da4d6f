// The options of a run, read and checked once, before the call returns and whether or not the wasm is there.

import { aFlag, aFunction, aSignal, aSink, aText, anyTime, bare, both, isObject, oneOf, someTime, typeError, wholeFrom } from "./checks.js";
import { copyOfRequestOptions } from "./copies.js";
import { checkedTemplate } from "./template.js";
import { warnOfUnknown } from "./unknown_names.js";

const RECORD = {
  name: aText,
  format: oneOf("csv", "json", "both"),
  sha256: aFlag,
  wholeAddresses: aFlag,
};

const OPTIONS = {
  mode: oneOf("concurrent", "sequential"),
  concurrency: wholeFrom(1),
  perOrigin: wholeFrom(1),
  retries: wholeFrom(0),
  timeoutMs: someTime,
  imageTimeoutMs: someTime,
  minBytesPerSecond: wholeFrom(0),
  slowAfterMs: anyTime,
  maxBytes: wholeFrom(1),
  maxTotalBytes: wholeFrom(1),
  cache: oneOf("default", "no-store", "reload", "no-cache", "force-cache"),
  // The supply checks what they are.
  request: (value, path) => copyOfRequestOptions(value, `${path}.`),
  accept: oneOf("images", "all"),
  names: both(aText, checkedTemplate),
  skipRepeated: oneOf(false, "urls", "images", "both"),
  filter: aFunction,
  manifest(value, path) {
    if (typeof value === "boolean") return value;
    if (!isObject(value)) throw typeError(path, "true, false or an object", value);
    return checked(value, RECORD, `${path}.`);
  },
  fileName: aText,
  signal: aSignal,
  sink: aSink,
  order: oneOf("input", "completion"),
  onEvent: aFunction,
  onProgress: aFunction,
};

/**
 * A copy of the options that are given; `undefined` and `null` both mean "not given".
 *
 * Throws a TypeError or RangeError that names an option that makes no sense. One that does not exist is warned of.
 */
export const checkedOptions = (options) => {
  if (options === undefined || options === null) return bare();
  // An array has methods by the names of options.
  if (!isObject(options) || Array.isArray(options)) throw typeError("options", "an object", options);
  return checked(options, OPTIONS, "options.");
};

const checked = (given, known, prefix) => {
  const copy = bare();
  for (const [name, check] of Object.entries(known)) {
    // Read once.
    const value = given[name];
    if (value !== undefined && value !== null) copy[name] = check(value, prefix + name);
  }
  warnOfUnknown(given, Object.keys(known), prefix);
  return copy;
};
