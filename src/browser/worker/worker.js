// The worker's own script: starts the same wasm in it that the page has, and hands it its runs.

// What breaks in a promise is told to the page like any other breakdown.
addEventListener("unhandledrejection", (event) => reportError(event.reason));

addEventListener(
  "message",
  async ({ data: [glue, module] }) => {
    const engine = await import(glue);
    await engine.default({ module_or_path: module });
    addEventListener("message", ({ data: [port, ...job] }) => engine.serveRun(port, job));
    postMessage("ready");
  },
  { once: true },
);
