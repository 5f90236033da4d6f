// The JavaScript API. Both entries, "fetchzip" and "fetchzip/inline", have these exports.

/**
 * Loads the wasm and starts the worker. Never needed, since the first call does it; an application calls it to start
 * early, or to say where the package's files are. It may be called any number of times, at any time; once the engine
 * has started, `where` has no effect.
 *
 * The promise rejects with an Error that says which file could not be loaded, and why. The next call tries again.
 */
export default function init(where?: {
  /** The address of `fetchzip_bg.wasm`. Default: beside the module; in "fetchzip/inline", inside it. */
  wasm?: string | URL;
  /** The address of `fetchzip-worker.js`, which imports `fetchzip-engine.js` beside it. Default: likewise. */
  worker?: string | URL;
}): Promise<void>;
export { init };

/** One URL to fetch, and what is known of its image. */
export interface FetchZipRequest {
  /**
   * An absolute address, or a `Request`, which counts whole: method, body, headers, credentials, mode, cache, referrer and its
   * signal, which ends this item alone. It is refused if its body was used, its mode is "no-cors", its redirect not "follow", or if it has an
   * integrity.
   */
  url: string | URL | Request;
  /**
   * The entry's name; a slash makes a folder. It is made safe and unique, and gets an extension that fits
   * the image's bytes. It takes precedence over `names`.
   */
  name?: string;
  /**
   * Other addresses of the same image, tried in this order when the one before has failed for good. One that
   * is no URL is passed over.
   */
  fallbacks?: (string | URL)[];
  /** For {title} in `names`. */
  title?: string;
  /** For {col.NAME} in `names`. */
  columns?: Record<string, string>;
  /** What the requests for it carry, over what its `Request` and `options.request` say. */
  request?: RequestOptions;
}

/** A file of the caller's own. It is never "not-an-image" and does not count in `timings`. */
export interface DataSource {
  /**
   * The entry's name; a slash makes a folder. It is made safe and unique, and keeps its extension, or has none, whatever the
   * data is. A `File` and a `Response` with an address have names of their own, and need none.
   */
  name?: string;
  /**
   * A stream need not fit into memory: it is read into the run's temporary file, and then written to the archive. (In place
   * and where the browser has no such file, it is read into memory, and from 4 MiB on into a Blob, which Chromium and Firefox keep on the disk.) Pieces that are strings count as UTF-8. If it fails,
   * this entry alone fails ("data"). A Response is taken whatever its status is. What was read before, in part too, and a
   * Response that can't be read ("opaque", "error") are refused.
   */
  data: string | Blob | BufferSource | Response | ReadableStream<Uint8Array>;
  /** In milliseconds since 1970, or a Date. Default: a File's own, or a Response's Last-Modified. */
  lastModified?: number | Date;
}

/** What a call gets its images and other entries from. */
export type Source = string | URL | Request | FetchZipRequest | DataSource;

/** What a call takes: a list, or one that arrives. */
export type Sources = Iterable<Source> | AsyncIterable<Source>;

/**
 * What requests carry, in the terms of `fetch`. What is given in several places counts in this order: what the function
 * `options.request` returns, `request` of the source, its `Request`, `options.request`, the defaults. Each option counts by
 * itself, and of the headers each by its name.
 *
 * Headers reach the origin of their address alone. If the function returns an address of another origin, an item whose source
 * has headers, a body or credentials "include" fails: the function has to return them, too. If a redirect leads to another
 * origin, browsers remove `Authorization`; for a request with other headers than that and those that any request may have (`Accept`, `Accept-Language`,
 * `Content-Language`, `Content-Type`), redirects are not followed to another origin, and the item fails ("request").
 */
export interface RequestOptions {
  headers?: HeadersInit;
  /** Default: "same-origin". */
  credentials?: RequestCredentials;
  mode?: "cors" | "same-origin";
  /** Default: "", none. */
  referrer?: string;
  /** Default: "no-referrer". */
  referrerPolicy?: ReferrerPolicy;
  /** Default: `options.cache`. */
  cache?: RequestCache;
  priority?: RequestPriority;
  method?: string;
  body?: string | BufferSource;
}

/** What a function as `options.request` returns: `url` is asked in place of the source's address, and its entry keeps its name. */
export type AttemptOptions = RequestOptions & { url?: string | URL };

export interface FetchZipOptions {
  /** "sequential" fetches one image after the other. Default: "concurrent". */
  mode?: "concurrent" | "sequential";
  /**
   * The maximum number of requests in flight: a whole number of at least 1, or Infinity. It is never
   * exceeded. Default: found during the run for each origin, starting at 16; not more than 96 together,
   * in which slow ones do not count.
   */
  concurrency?: number;
  /**
   * The maximum number of requests in flight to one origin; never exceeded, also for addresses that a function as `request`
   * gives. Origins take turns, whatever their order in the list. Calls at the same time share what an origin can take.
   * Default: found during the run, for the origins of the list.
   */
  perOrigin?: number;
  /** The number of attempts after the first, for failures that may be temporary. Default: 3. */
  retries?: number;
  /**
   * The maximum size of one image in bytes: a whole number of at least 1, or Infinity. Bytes are
   * counted as they arrive; an image with more fails ("too-large"). Default: Infinity.
   */
  maxBytes?: number;
  /**
   * The maximum size of all images together in bytes, with the same range. Once an image does not
   * fit, it fails ("over-total"), and so do all that have not been requested yet. Default: Infinity.
   */
  maxTotalBytes?: number;
  /**
   * The longest time that an attempt may go without receiving a byte, in milliseconds. Time in the browser's
   * own queue does not count while the image's host answers other requests, those of the page itself included,
   * and neither does the time in which the computer sleeps. Requests of the page that hold their connections
   * for longer than this are not seen. Default: 30000.
   */
  timeoutMs?: number;
  /**
   * The longest time for one image, with all its attempts, in milliseconds from when the browser has a
   * connection for it. An image that takes longer fails ("timeout"). Default: Infinity.
   */
  imageTimeoutMs?: number;
  /**
   * An image is slow ("slow" in the events) if less than this many bytes a second arrive for `slowAfterMs`.
   * Slow images do not hold up others: others start beside them, and where a limit of yours or half of their
   * host's connections is reached, they are broken off and start again after the others. A whole number; 0
   * turns this off. Default: 1000.
   */
  minBytesPerSecond?: number;
  /** In milliseconds; 0 turns it off, too. Default: 30000. */
  slowAfterMs?: number;
  /** How requests use the browser's cache. Default: "no-store", so the same URL ten times makes ten requests. */
  cache?: RequestCache;
  /**
   * What the requests carry. An object goes to every request; one with headers, or with credentials "include", is refused
   * (TypeError) if the addresses are of more than one origin; in an async iterable, each item of another origin fails.
   *
   * A function is called before each attempt, in the thread of the call, with the address, the item's index, the number of
   * the attempt and the error of the attempt before, so that it can renew a token or sign an address anew. It may be async.
   * No more of its calls are under way than requests. If it throws, the item fails with its words ("request"). With a
   * function, an image that is refused with 401 or 403 is asked for once more, unless `retries` is 0.
   */
  request?:
    | RequestOptions
    | ((
        url: URL,
        attempt: { item: number; attempt: number; error: FetchZipError | null },
      ) => AttemptOptions | Promise<AttemptOptions>);
  /**
   * Which answers are kept: "images", recognised by their bytes, or "all", any answer with a 2xx status, HTML
   * and empty ones too. Default: "images".
   */
  accept?: "images" | "all";
  /**
   * The template for entry names, with {name}, {stem}, {ext}, {host}, {path} (as folders), {query.KEY},
   * {date} (Last-Modified; {date:%Y-%m}), {type}, {width}, {height}, {sha256:8}, {index} (from 0, padded
   * to the same width for all items; {index+1}, {index:4}), and a request's {title} and {col.NAME}.
   * {title|none} is "none" where there is no title. A slash makes a folder. A request's own name takes
   * precedence. Default: "{name}".
   */
  names?: string;
  /**
   * Fetches an address that is there several times only once ("urls"), keeps only the first of images with
   * the same bytes ("images"; SHA-256), or both. The others are left out. Requests for one address with other methods,
   * headers, credentials or bodies are not the same, and neither are `Request`s that may have a body. Default: false.
   */
  skipRepeated?: false | "urls" | "images" | "both";
  /**
   * Called for each image that has arrived, with what is known of it; `false` leaves it out of the archive
   * ("left-out"). If it throws, the error is reported as uncaught, and the image is kept.
   */
  filter?: (item: FetchZipItem) => boolean;
  /**
   * A record inside the archive of where each image came from, as CSV and JSON. Default: false.
   *
   * `name` is the files' name without an extension ("manifest"), `format` one of both ("both"), `sha256`
   * adds the SHA-256 of each image, and `wholeAddresses` keeps what signs or opens an address, such as
   * `X-Amz-Signature` and `token`, whose values are otherwise `***`.
   */
  manifest?: boolean | { name?: string; format?: "csv" | "json" | "both"; sha256?: boolean; wholeAddresses?: boolean };
  /** The archive's file name. Default: "images.zip". */
  fileName?: string;
  /**
   * Aborts the run and its requests: the result rejects with `signal.reason`, whatever that is, and the sink is aborted
   * with it. One that is already aborted prevents every request.
   */
  signal?: AbortSignal;
  /**
   * Receives the archive as it grows, no faster than it can write. The result's blob is then null.
   * The sink is closed at the end, or aborted with the run's reason if the run fails. `downloadSink` returns one that
   * saves the archive as a file.
   */
  sink?: WritableStream<Uint8Array>;
  /**
   * The order of a sink's entries: "input", or "completion", in which no entry waits for an earlier
   * item. Default: "input".
   */
  order?: "input" | "completion";
  /** Called with every event of every item. If it throws, the error is reported as uncaught, and the run continues. */
  onEvent?: (event: FetchZipEvent) => void;
  /**
   * Called with `progress` of the run when it has changed, at most ten times a second, and at the end before the result
   * settles. If it throws, the error is reported as uncaught, and the run continues.
   */
  onProgress?: (progress: FetchZipProgress) => void;
}

/** A run that was started. Its functions work without their object, too. */
export interface FetchZipRun {
  /**
   * Rejects with `signal.reason` for an abort, with what the sink failed with, and with an Error if the engine can't go
   * on. It always settles.
   */
  readonly result: Promise<FetchZipResult>;
  /**
   * The run's events, for any number of iterators. Each gets what happens from its beginning on: all events, if it begins
   * in the same turn as the run. What it has not read yet is kept for it, of an item's "received" events only the latest;
   * while nothing iterates, nothing is kept. It ends with the run, whether that succeeds or not.
   */
  readonly events: AsyncIterable<FetchZipEvent>;
  /** How far the run is now, and after its end how far it was then. */
  readonly progress: FetchZipProgress;
  /** Starts no request until `resume()`. Those under way continue. Called in the same turn as the run, no request is sent. */
  pause(): void;
  resume(): void;
  /** Ends the run with what has arrived, as an archive; the rest fails as "stopped". It can't be undone. */
  stop(): void;
  /**
   * Gives up an item that has not ended: it fails as "stopped". Throws a TypeError or RangeError for what is not the
   * index of an item.
   */
  skip(item: number): void;
  /**
   * Breaks off the request of an item that is under way, and asks for the item once more, after the others of its host. A
   * function as `request` gets an error of the kind "stopped" then.
   * An item that waits for its turn anyway, or that has ended, stays as it is (`result.retry` is for the failed ones).
   * Throws like `skip`.
   */
  retry(item: number): void;
}

/** How far a run is. */
export interface FetchZipProgress {
  /** The number of items; null while it is not known. */
  total: number | null;
  /** The number of images that are stored. */
  stored: number;
  /** The number of items that have failed for good. */
  failed: number;
  /** Bytes of all images that are stored or arriving. */
  bytes: number;
  /** Bytes that all images will have; those of unknown size count as the mean of the others. null while no size is known. */
  expectedBytes: number | null;
  /** The share of the work that is done, from 0 to 1; it never falls. null while it is unknown. */
  fraction: number | null;
  /** The time left in milliseconds, by the pace of the last seconds; null while that is too little to go by. */
  msLeft: number | null;
}

/** The kinds of reasons for which an image is not in the archive. */
export type FetchZipErrorKind =
  | "address"
  | "http"
  | "host-refuses"
  /** The host answers, but does not let this page read it. */
  | "cors"
  /** The host can't be reached. */
  | "unreachable"
  /** Refused, or broken off, although the host lets this page read other answers. */
  | "network"
  /** The request was not made, or not as its options say: `message` says why. */
  | "request"
  /** The data of an entry of the caller's own can't be read. */
  | "data"
  | "interrupted"
  | "truncated"
  | "timeout"
  | "empty"
  | "not-an-image"
  | "too-large"
  | "over-total"
  | "storage"
  /** By `stop()` or `skip()`, before it had arrived; of a request that `retry()` has broken off, in its event. */
  | "stopped";

/** Why an image is not in the archive. */
export interface FetchZipError {
  kind: FetchZipErrorKind;
  /** What happened and what to do about it, as a sentence to show to users. */
  message: string;
  /** The HTTP status, for the kinds "http" and "host-refuses"; otherwise null. */
  status: number | null;
}

/** Something that happened to one item. `item` is the item's index, `at` the time in milliseconds since the run began. */
export type FetchZipEvent = { at: number; item: number } & (
  | { kind: "queued" }
  | { kind: "started"; attempt: number }
  | { kind: "headers"; declaredBytes: number | null }
  | { kind: "received"; bytes: number }
  /** The attempt receives less than `minBytesPerSecond`. It continues, unless "retrying" follows. */
  | { kind: "slow"; bytesPerSecond: number }
  | { kind: "retrying"; error: FetchZipError; resumesAt: number }
  /**
   * The item's host refused, or this is the last request that it answers for a while. Nothing is requested from it
   * before `until`, in milliseconds since the run began.
   */
  | { kind: "cooling-down"; until: number }
  /** `isCutShort`: the bytes end before the image is complete, according to its format. */
  | { kind: "stored"; bytes: number; crc32: number; type: string; isCutShort: boolean }
  /** The item is left out of the archive; its image may have been stored before. */
  | { kind: "left-out" }
  | { kind: "failed"; error: FetchZipError }
);

/** The outcome of one URL. All times are in milliseconds since the run began. */
export interface FetchZipItem {
  /** As it was asked for; "" for an entry of the caller's own. */
  url: string;
  /** Where the image came from, if the request was redirected; otherwise null. */
  finalUrl: string | null;
  /** The image's name in the archive; null if it is not there. */
  entryName: string | null;
  /** "left-out": `filter` leaves it out, or it repeats another, which `skipRepeated` skips. */
  outcome: "stored" | "failed" | "left-out";
  error: FetchZipError | null;
  /**
   * The media type, recognised from the bytes; null if the item failed. Of a file that is no image, it is the
   * Content-Type without parameters unless the bytes contradict that.
   */
  type: string | null;
  bytes: number;
  /** The CRC-32 of the image's bytes, as an unsigned number; 0 if the item failed. */
  crc32: number;
  /** In pixels, as the image's bytes say; null if they do not, if it is no image, or if the item failed. */
  width: number | null;
  height: number | null;
  /** Whether the bytes end before the image is complete, according to its format; false of other files. */
  isCutShort: boolean;
  attempts: number;
  queuedAt: number;
  /** When the first request was made; null if there was none. */
  startedAt: number | null;
  /** When the headers of the last attempt arrived; null if they did not. */
  headersAt: number | null;
  finishedAt: number;
}

export interface FetchZipResult {
  /**
   * The archive; null if no image was stored, or if the archive went to a sink. Removing its file (`dispose`,
   * clearing the site's data) and, in Firefox, closing the tab can end a download of it: use `save`.
   */
  blob: Blob | null;
  fileName: string;
  /** One item per URL, in input order, including those that failed. */
  items: FetchZipItem[];
  timings: {
    /** The time from the start of the run until the archive was ready. */
    wallMs: number;
    /** The sum of the items' durations, each from its first request to its end. */
    busyMs: number;
    /** The size of all stored images together, in bytes. */
    bytes: number;
  };
  /**
   * Where the images are kept: in a temporary file of the browser's or, if it provides none or has no
   * space for all of them, in Blobs. An archive of less than 2 MiB whose images are all at most 256 KiB is
   * written to a file only when it is saved.
   */
  storage: "file" | "blobs";
  /**
   * Why a list that arrived (an AsyncIterable) ended early: what reading it threw, or a TypeError for a source that makes no
   * sense. What had come is in the archive. Otherwise null.
   */
  sourcesError: unknown;
  /**
   * Hands the archive to the browser as a download of one file, which nothing done later ends: not
   * `dispose`, not another run, not closing the tab. The file is kept for an hour or until the next visit
   * after that, and where space is needed for at least five minutes. Where the browser has no space for
   * such a file, the archive is saved from memory, and the page asks before it is closed for as long as
   * that can take.
   *
   * `fileName` is `fileName` of the result unless it is given. Resolves when the archive was handed over; a
   * page never learns when a download ends. Rejects with an Error if there is no archive, outside a page,
   * and after `dispose`.
   */
  save(fileName?: string): Promise<void>;
  /**
   * Makes another archive of these items, given by their indices in `items` in any order, from what is kept:
   * nothing is fetched again. This result stays as it is.
   *
   * The other result has the same items in the same order. Those that were not selected are "left-out", without
   * an entry and without an error; those that failed stay failed. Entries keep their names, and a record is made
   * anew for the selection. `timings` are those of the run, but for `bytes`. An item that is not in this archive
   * can't be selected into another one, so bring one back by selecting from the first result.
   *
   * A selection is read from the same temporary file until `save` copies it into one of its own, so that it
   * needs little space. That file is removed when all results that are read from it are disposed of; each can
   * be read until its own `dispose`.
   *
   * Rejects with a TypeError or RangeError that names what is not the index of an item, and with an Error after
   * `dispose`, and if there is no archive to select from: it went to a sink, or its file is gone with the site's
   * data.
   */
  select(items: Iterable<number>): Promise<FetchZipResult>;
  /**
   * Fetches once more what failed, or the items with these indices whatever became of them. That is a run of its own, of
   * these items alone and in their order, and its result has an archive of them; this result stays as it is.
   *
   * `options` are over those of the first run, of which `signal`, `sink`, `onEvent` and `onProgress` are not taken over.
   * Throws a TypeError or RangeError that names an option that makes no sense, or what is not the index of an item.
   */
  retry(items?: Iterable<number>, options?: FetchZipOptions): FetchZipRun;
  /**
   * Removes the temporary file, unless it was handed over by `save` or another result of `select` is read from
   * it; `blob` can't be read after that.
   * Without this call, the file stays as long as the page does, and is removed by the next call of
   * `fetchZip` from this origin, after a new load.
   */
  dispose(): void;
  /**
   * Reads all of `blob` back and checks its structure, its offsets and the CRC-32 of every entry.
   * Rejects with an Error that says what is wrong if the check fails.
   */
  prove(): Promise<void>;
}

/**
 * Fetches images at once and makes one zip of them: `startFetchZip(sources, options).result`.
 *
 * The promise also rejects with what `startFetchZip` throws.
 */
export function fetchZip(
  sources: Sources,
  options?: FetchZipOptions,
): Promise<FetchZipResult>;

/**
 * Starts a run that fetches images at once and makes one zip of them.
 *
 * An image that can't be fetched does not affect the others: its item says why. The result rejects with
 * `signal.reason` if the signal aborts, with what the sink failed with, and with an Error if the archive itself could
 * not be made. It always settles: if the engine breaks down, as when memory runs out, all runs under way reject with
 * the cause, and what it kept of earlier results is gone.
 *
 * The arguments are read once, before the call returns: what is done with the array, its objects or the options
 * afterwards changes nothing. An option that does not exist is named by a warning in the console. All addresses, names
 * and columns together may have 256 MiB of text, in which `data:` URLs of 100,000 to 8,388,608 characters do not count.
 *
 * An AsyncIterable is read while its images are fetched: the run starts with the first, asks for one more than have
 * begun (for up to 16 more where images arrive faster than the list), and closes the iterable (`return`) if it ends
 * early. `{index}` in `names` is padded for the items that are known by then.
 *
 * @throws TypeError or RangeError that names an argument that makes no sense, and what the caller's own code throws while
 * the arguments are read, such as a getter or an iterator. (More
 * text than 256 MiB rejects the result of a call that comes before the engine is loaded.) An address that can't be read is
 * no such argument: its item fails.
 */
export function startFetchZip(
  sources: Sources,
  options?: FetchZipOptions,
): FetchZipRun;

/**
 * A sink that saves what is written to it as a file on the user's disk, without a copy in memory or in the
 * browser's storage. Call it in a page; for a run in a worker, transfer the stream.
 *
 * If the browser has a file picker (Chromium on desktops), the user chooses the file. Otherwise the bytes
 * become an ordinary download, which a service worker answers:
 *
 * - The application serves the package's `fetchzip-download-worker.js` in the folder `scope`. Its service
 *   worker is registered for `fetchzip-download/` in that folder alone, so that it neither replaces one of
 *   the application's nor sees a request of a page.
 * - The download begins with the first byte. A sink that is closed or aborted before leaves no file.
 * - If the sink is aborted, or the page closed, the browser shows the download as failed. While it is
 *   written, the browser asks before it closes the page. If the user cancels the download, the sink fails.
 * - Chromium asks the user before a page begins a second download without a click or a key press in between.
 * - Once `close()` resolves, all bytes were handed to the browser. No page learns when they are on the disk.
 * - A Content Security Policy needs `worker-src 'self'` and `frame-src 'self'` and, with Trusted Types, the
 *   policy `fetchzip-download`.
 *
 * Pieces are copied, so a buffer that was written can be used again.
 *
 * The promise rejects with a TypeError for a `fileName` that is not a text or is empty, and for a `scope`
 * that is not an address; with the picker's error, which is an AbortError if the user closes it; and with an
 * Error that says what is missing: a secure context, service workers, the script in `scope`, or the
 * browser's permission to register it.
 */
export function downloadSink(options: {
  /** The file's name, in any script. The browser replaces characters that the system does not allow. */
  fileName: string;
  /**
   * The folder that has the package's `fetchzip-download-worker.js`, as an address relative to the page's.
   * It must be of the page's origin. Addresses below its folder `fetchzip-download/` must not be in use.
   * Default: "./", the page's own folder.
   */
  scope?: string;
  /**
   * Whether a file picker is used if the browser has one. It can be opened only while the browser
   * handles a click or a key press. Default: true.
   */
  picker?: boolean;
}): Promise<WritableStream<Uint8Array>>;

/** One image of a list, with what the list says of it; `fetchZip` takes it as it is. */
export type UrlSource = FetchZipRequest;

/**
 * Reads a list of images as people have them: text with addresses anywhere in it, a table (CSV, TSV), JSON, HTML,
 * a sitemap or feed, Markdown, forum code, reStructuredText, or an input file of aria2. What counts in each is
 * described in `docs/lists.md`.
 *
 * It works in a page, in a worker and in Node, and is synchronous: about a second for 100,000 lines. HTML and XML are
 * read without the browser's parser, by the same rules. An application that does not import it does not bundle it.
 *
 * At most 100,000 addresses are read; what exceeds that is rejected.
 *
 * @throws TypeError or RangeError that names an argument that makes no sense, such as a column that the list does not
 * have.
 */
export function parseList(
  text: string,
  options?: {
    /** The address of the page that the list is from, against which relative addresses are resolved. */
    base?: string | URL;
    /** What the list is. "json" is JSON Lines, too. Default: "auto", which detects it from the content. */
    form?: "auto" | "text" | "csv" | "json" | "html" | "markdown" | "aria2";
    /**
     * The name of the column that has the addresses, in any case; in JSON, the path of a field or the last part of it.
     * Without effect where there are no columns. Default: found by the values, then by the names.
     */
    column?: string;
    /** Whether `[1-10]` and `{a,b}` in plain text stand for several addresses. Default: true. */
    expand?: boolean;
  },
): {
  /** The images in the list's order. Addresses are absolute and can be fetched. */
  sources: UrlSource[];
  /** What the list is: one of the values of `options.form`, or "xml", "bbcode" or "rst". */
  form: string;
  /** The names of the columns of a table, or of the fields of JSON. */
  columns: string[];
  /**
   * What names no address: its line from 1, its text, shortened and without passwords, and the reason as a sentence to
   * show to users. In JSON, `line` is the number of the entry.
   */
  rejected: { line: number; text: string; message: string }[];
};
