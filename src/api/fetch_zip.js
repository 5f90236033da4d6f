
/** Where this script is. A bundler may have made it a script that is no module, which has no other address than its element's. */
const ADDRESS = import.meta.url ?? globalThis.document?.currentScript?.src ?? "";

/** Reject the calls under way, and the methods of results. */
const underWay = new Set();

/** Makes the engine's workers. */
let newWorker;

/** The start that is under way or has succeeded. */
let starting = null;

/** Loads the wasm and begins, unless that was done: an entry that was imported from two addresses has one engine. */
export function startEngine(module_or_path, newWorkerOfEntry) {
  starting ??= loadAndBegin(module_or_path, newWorkerOfEntry).catch((error) => {
    // The next one tries again.
    starting = null;
    throw error;
  });
  return starting;
}

async function loadAndBegin(module_or_path, newWorkerOfEntry) {
  await __wbg_init({ module_or_path });
  newWorker = newWorkerOfEntry;
  beginEngine(newWorker);
}

/** Begins a run: its `result`, and the functions `command`, `listen` and `progress`. It throws as `startFetchZip` does. */
export function call(sources, options, supply, retry) {
  let ended, functions;
  try {
    [ended, ...functions] = callEngine(sources, options, supply, retry);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    ended = Promise.reject(breakDown(error));
    functions = [() => {}, () => {}, () => {}];
  }
  const [command, listen, progress] = functions.map(guarded);
  return { result: settling(ended).then(withMethods), command, listen, progress };
}

/** A promise of the wasm's, whose task is lost if the wasm traps. */
function settling(promise) {
  return new Promise((resolve, reject) => {
    underWay.add(reject);
    const end = (settle) => (value) => {
      underWay.delete(reject);
      settle(value);
    };
    promise.then(end(resolve), end(reject));
    // Adding them once more changes nothing.
    addEventListener("error", onError);
    addEventListener("unhandledrejection", onError);
  });
}

/** A function of the wasm's. If it traps, its caller gets the cause as those of all calls under way do. */
function guarded(call) {
  return (...given) => {
    try {
      return call(...given);
    } catch (error) {
      throw error instanceof WebAssembly.RuntimeError ? breakDown(error) : error;
    }
  };
}

/** Has a result's methods settle as calls do. Once the wasm has been started anew, functions of before return nothing. */
function withMethods(result) {
  const gone = "fetchzip has broken down since, and what it kept of this result is gone: fetch the images again";
  const settled = (call) => async (...given) => settling(guarded(call)(...given) ?? Promise.reject(new Error(gone)));
  const select = settled(result.select);
  const methods = {
    dispose: guarded(result.dispose),
    prove: settled(result.prove),
    save: settled(result.save),
    select: async (items) => withMethods(await select(items)),
  };
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(result, name, { value, configurable: false });
  return result;
}

/** The browser reports here what ends a task of the wasm: a trap, or what a function that it calls throws. */
function onError(event) {
  const error = event.error ?? event.reason;
  const isTrap = error instanceof WebAssembly.RuntimeError;
  if (isOwnError(isTrap, ADDRESS !== "" && String(error?.stack).includes(ADDRESS))) {
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
  try {
    abortRequests();
  } catch {
    // It traps once more: then they end by themselves.
  }
  __wbg_reset_state();
  // A thread that is no page's entry, such as the package's worker, has begun nothing.
  if (newWorker) beginEngine(newWorker);
  return reason;
}
