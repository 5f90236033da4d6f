// The entry "fetchzip": the worker and the wasm are files beside this one.

import { serve } from "./start.js";

export { downloadSink } from "./download_sink.js";
export { parseList } from "./fetchzip-lists.js";

// Both addresses are written as bundlers look for them: they move the files, and put the new addresses here.
export const { init, fetchZip, startFetchZip } = /* @__PURE__ */ serve({
  wasm: () => new URL("./fetchzip_bg.wasm", import.meta.url),
  worker: () => new Worker(new URL("./fetchzip-worker.js", import.meta.url), { type: "module" }),
  cure: 'serve the package\'s files beside the module, say where they are with init({ wasm, worker }), or import "fetchzip/inline"',
});
export { init as default };
