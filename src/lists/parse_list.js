// The entry of the package's module that reads lists. Its wasm is in it, because `parseList` answers at once,
// and is compiled by the first call, so that an import alone does nothing.

import { initSync, parseList as read } from "./fetchzip_lists.js";
import wasm from "./fetchzip_lists_bg.hex";

let isStarted = false;

/** Documented in types.d.ts. */
export function parseList(text, options) {
  if (!isStarted) {
    initSync({ module: Uint8Array.from(wasm.match(/../g), (byte) => parseInt(byte, 16)) });
    isStarted = true;
  }
  try {
    return read(text, options);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    throw new Error("the list does not fit into memory", { cause: error });
  }
}
