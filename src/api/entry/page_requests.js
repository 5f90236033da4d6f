// The requests that the caller's thread makes beside its runs. They wait in the same queue of the browser's, which the
// engine's worker does not see. So while there are runs, those that end are reported to it.

/** The channel that the engine listens to: `src/browser/fetch/tab_channel.rs`. */
const CHANNEL = "fetchzip requests 1";

/** What the message begins with: no thread's number, and what follows (`src/run/page_requests.rs`). */
const HEAD = [0, 2];

let runs = 0;
let stop;

/** Called when a run begins; returns what to call when it has ended. */
export const watchPageRequests = () => {
  runs += 1;
  if (runs === 1) stop = watch();
  return () => {
    runs -= 1;
    if (runs === 0) stop();
  };
};

const watch = () => {
  try {
    const channel = new BroadcastChannel(CHANNEL);
    const observer = new PerformanceObserver((list) => {
      channel.postMessage(Float64Array.from([...HEAD, ...list.getEntries().flatMap(numbers)]));
    });
    observer.observe({ type: "resource" });
    return () => {
      observer.disconnect();
      channel.close();
    };
  } catch {
    // Where a page has no channel or can't observe, a run is not concerned by that.
    return () => {};
  }
};

/** A request's origin, beginning and end, in seconds since 1970. */
const numbers = ({ name, startTime, responseEnd }) => [hash(new URL(name).origin), since1970(startTime), since1970(responseEnd)];

const since1970 = (time) => (performance.timeOrigin + time) / 1000;

/** FNV-1a, as in `src/run/stall.rs`. Origins are ASCII. */
const hash = (text) =>
  [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5 | 0) >>> 0;
