// One turn of one contender: prepare, run, and read the archive back.

import { contenders } from "./contenders.js";
import { watchMainThread } from "./watch.js";

/** Bytes that go to the sink in one request. */
const PIECE = 4 << 20;

let workload;
let run;
let archive = null;
let proof = null;

/** Loads what a page would have loaded before anybody presses a button. */
export async function prepare(contender) {
  if (document.visibilityState !== "visible") throw new Error("the page is hidden, so its timers are slow");
  workload = await (await fetch("/workload.json")).json();
  run = await contenders[contender](workload);
  if (workload.toSink) await post("/sink/begin");
}

/** From the call until the archive is ready. */
export async function measure() {
  const sink = workload.toSink ? sinkToDisk() : null;
  const stopWatching = watchMainThread();
  const start = performance.now();
  const result = await run(sink);
  const end = performance.now();
  const watched = await stopWatching();
  archive = result.archive ?? null;
  proof = archive && result.prove;
  // What was fetched and not zipped is told by its length; more would need the bytes.
  const bytes = archive ? archive.size : result.bytes;
  const afterLastByteMs = result.lastByteAt === undefined ? null : end - result.lastByteAt;
  return { wallMs: end - start, bytes: bytes ?? null, afterLastByteMs, ...watched };
}

/** Has the contender prove its own archive, where it can; milliseconds. */
export async function prove() {
  if (!proof) return null;
  const start = performance.now();
  await proof();
  return performance.now() - start;
}

/** Has every byte of the archive read and compared. */
export async function readBack() {
  if (workload.toSink) return post("/sink/verify");
  const verdict = await post("/archive", archive);
  archive = null;
  return verdict;
}

/** For contenders that make no archive. */
export async function forget() {
  archive = null;
  return workload.toSink ? post("/sink/forget") : null;
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", body });
  const answer = await response.json();
  if (answer?.error) throw new Error(answer.error);
  return answer;
}

/** A stream into a file on disk, in large pieces, one at a time. */
function sinkToDisk() {
  const buffer = new Uint8Array(PIECE);
  let filled = 0;
  const send = async () => {
    await post("/sink/append", buffer.subarray(0, filled));
    filled = 0;
  };
  return new WritableStream({
    async write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + PIECE - filled);
        buffer.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled === PIECE) await send();
      }
    },
    async close() {
      if (filled > 0) await send();
    },
  });
}
