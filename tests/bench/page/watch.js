// How long the page's own thread was kept from anything else.

const BEAT_MS = 4;

/** Watches from now on; the function given back ends that and tells. */
export function watchMainThread() {
  let longestTask = null;
  const look = (entries) => {
    for (const { duration } of entries) longestTask = Math.max(longestTask, duration);
  };
  let observer = null;
  if (PerformanceObserver.supportedEntryTypes.includes("longtask")) {
    longestTask = 0;
    observer = new PerformanceObserver((list) => look(list.getEntries()));
    observer.observe({ type: "longtask" });
  }

  let longestGap = 0;
  let last = performance.now();
  let timer;
  const beat = () => {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - last);
    last = now;
    timer = setTimeout(beat, BEAT_MS);
  };
  timer = setTimeout(beat, BEAT_MS);

  return async () => {
    // Once more, so that the task which ends the run is seen as well.
    await new Promise((resolve) => setTimeout(resolve, 60));
    clearTimeout(timer);
    if (observer) look(observer.takeRecords());
    observer?.disconnect();
    return { longestTask, longestGap };
  };
}
