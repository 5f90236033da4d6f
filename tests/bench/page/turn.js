// One turn of one contender: prepare, run, and read the archive back.

import { contenders } from "./contenders.js";
import { watchMainThread } from "./watch.js";

/** What came through a sink, as a page's own files know it. */
const SINK = "sink.zip";

let workload;
let run;
let archive = null;
let sink = null;
let proof = null;

/** Loads what a page would have loaded before anybody presses a button. */
export async function prepare(contender) {
  if (document.visibilityState !== "visible") throw new Error("the page is hidden, so its timers are slow");
  workload = await (await fetch("/workload.json")).json();
  const turn = crypto.randomUUID();
  for (const file of workload.files) file.url = file.url.replace("{turn}", turn);
  run = await contenders[contender](workload);
  if (workload.toSink) sink = await (await sinkFile()).createWritable();
}

/** From the call until the archive is ready. */
export async function measure() {
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
  const verdict = sink
    ? await post("/streamed", await (await sinkFile()).getFile())
    : await post("/archive", archive);
  await forget();
  return verdict;
}

/** For contenders that make no archive. */
export async function forget() {
  archive = null;
  if (sink) await (await navigator.storage.getDirectory()).removeEntry(SINK);
  sink = null;
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", body });
  const answer = await response.json();
  if (answer?.error) throw new Error(answer.error);
  return answer;
}

/** Its streams are of the same kind as those of a file that `showSaveFilePicker` gives. */
async function sinkFile() {
  const folder = await navigator.storage.getDirectory();
  return folder.getFileHandle(SINK, { create: true });
}
