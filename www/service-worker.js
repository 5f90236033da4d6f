// The page's one service worker. It keeps the files of its version, so that the page starts without a network
// and never mixes two versions; what else it does is in scripts of their own. Requests of runs do not come here
// (engine/service-worker.js).

// A host may send the page's policy with this script, too.
const policy = globalThis.trustedTypes?.createPolicy("fetchzip-parts", { createScriptURL: (name) => name });

// The first answers downloads, the second takes what other programs share with the installed page.
for (const part of ["{{file download-worker.js}}", "{{file share-worker.js}}"]) {
  importScripts(policy ? policy.createScriptURL(part) : part);
}

/** The version of the files below, which the page has, too. */
const VERSION = "{{version}}";

const FOLDER = new URL("./", location).href;

/** The page itself, which says its version instead of having an integrity. */
const PAGE = "./";

/** The files that the page loads, at once or later, with their integrity. */
const FILES = [
  ["help.html", "{{sha384 help.html}}"],
  ["manifest.webmanifest", "{{sha384 manifest.webmanifest}}"],
  ["{{file boot.js}}", "{{sha384 boot.js}}"],
  ["{{file download.js}}", "{{sha384 download.js}}"],
  ["{{file early.js}}", "{{sha384 early.js}}"],
  ["{{file help.js}}", "{{sha384 help.js}}"],
  ["{{file icon.svg}}", "{{sha384 icon.svg}}"],
  ["{{file launches.js}}", "{{sha384 launches.js}}"],
  ["{{file lists.js}}", "{{sha384 lists.js}}"],
  ["{{file lists_bg.wasm}}", "{{sha384 lists_bg.wasm}}"],
  ["{{file page.js}}", "{{sha384 page.js}}"],
  ["{{file page_bg.wasm}}", "{{sha384 page_bg.wasm}}"],
  ["{{file pictures.css}}", "{{sha384 pictures.css}}"],
  ["{{file problem-report.js}}", "{{sha384 problem-report.js}}"],
  ["{{file style.css}}", "{{sha384 style.css}}"],
  ["{{file versions.js}}", "{{sha384 versions.js}}"],
];

/** The name of a file that is named after its content: it is the same in each version that has it. */
const NAMED = /-[0-9a-f]{16}\.\w+$/;

/** Of this page's versions; other pages of the host have caches, too. */
const CACHES = `fetchzip-files ${FOLDER} `;

const CACHE = CACHES + VERSION;

/** How long a page may take to say its version, in milliseconds. */
const PATIENCE_MS = 3_000;

addEventListener("install", (event) => event.waitUntil(keepFiles()));

// Nothing else is awaited: until this ends, the browser holds back every navigation to the page.
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const file = method === "GET" ? fileAt(url) : null;
  if (file !== null) event.respondWith(kept(file, event.request));
});

addEventListener("message", (event) => {
  const [port] = event.ports;
  switch (event.data?.fetchzip) {
    case "version":
      port.postMessage(VERSION);
      event.waitUntil(removeUnused());
      break;
    case "activate":
      skipWaiting();
  }
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  const keep = async (file, load) => {
    // What an earlier attempt has kept is not loaded again, nor what is the same in an earlier version.
    if (await cache.match(file)) return;
    const known = NAMED.test(file) ? await caches.match(file) : undefined;
    await cache.put(file, known ?? (await load()));
  };
  const loads = FILES.map(([file, integrity]) => keep(file, () => loaded(file, { integrity })));
  await Promise.all([keep(PAGE, loadPage), ...loads]);
}

async function loaded(file, options) {
  const response = await fetch(file, { cache: NAMED.test(file) ? "default" : "no-cache", ...options });
  if (!response.ok) throw new Error(`${file}: HTTP ${response.status}`);
  return response;
}

/** Another version may have been put in place meanwhile. */
async function loadPage() {
  const { body, headers } = await loaded(PAGE);
  const text = await new Response(body).text();
  if (!text.includes(`data-version="${VERSION}"`)) throw new Error("the page is of another version");
  return new Response(text, { headers });
}

/** The file that an address names; null if it is none that is kept. */
function fileAt(address) {
  const { origin, pathname } = new URL(address);
  if (!(origin + pathname).startsWith(FOLDER)) return null;
  const file = (origin + pathname).slice(FOLDER.length);
  if (file === "" || file === "index.html") return PAGE;
  return NAMED.test(file) || FILES.some(([name]) => name === file) ? file : null;
}

/** A file of this version, or one that is named after its content: also of an earlier version's page. */
async function kept(file, request) {
  const cache = NAMED.test(file) ? caches : await caches.open(CACHE);
  // The browser may have removed it.
  return (await cache.match(file)) ?? fetch(request);
}

/** Removes the files of the versions that no open page has. */
async function removeUnused() {
  // The files of a version that is to come are there already.
  if (registration.installing || registration.waiting) return;
  const windows = await clients.matchAll({ includeUncontrolled: true, type: "window" });
  const versions = await Promise.all(windows.filter(({ url }) => fileAt(url) === PAGE).map(versionOf));
  // A page that does not answer may have any.
  if (versions.includes(undefined)) return;
  const isUnused = (name) => name.startsWith(CACHES) && ![VERSION, ...versions].includes(name.slice(CACHES.length));
  await Promise.all((await caches.keys()).filter(isUnused).map((name) => caches.delete(name)));
}

/** The version of a page; undefined if it does not answer. */
function versionOf(page) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, PATIENCE_MS);
    page.postMessage({ fetchzip: "version" }, [port2]);
  }).finally(() => port1.close());
}
