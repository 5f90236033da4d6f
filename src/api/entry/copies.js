// Copies of a call's arguments, for a call that waits for the engine: what the caller does to them meanwhile changes
// nothing. What makes no sense is copied as it is, and refused by the engine.

const isObject = (value) => typeof value === "object" && value !== null;

/** A `URL` as text. */
const address = (value) => (isObject(value) && typeof value.href === "string" ? value.href : value);

const isIterable = (value) => typeof value?.[Symbol.iterator] === "function";

const list = (value, copy) => (isObject(value) && isIterable(value) ? Array.from(value, copy) : value);

const copyOfSource = (source) => {
  if (!isObject(source) || address(source) !== source) return address(source);
  const { columns } = source;
  return {
    ...source,
    url: address(source.url),
    fallbacks: list(source.fallbacks, address),
    columns: isObject(columns) ? { ...columns } : columns,
  };
};

export const copyOfSources = (sources) => list(sources, copyOfSource);

export const copyOfOptions = (options) => {
  if (!isObject(options)) return options;
  const { manifest } = options;
  return { ...options, manifest: isObject(manifest) ? { ...manifest } : manifest };
};
