// A worker's script: starts a wasm module that the page has compiled, and passes each further message to
// the function that the first one names.

// An unhandled rejection is reported to the page like any other breakdown.
addEventListener("unhandledrejection", (event) => reportError(event.reason));

addEventListener(
  "message",
  async ({ data: [glue, module, serve] }) => {
    const functions = await import(glue);
    await functions.default({ module_or_path: module });
    addEventListener("message", ({ data }) => functions[serve](...data));
    postMessage("ready");
  },
  { once: true },
);
