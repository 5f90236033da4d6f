// The package's worker: starts the wasm that the page has compiled, and passes each further message to the function
// that the first one names.

import load, { serveRun } from "./fetchzip-engine.js";

const functions = { serveRun };

// An unhandled rejection is reported to the page like any other breakdown.
addEventListener("unhandledrejection", (event) => reportError(event.reason));

addEventListener(
  "message",
  async ({ data: [, module, serve] }) => {
    await load({ module_or_path: module });
    addEventListener("message", ({ data }) => functions[serve](...data));
    postMessage("ready");
  },
  { once: true },
);
