// The worker's script: starts the same wasm that the page has, and passes it the ports of its runs.

// An unhandled rejection is reported to the page like any other breakdown.
addEventListener("unhandledrejection", (event) => reportError(event.reason));

addEventListener(
  "message",
  async ({ data: [glue, module] }) => {
    const engine = await import(glue);
    await engine.default({ module_or_path: module });
    addEventListener("message", ({ data: [message, port] }) => engine.serveRun(port, message));
    postMessage("ready");
  },
  { once: true },
);
