/** One URL to fetch, and the entry name it should have (made safe and unique, with the extension its bytes call for). */
export interface FetchZipRequest {
  url: string | URL;
  name?: string;
}

export interface FetchZipOptions {
  /** "sequential" fetches one after the other. Default: "concurrent". */
  mode?: "concurrent" | "sequential";
  /** Most requests in flight, a whole number from 1 on, or Infinity. Default: found out while they run, from 16 on, and never more than 96. */
  concurrency?: number;
  /** Most requests in flight to one origin. Default: no limit of its own. */
  perOrigin?: number;
  /** Attempts after the first, for failures that may pass. Default: 3. */
  retries?: number;
  /** Most bytes of one image, a whole number from 1 on, or Infinity; counted as they arrive, and an image with more fails ("too-large"). Default: Infinity. */
  maxBytes?: number;
  /** Most bytes of all images together, likewise; once one does not fit, it and all that were not asked for yet fail ("over-total"). Default: Infinity. */
  maxTotalBytes?: number;
  /** How long an attempt may go without a byte, in milliseconds. Default: 30000. */
  timeoutMs?: number;
  /** What the browser's cache may do. Default: "no-store", so ten times the same URL is ten requests. */
  cache?: RequestCache;
  /** Entry-name template of {name}, {stem}, {ext}, {host} and {index} (from 0, all of one width). Default: "{name}". A request's own name wins. */
  names?: string;
  /** The archive's name. Default: "images.zip". */
  fileName?: string;
  /** Aborts the run and its requests; the promise then rejects with an AbortError. */
  signal?: AbortSignal;
  /** Takes the archive as it grows, as fast as it can; the result's blob is then null. It is closed at the end, or aborted. */
  sink?: WritableStream<Uint8Array>;
  /** The order of a sink's entries: "input", or "completion", in which none waits for one before it. Default: "input". */
  order?: "input" | "completion";
  /** Told everything that happens to any item. */
  onEvent?: (event: FetchZipEvent) => void;
}

/** Why an image is not in the archive. */
export interface FetchZipError {
  /** "address", "http", "host-refuses", "network", "interrupted", "truncated", "timeout", "empty", "not-an-image", "too-large", "over-total", "storage" or "stopped". */
  kind: string;
  /** What happened and what to do about it, in words. */
  message: string;
  /** The HTTP status, for the kinds "http" and "host-refuses". */
  status?: number;
}

/** What happened to one item: `item` is its index, `at` the milliseconds since the run began. */
export type FetchZipEvent = { at: number; item: number } & (
  | { kind: "queued" }
  | { kind: "started"; attempt: number }
  | { kind: "headers"; declaredBytes: number | undefined }
  | { kind: "received"; bytes: number }
  | { kind: "retrying"; error: FetchZipError; resumesAt: number }
  /** Its host refused, so that nothing is asked of that until then. */
  | { kind: "cooling-down"; until: number }
  /** `isCutShort`: the bytes end before the image does, as far as its format tells. */
  | { kind: "stored"; bytes: number; crc32: number; type: string; isCutShort: boolean }
  | { kind: "failed"; error: FetchZipError }
);

/** What became of one URL. All times are milliseconds since the run began. */
export interface FetchZipItem {
  url: string;
  /** Its name in the archive; null when it is not there. */
  entryName: string | null;
  outcome: "stored" | "failed";
  error: FetchZipError | null;
  /** The media type that its bytes call for. */
  type: string | null;
  bytes: number;
  /** The CRC-32 of its bytes, as an unsigned number; 0 when it failed. */
  crc32: number;
  attempts: number;
  queuedAt: number;
  /** When its first request was made; null when none was. */
  startedAt: number | null;
  /** When the headers of its last attempt arrived; null when none did. */
  headersAt: number | null;
  finishedAt: number;
}

export interface FetchZipResult {
  /** The archive; null when nothing was stored, or when it went to a sink. */
  blob: Blob | null;
  fileName: string;
  /** In input order, one per URL, whatever happened. */
  items: FetchZipItem[];
  timings: {
    /** From the start of the run until the archive was ready. */
    wallMs: number;
    /** The sum of the items' own durations, from the first request to the end. */
    busyMs: number;
    /** Bytes of all stored images. */
    bytes: number;
  };
  /**
   * Where images are kept: in a temporary file of the browser's, or, where it has none for us, in Blobs.
   * What is smaller than 2 MiB in all never goes to that file.
   */
  storage: "file" | "blobs";
  /**
   * Removes the temporary file, after which `blob` can't be read any more. Without it the file stays
   * as long as the page does, and is removed when fetchzip is next loaded from this origin.
   */
  dispose(): void;
  /**
   * Reads `blob` back from its first byte to its last, and checks its structure, its offsets and the
   * CRC-32 of every entry. Rejects with an Error that says what is wrong.
   */
  prove(): Promise<void>;
}

/**
 * Fetches images at once and makes one zip of them.
 *
 * A URL that can't be had never costs another image: its item says why. Rejects with a TypeError or
 * RangeError that names an argument that makes no sense, with an AbortError when the signal says so,
 * and with an Error when the archive itself could not be made.
 */
export function fetchZip(
  urls: Iterable<string | URL | FetchZipRequest>,
  options?: FetchZipOptions,
): Promise<FetchZipResult>;
