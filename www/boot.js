// Starts the wasm, and says so on the page when it can't start or breaks down: whatever happens,
// the page never just stops.

const wasm = new URL("./page_bg.wasm?{{version page_bg.wasm}}", import.meta.url);

let crashed = false;
document.documentElement.dataset.booted = "";

function crash(title, text, error) {
  if (crashed) return; // what follows a crash is its echo
  crashed = true;
  const root = document.documentElement;
  // Nothing runs any more.
  root.dataset.run = "idle";
  root.dataset.crashed = "";
  document.title = "stopped · fetchzip";
  document.getElementById("crash-title").textContent = title;
  document.getElementById("crash-text").textContent = text;
  document.getElementById("crash-details").textContent = error?.stack || String(error);
  for (const id of ["crash", "crash-reload", "crash-more"]) document.getElementById(id).hidden = false;
  const dead = "#form :is(button, input), :is(#interrupted, #failures, #timings, dialog) button";
  for (const control of document.querySelectorAll(dead)) control.disabled = true;
  for (const id of ["cancel", "stop-and-keep"]) document.getElementById(id).hidden = true;
  document.getElementById("fetch").hidden = false;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}

document.getElementById("crash-reload").addEventListener("click", () => location.reload());

function brokeDown(error) {
  crash(
    "The page has stopped",
    "Something in it broke, which is a fault of ours and not of your list. The list is kept: load " +
      "the page again and go on. If it happens again, please report what the browser said.",
    error,
  );
}

addEventListener("error", (event) => {
  // An element that could not be loaded, or another script in the page, such as an extension's.
  const isOurs = event.error instanceof WebAssembly.RuntimeError || event.filename?.startsWith(new URL(".", location.href).href);
  if (isOurs && event.error) brokeDown(event.error);
});
addEventListener("unhandledrejection", (event) => brokeDown(event.reason));

if (typeof WebAssembly !== "object") {
  crash(
    "This browser can’t run fetchzip",
    "WebAssembly is missing or switched off. Use a current browser, or allow WebAssembly for this address.",
    "typeof WebAssembly is not object",
  );
} else {
  try {
    // Imported here and not above, so that a failure is met here too. The address must be that of
    // the page's modulepreload, which carries the integrity.
    const { default: init, startPage } = await import("./page.js?{{version page.js}}");
    await init({ module_or_path: fetch(wasm, { integrity: "{{sha384 page_bg.wasm}}" }) });
    startPage();
  } catch (error) {
    crash(
      "The page could not start",
      "A part of it did not arrive as it was published, or this browser can’t run it. Load the page " +
        "again; if that does not help, try a current browser.",
      error,
    );
  }
}
