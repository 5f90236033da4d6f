// Calls that TypeScript must accept, and calls that it must refuse. Compiled, never run.

import init, {
  downloadSink,
  fetchZip,
  parseList,
  startFetchZip,
  type FetchZipError,
  type FetchZipErrorKind,
  type FetchZipEvent,
  type FetchZipItem,
  type FetchZipOptions,
  type FetchZipProgress,
  type FetchZipResult,
  type FetchZipRun,
  type UrlSource,
} from "fetchzip";

await init();
await init({ wasm: new URL("https://example.org/fetchzip_bg.wasm"), worker: "/fetchzip-worker.js" });

const url = "https://example.org/cat.jpg";
const { blob, fileName, items, timings } = await fetchZip([url]);
const size: number = blob === null ? 0 : blob.size;
const name: string = fileName;
const { wallMs, busyMs, bytes }: { wallMs: number; busyMs: number; bytes: number } = timings;

const item: FetchZipItem = items[0]!;
const entryName: string | null = item.entryName;
const times: [number, number | null, number | null, number] = [
  item.queuedAt,
  item.startedAt,
  item.headersAt,
  item.finishedAt,
];
const outcome: "stored" | "failed" | "left-out" = item.outcome;
const error: FetchZipError | null = item.error;
const status: number | null | undefined = error?.status;
const figures: [string | null, number, number, number] = [item.type, item.bytes, item.crc32, item.attempts];
const pixels: [number | null, number | null] = [item.width, item.height];
const provenance: [string | null, boolean] = [item.finalUrl, item.isCutShort];

await fetchZip(new Set([url, new URL(url)]));
await fetchZip([{ url }, { url: new URL(url), name: "mine" }] as const);
await fetchZip([new Request(url), { url: new Request(url), request: { headers: { a: "b" }, credentials: "include" } }]);
await fetchZip([url, { name: "a.txt", data: "text", lastModified: new Date() }, { data: new Response() }]);
await fetchZip([url], { request: { headers: new Headers(), priority: "low", body: "x", method: "POST" } });
await fetchZip([url], {
  request: async (address, { item, attempt, error }) => ({ url: address, headers: { a: `${item} ${attempt} ${error?.status}` } }),
});
await fetchZip((async function* () {
  yield url;
  yield { name: "b", data: new Blob() };
})());
await fetchZip([{ url, fallbacks: [url, new URL(url)], title: "A cat", columns: { SKU: "4711" } }]);

const options: FetchZipOptions = {
  mode: "sequential",
  concurrency: Infinity,
  perOrigin: 2,
  retries: 0,
  timeoutMs: 1000,
  imageTimeoutMs: 60_000,
  minBytesPerSecond: 0,
  slowAfterMs: 10_000,
  cache: "no-cache",
  accept: "all",
  names: "{index}-{name}",
  fileName: "cats.zip",
  skipRepeated: "both",
  filter: (item) => item.width !== null && item.width > 100,
  manifest: { name: "record", format: "csv", sha256: true, wholeAddresses: true },
  signal: AbortSignal.timeout(1000),
  sink: new WritableStream<Uint8Array>(),
  onProgress({ total, stored, failed, bytes, expectedBytes, fraction, msLeft }: FetchZipProgress) {
    const figures: [number, number, number, ...(number | null)[]] = [stored, failed, bytes, total, expectedBytes, fraction, msLeft];
    use(figures);
  },
  onEvent(event: FetchZipEvent) {
    switch (event.kind) {
      case "queued":
        return;
      case "started":
        return use(event.attempt);
      case "headers":
        return use(event.declaredBytes ?? 0);
      case "received":
        return use(event.bytes);
      case "slow":
        return use(event.bytesPerSecond);
      case "retrying":
        return use(event.resumesAt, event.error.kind, event.error.message);
      case "stored":
        return use(event.bytes, event.crc32, event.type, event.isCutShort, event.at, event.item);
      case "cooling-down":
        return use(event.until);
      case "left-out":
        return;
      case "failed":
        return use(event.error.status ?? 0);
      default:
        return use(event satisfies never);
    }
  },
};
const result: Promise<FetchZipResult> = fetchZip([], options);
const { storage, dispose, prove, select } = await result;
const selection: FetchZipResult = await (await select(new Set([0, 2]))).select([2]);
// @ts-expect-error Items are selected by their indices.
await select(["cat.jpg"]);
const proved: void = await prove();

const run: FetchZipRun = startFetchZip([url, { url, name: "mine" }], { onProgress: use });
run.pause();
run.resume();
run.skip(0);
run.retry(0);
for await (const event of run.events) if (event.kind === "stored") use(event.crc32);
const reached: FetchZipProgress = run.progress;
const again: FetchZipRun = (await run.result).retry([0], { retries: 5 });
const all: FetchZipRun = (await again.result).retry();
all.stop();
const kinds: FetchZipErrorKind[] = ["request", "data", "stopped"];
// @ts-expect-error A run's promise stays its own.
run.result = result;
// @ts-expect-error An item is named by its index.
run.skip("cat.jpg");
// @ts-expect-error There is no such kind.
kinds.push("skipped");

const sink: WritableStream<Uint8Array> = await downloadSink({ fileName: "cats.zip" });
await fetchZip([url], { sink, order: "completion" });
await downloadSink({ fileName: "cats.zip", scope: "/static/", picker: false });
// @ts-expect-error A file has a name.
await downloadSink({});

const list = parseList("https://example.org/[1-3].jpg");
const source: UrlSource = list.sources[0]!;
const rejected: { line: number; text: string; message: string } = list.rejected[0]!;
const ofList: [string, string[], string | undefined, (string | URL)[] | undefined, string | undefined] = [
  list.form,
  list.columns,
  source.title,
  source.fallbacks,
  source.columns?.["SKU"],
];
parseList("a", { base: new URL(url), form: "auto", column: "src", expand: false });
await fetchZip(list.sources);
// @ts-expect-error There is no such form.
parseList("a", { form: "pdf" });
// @ts-expect-error A list is a text.
parseList(new Blob());

// @ts-expect-error There is no such mode.
await fetchZip([url], { mode: "fast" });
// @ts-expect-error Pages alone are not accepted.
await fetchZip([url], { accept: "html" });
// @ts-expect-error There is no such option.
await fetchZip([url], { parallel: 3 });
// @ts-expect-error A number is no URL.
await fetchZip([5]);
// @ts-expect-error The archive may be missing.
blob.size;

function use(...values: unknown[]): void {}
use(rejected, ofList, selection, reached);
use(pixels, provenance, size, name, wallMs, busyMs, bytes, entryName, times, outcome, status, figures, result, storage satisfies "file" | "blobs", dispose(), proved);
