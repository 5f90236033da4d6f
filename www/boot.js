// Starts the wasm, and reports on the page if that fails or if it crashes later: the page never stops
// without a word.

let lists;

// Loads the module that reads lists, once there is a list: its functions, script and compiled wasm. A failure
// is not kept, so that it can be tried again.
function loadLists() {
  lists ??= importLists().catch((error) => {
    lists = undefined;
    throw error;
  });
  return lists;
}

// Begins to load a module, and returns its address. An import has no integrity of its own, and takes what was loaded.
function preload(href, integrity) {
  const link = Object.assign(document.createElement("link"), { rel: "modulepreload", href, integrity });
  // In one file, opened from the disk, the page has its modules inside.
  if (location.protocol !== "file:") document.head.append(link);
  return link.href;
}

async function importLists() {
  const script = preload("./{{file lists.js}}", "{{sha384 lists.js}}");
  const wasm = new URL("./{{file lists_bg.wasm}}", import.meta.url);
  // Side by side, since each takes its time on the way.
  const [{ default: init, ...functions }, module] = await Promise.all([
    // Written out, so that the page in one file can have it inside.
    import("./{{file lists.js}}"),
    fetch(wasm, { integrity: "{{sha384 lists_bg.wasm}}" })
      .then((response) => response.arrayBuffer())
      .then((bytes) => WebAssembly.compile(bytes)),
  ]);
  await init({ module_or_path: module });
  const watched = ([name, call]) => [name, async (...given) => {
    try {
      return await call(...given);
    } catch (error) {
      // It has trapped, such as on a list that does not fit into its memory.
      brokeDown(error);
      throw error;
    }
  }];
  // A thread of its own starts the module from the last two.
  return { ...Object.fromEntries(Object.entries(functions).map(watched)), script, module };
}

const wasm = new URL("./{{file page_bg.wasm}}", import.meta.url);

// Of downloads that are being written: they end as failed if the page crashes.
const crashing = new AbortController();

let crashed = false;
document.documentElement.dataset.booted = "";

function crash(title, text, error) {
  if (crashed) return; // further errors follow from the first
  crashed = true;
  crashing.abort(new Error("the page has stopped"));
  const root = document.documentElement;
  // No run survives a crash.
  root.dataset.run = "idle";
  root.dataset.crashed = "";
  document.title = "stopped · fetchzip";
  document.getElementById("crash-title").textContent = title;
  document.getElementById("crash-text").textContent = text;
  // Chromium's stack begins with the message; the other browsers' stacks do not have it.
  const [message, stack] = [String(error), error?.stack ?? ""];
  document.getElementById("crash-details").textContent = stack.includes(message) ? stack : `${message}\n${stack}`.trim();
  for (const id of ["crash", "crash-reload", "crash-more"]) document.getElementById(id).hidden = false;
  const dead = "#form :is(button, input), #pictures-panel :is(button, input), :is(#runs, #run, #undo-notice, #timings, dialog) button";
  for (const control of document.querySelectorAll(dead)) control.disabled = true;
  document.getElementById("stop").hidden = true;
  document.getElementById("fetch").removeAttribute("data-absent");
  document.getElementById("form").removeAttribute("data-folded");
  document.getElementById("folded").hidden = true;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}

document.getElementById("copy-report").addEventListener("click", async ({ target }) => {
  try {
    preload("./{{file problem-report.js}}", "{{sha384 problem-report.js}}");
    const { showReport } = await import("./{{file problem-report.js}}");
    showReport();
  } catch {
    target.textContent = "The report could not be loaded. Try again";
  }
});

document.getElementById("crash-reload").addEventListener("click", () => location.reload());

function brokeDown(error) {
  crash(
    "The page has stopped",
    "This is a bug in fetchzip, not a problem with your list, which is kept. Reload the page to " +
      "continue. If it happens again, please report the error details.",
    error,
  );
}

addEventListener("error", (event) => {
  // Not an element that failed to load, and not another script in the page, such as an extension's.
  const isOurs = event.error instanceof WebAssembly.RuntimeError || event.filename?.startsWith(new URL(".", location.href).href);
  if (isOurs && event.error) brokeDown(event.error);
});
addEventListener("unhandledrejection", (event) => brokeDown(event.reason));

if (typeof WebAssembly !== "object") {
  crash(
    "This browser can’t run fetchzip",
    "WebAssembly is missing or disabled. Use a current browser, or allow WebAssembly for this site.",
    "typeof WebAssembly is not object",
  );
} else {
  try {
    // Imported here and not at the top, so that a failure is caught. The URLs must be those of the
    // page's modulepreloads, which have the integrity.
    const [{ default: init, startPage }, { downloadThroughWorker }, { receiveLists }] = await Promise.all([
      import("./{{file page.js}}"),
      import("./{{file download.js}}"),
      import("./{{file launches.js}}"),
    ]);
    await init({ module_or_path: fetch(wasm, { integrity: "{{sha384 page_bg.wasm}}" }) });
    const [script, scope] = ["service-worker.js", "./"].map((path) => new URL(path, import.meta.url));
    const beginDownload = (fileName) => downloadThroughWorker({ fileName, script, scope, signal: crashing.signal });
    startPage(beginDownload, loadLists, receiveLists, new URL("./{{file engine/worker.js}}", import.meta.url).href);
    // Neither an extension nor a page from the disk has a service worker.
    if (location.protocol.startsWith("http")) whenIdle(keepOffline);

    async function keepOffline() {
      preload("./{{file versions.js}}", "{{sha384 versions.js}}");
      const { followVersions } = await import("./{{file versions.js}}");
      await followVersions(script, scope);
    }
  } catch (error) {
    crash(
      "The page could not start",
      "Part of it did not arrive as published, or this browser can’t run it. Reload the page; if that " +
        "does not help, try a current browser.",
      error,
    );
  }
}

/** Does what is not needed for the first list, and what the page works without, such as in a private window. */
function whenIdle(work) {
  const start = () => work().catch((error) => console.warn("fetchzip is not kept for use without a network:", error));
  const wait = () => (globalThis.requestIdleCallback ?? setTimeout)(start);
  if (document.readyState === "complete") wait();
  else addEventListener("load", wait);
}
