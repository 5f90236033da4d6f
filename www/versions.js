// Keeps this version of the page for use without a network, and offers a newer one. A newer version never takes
// over by itself, and never while a run is under way in any tab.

import { activeWorker } from "./{{file download.js}}";

const ROOT = document.documentElement;

const VERSION = ROOT.dataset.version;

/** Each page holds this lock, shared, while it has a run. */
const RUNS = `fetchzip-runs ${new URL("./", location).href}`;

/** How often a page that stays open asks for a newer version, in milliseconds. */
const INTERVAL_MS = 3_600_000;

/**
 * Has the service worker keep the page's files, and shows the notice once there is another version than this
 * page's: a newer one, or an older one that was put back.
 *
 * @param {URL} script the service worker
 * @param {URL} scope the page's folder
 */
export async function followVersions(script, scope) {
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data, ports: [port] }) => {
    if (data?.fetchzip === "version") port.postMessage(VERSION);
  });
  serviceWorker.startMessages();
  // Before the page's, which would otherwise be asked for the requests of the thread that fetches.
  await activeWorker(new URL("engine/service-worker.js", scope), new URL("engine/", scope));
  await activeWorker(script, scope);
  const registration = await serviceWorker.getRegistration(scope);
  holdRuns();

  const look = () => offer(registration);
  serviceWorker.addEventListener("controllerchange", look);
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  document.getElementById("new-version-reload").addEventListener("click", () => reload(registration));
  askForUpdates(registration);
  await look();
}

async function offer({ waiting, active }) {
  const worker = waiting ?? active;
  // The browser ends the worker when the user clears the site's data.
  if (!worker) return;
  const version = await versionOf(worker);
  document.getElementById("new-version").hidden = version === VERSION;
}

function versionOf(worker) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => {
      port1.onmessage = null;
      port1.close();
      resolve(data);
    };
    worker.postMessage({ fetchzip: "version" }, [port2]);
  });
}

/** Loads the other version, once no page has a run. */
function reload(registration) {
  document.getElementById("new-version-text").textContent =
    "The new version starts when the runs in other tabs have ended.";
  navigator.locks.request(RUNS, () => {
    const { waiting } = registration;
    if (!waiting) return location.reload();
    // Earlier, as at "controllerchange", the reload can keep WebKit's worker in its activation for good.
    waiting.addEventListener("statechange", () => waiting.state === "activated" && location.reload());
    waiting.postMessage({ fetchzip: "activate" });
  });
}

function askForUpdates(registration) {
  let asked = performance.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || performance.now() - asked < INTERVAL_MS) return;
    asked = performance.now();
    // Without a network there is none.
    registration.update().catch(() => {});
  });
}

function holdRuns() {
  const isRunning = () => ROOT.dataset.run === "running";
  const ends = [];
  // By the time that the lock is there, the run may have ended.
  const hold = () => new Promise((resolve) => (isRunning() ? ends.push(resolve) : resolve()));
  let wasRunning = false;
  const follow = () => {
    if (isRunning() === wasRunning) return;
    wasRunning = isRunning();
    if (wasRunning) navigator.locks.request(RUNS, { mode: "shared" }, hold);
    else ends.splice(0).forEach((end) => end());
  };
  new MutationObserver(follow).observe(ROOT, { attributeFilter: ["data-run"] });
  follow();
}
