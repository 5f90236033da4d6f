
/** Rejects the calls under way. */
const underWay = new Set();

/** Makes the engine's workers. */
let newWorker;

/** Called once, when the wasm has been loaded. */
export function begin(newWorkerOfEntry) {
  newWorker = newWorkerOfEntry;
  beginEngine(newWorker);
}

/** Begins a run: its `result`, and the functions `command`, `listen` and `progress`. It throws as `startFetchZip` does. */
export function call(sources, options, supply, retry) {
  let ended, command, listen, progress;
  try {
    [ended, command, listen, progress] = callEngine(sources, options, supply, retry);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    const none = () => {};
    return { result: Promise.reject(breakDown(error)), command: none, listen: none, progress: none };
  }
  const result = new Promise((resolve, reject) => {
    underWay.add(reject);
    const end = (settle) => (value) => {
      underWay.delete(reject);
      settle(value);
    };
    ended.then(end(resolve), end(reject));
  });
  // Adding it once more changes nothing.
  addEventListener("error", onError);
  return { result, command, listen, progress };
}

/** The browser reports here what ends a task of the wasm: a trap, or what a function that it calls throws. */
function onError(event) {
  const { error } = event;
  const isTrap = error instanceof WebAssembly.RuntimeError;
  if (isOwnError(isTrap, String(error?.stack).includes(import.meta.url))) {
    // Without a call to reject, the error goes to the console.
    if (underWay.size > 0) event.preventDefault();
    breakDown(error);
  }
}

/** Rejects all calls under way, whose tasks may be lost, and starts the wasm anew; returns what they are rejected with. */
function breakDown(error) {
  const cure = "try again, or with fewer images at a time";
  const reason = new Error(`fetchzip broke down (${error.message}): ${cure}`, { cause: error });
  for (const reject of underWay) reject(reason);
  underWay.clear();
  __wbg_reset_state();
  // A thread that is no page's entry, such as the package's worker, has begun nothing.
  if (newWorker) beginEngine(newWorker);
  return reason;
}
