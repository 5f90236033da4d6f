// The entry "fetchzip/inline": one file, with the worker and the wasm in it.

import { serve } from "./start.js";
import { workerOf } from "./worker_script.js";
// Made by the build: the worker's whole script, and the wasm as hexadecimal digits, which compress better than base64.
import worker from "./fetchzip-worker.txt";
import digits from "./fetchzip_bg.hex";

export { downloadSink } from "./download_sink.js";
export { parseList } from "./fetchzip-lists.js";

export const { init, fetchZip, startFetchZip } = /* @__PURE__ */ serve({
  wasm: () => Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16)),
  worker: () => workerOf(worker),
  cure: "a Content Security Policy has to allow 'wasm-unsafe-eval'",
});
export { init as default };
