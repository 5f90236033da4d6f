// The package's entry. Without a bundler, a page loads all that is imported here, whatever it uses of it.

export { default } from "./fetchzip-engine.js";
export * from "./fetchzip-engine.js";
export { parseList } from "./fetchzip-lists.js";
