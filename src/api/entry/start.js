// Starts the engine at the first call, and its worker.

import { call, startEngine } from "./fetchzip-engine.js";
import { bare } from "./checks.js";
import { arrivals, copyOfSources } from "./copies.js";
import { checkedOptions } from "./options.js";
import { startRun } from "./run.js";
import { Supply } from "./supply.js";
import { workerAt, workerBy } from "./worker_script.js";

/**
 * An entry's functions. `wasm` returns the wasm or its address, `worker` a worker with the package's script, and
 * `cure` says what to do where the wasm can't be had.
 */
export const serve = ({ wasm, worker, cure }) => {
  let starting = null;
  let hasStarted = false;

  const start = async (where) => {
    let module_or_path = where?.wasm;
    try {
      module_or_path ??= wasm();
      await startEngine(module_or_path, () => launch(where?.worker, worker));
    } catch (error) {
      const file = typeof module_or_path === "string" || module_or_path instanceof URL ? ` from ${module_or_path}` : "";
      throw new Error(`fetchzip could not load its wasm${file} (${error?.message ?? error}): ${cure}`, { cause: error });
    }
    hasStarted = true;
  };

  const init = (where) => {
    starting ??= start(where).catch((error) => {
      // The next call tries again.
      starting = null;
      throw error;
    });
    return starting;
  };

  const run = ({ known, arrive }, options, before) => {
    const supply = new Supply(options, arrive !== null, before);
    const take = (item, source) => supply.take(item, source);
    const sources = arrive ? arrivals(arrive, known, take) : known.map((source, item) => take(item, source));
    return startRun({ sources, known, supply }, options, hasStarted ? call : init().then(() => call), runAgain);
  };

  const runAgain = (known, options, changes, before) => {
    const changed = checkedOptions(changes);
    return run({ known, arrive: null }, bare({ ...options, ...changed }), changed.request === undefined ? before : undefined);
  };

  // Both are read before it returns, as `fetch` reads its arguments.
  const startFetchZip = (sources, options) => run(copyOfSources(sources), checkedOptions(options));

  const fetchZip = async (sources, options) => startFetchZip(sources, options).result;

  return { init, fetchZip, startFetchZip };
};

/** A worker, by the expression of an entry or at the address that the application gave. */
const launch = (given, worker) => (given === undefined ? workerBy(worker) : workerAt(given));
