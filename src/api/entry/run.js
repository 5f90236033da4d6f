// A run as its caller has it, from before the wasm is there until after the end.

import { bare, indexBelow, isObject, abortReason, typeError } from "./checks.js";
import { Events } from "./events.js";
import { watchPageRequests } from "./page_requests.js";

/** Milliseconds between two calls of `onProgress`. */
const REPORT_EVERY = 100;

/**
 * Starts a run of sources and options that are copies. `known` are the sources as an array, to which those that arrive
 * later are added, `sources` is what the engine gets of them, and `supply` has the rest. `engine` is the engine's `call`, or a promise of it where it is being loaded; `restart` makes a run of
 * other sources with such options, which carry what `supply` does unless they are changed.
 */
export const startRun = ({ sources, known, supply }, options, engine, restart) => {
  const { onEvent, onProgress, ...ofEngine } = options;
  const { signal, sink } = options;
  const total = Array.isArray(sources) ? sources.length : null;
  let last = {
    total,
    stored: 0,
    failed: 0,
    bytes: 0,
    expectedBytes: null,
    fraction: total === null ? null : 0,
    msLeft: null,
  };
  /** What the engine has returned, from its call to the run's end. */
  let underWay = null;
  let hasEnded = false;
  const commands = [];

  const emit = (event) => {
    events.push(event);
    onEvent?.(event);
  };

  // An event that nobody wants is not made.
  const listen = () => underWay?.listen(onEvent || events.areRead ? emit : undefined);

  const events = new Events(() => {
    // The end of the iteration shows it; whoever wants the reason asks for the result.
    if (events.areRead) result.catch(() => {});
    listen();
  });

  const progress = () => {
    try {
      last = { ...last, ...underWay?.progress() };
    } catch {
      // A page's own clock may throw; the run is not concerned by that.
    }
    // Of how much that would be a share is not known while sources arrive.
    if (last.total === null) last = { ...last, expectedBytes: null, fraction: null, msLeft: null };
    return { ...last };
  };

  const retry = (items, chosen, changes) => {
    const { signal, sink, onEvent, onProgress, ...same } = options;
    return restart(indices(items, chosen).map((index) => again(known[index])), same, changes, supply);
  };

  const call = (engine) => {
    underWay = engine(sources, bare(ofEngine), supply.isNeeded ? supply : undefined, retry);
    listen();
    for (const command of commands.splice(0)) underWay.command(...command);
    return underWay.result;
  };

  const callWhenLoaded = async () => {
    try {
      return await unlessAborted(engine, signal).then(call);
    } catch (error) {
      // The engine has not got as far as the sink.
      if (!underWay) sink?.abort(error).catch(() => {});
      throw error;
    }
  };

  let reported;
  const report = () => {
    const now = progress();
    try {
      const text = JSON.stringify(now);
      if (text === reported) return;
      reported = text;
      onProgress(now);
    } catch (error) {
      reportError(error);
    }
  };

  const ended = typeof engine === "function" ? call(engine) : callWhenLoaded();
  const timer = onProgress && setInterval(report, REPORT_EVERY);
  const endWatch = watchPageRequests();
  const end = () => {
    endWatch();
    clearInterval(timer);
    if (onProgress) report();
    else progress();
    hasEnded = true;
    underWay = null;
    events.end();
  };
  const result = ended.then(
    (value) => {
      last = { ...last, total: value.items.length };
      end();
      return value;
    },
    (error) => {
      end();
      throw error;
    },
  );

  const command = (name, item = 0) => {
    if (underWay) underWay.command(name, item);
    else if (!hasEnded) commands.push([name, item]);
  };
  const ofItem = (name) => (item) => command(name, indexBelow(last.total ?? Infinity)(item, "item"));

  return {
    result,
    events,
    get progress() {
      return progress();
    },
    pause: () => command("pause"),
    resume: () => command("resume"),
    stop: () => command("stop"),
    skip: ofItem("skip"),
    retry: ofItem("retry"),
  };
};

/** A source that was given before: a stream that was read fails alone, and is no mistake of the caller's. */
const again = (source) => (isObject(source) && source.data !== undefined ? { ...source, isGivenAgain: true } : source);

/** Waits for a promise, or until the signal is aborted: then it rejects with the signal's reason. */
const unlessAborted = (promise, signal) =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(abortReason(signal));
    if (signal?.aborted) return onAbort();
    const stopListening = () => {
      try {
        signal?.removeEventListener("abort", onAbort);
      } catch {
        // The call has ended, whatever a signal of the caller's own class does.
      }
    };
    signal?.addEventListener("abort", onAbort);
    promise.then(resolve, reject).finally(stopListening);
  });

/** The indices of those of a result's items that a caller chooses, in order; by default of those that failed. */
const indices = (items, chosen) => {
  if (chosen === undefined || chosen === null) return [...items.keys()].filter((index) => items[index].outcome === "failed");
  if (!isObject(chosen) || typeof chosen[Symbol.iterator] !== "function") {
    throw typeError("items", "an array or another iterable of indices", chosen);
  }
  const check = indexBelow(items.length);
  const all = Array.from(chosen, (index, number) => check(index, `items[${number}]`));
  return [...new Set(all)].sort((first, second) => first - second);
};
