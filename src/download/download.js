// A download that grows: a service worker answers it with the bytes that this page sends, a piece for
// each that the browser asks for. Neither end collects them.
//
//   writer ─▶ WritableStream ── pieces ──▶ ReadableStream ─▶ the browser's download
//             in this page   ◀── "pull" ── in the worker (download-worker.js)

/** How often this page looks whether the worker is still there, in milliseconds. */
const PING_MS = 10_000;

/** The longest time that the worker may take to answer, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Browsers give no reason. Chromium lets a page begin a second download only after a click, or asks. */
const ENDED = "the browser ended the download: it was cancelled, the disk is full, or it allows this page no other";

/** Firefox then takes what it has for the whole file. */
const LOST = "the browser ended the service worker, so the file in the downloads is not complete";

/** How long a frame stays after its download has ended, in milliseconds: the browser may still need it. */
const FRAME_MS = 60_000;

/**
 * A stream whose bytes the browser saves under a name, like any other download. The download begins
 * with the first byte, so a stream that is closed or aborted without one leaves no file.
 *
 * It rejects with an Error that says what is missing: a secure context, service workers, the script, or
 * the browser's consent.
 *
 * @param {object} options
 * @param {string} options.fileName
 * @param {URL} options.script `download-worker.js`, or a service worker that imports it
 * @param {URL} options.scope a folder for the addresses of downloads: the script's, or one below it. A worker that
 *     has pages in its scope is asked for each of their requests
 * @param {AbortSignal} [options.signal] ends the download as failed
 * @returns {Promise<WritableStream<Uint8Array>>}
 */
export async function downloadThroughWorker({ fileName, script, scope, signal }) {
  const worker = await activeWorker(script, scope);
  let download;
  return new WritableStream({
    start(controller) {
      download = new Download(worker, scope, fileName, controller);
      signal?.addEventListener("abort", () => download.fail(signal.reason));
      // The stream calls `abort` only after the write that is under way, which may wait for a slow disk.
      controller.signal?.addEventListener("abort", () => download.abort(controller.signal.reason));
    },
    write: (piece) => download.write(piece),
    close: () => download.close(),
    abort: (reason) => download.abort(reason),
  });
}

class Download {
  #worker;
  #address;
  #fileName;
  #controller;
  #id = crypto.randomUUID();
  /** The port to the worker; null until the first piece. */
  #port = null;
  /** What the worker has sent and nothing has waited for. */
  #messages = [];
  /** The functions of the promise that waits for the worker's next message. */
  #waiting = null;
  #isOver = false;
  #reason;
  #releaseLock = () => {};
  #removeFrame = () => {};
  #timer;

  constructor(worker, scope, fileName, controller) {
    this.#worker = worker;
    this.#address = new URL(`fetchzip-${this.#id}`, scope);
    this.#fileName = fileName;
    this.#controller = controller;
  }

  async write(piece) {
    // Of any realm, and whatever the page has put in the place of the class.
    const kind = Object.prototype.toString.call(piece);
    if (kind !== "[object Uint8Array]") throw this.fail(new TypeError("a download takes pieces of type Uint8Array"));
    if (piece.length === 0) return;
    if (this.#port === null) await this.#begin();
    await this.#next();
    // A copy, because the piece remains its owner's.
    const copy = piece.slice();
    this.#port.postMessage(copy, [copy.buffer]);
  }

  async close() {
    if (this.#port === null) return this.#end();
    // Once the browser asks for more, it has everything so far.
    await this.#next();
    this.#port.postMessage("close");
    await this.#next();
    this.#end();
  }

  /** Ends the download as failed, unless it has ended: the stream was aborted. */
  abort(reason) {
    if (this.#isOver) return;
    this.#reason = reason;
    this.#port?.postMessage({ error: String(reason?.message ?? reason) });
    this.#end();
    this.#waiting?.reject(reason);
  }

  /** The same, and the stream fails; returns the reason. */
  fail(reason) {
    if (!this.#isOver) {
      this.abort(reason);
      this.#controller.error(reason);
    }
    return reason;
  }

  async #begin() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#receive(data);
    try {
      await this.#holdLock();
      this.#worker.postMessage({ fetchzip: "download", id: this.#id, fileName: this.#fileName }, [port2]);
      await within(this.#next(), "the service worker does not answer");
      this.#openFrame();
      await within(this.#next(), "the browser did not begin the download");
    } catch (error) {
      throw this.fail(error);
    }
    this.#timer = setInterval(() => this.#ping(), PING_MS);
    addEventListener("beforeunload", askBeforeUnload);
  }

  /** Holds a lock for as long as this page writes: the worker gets it when the page is gone. */
  async #holdLock() {
    await new Promise((resolve, reject) => {
      const hold = () => {
        resolve();
        return new Promise((release) => (this.#releaseLock = release));
      };
      navigator.locks.request(`fetchzip-download-${this.#id}`, hold).catch(reject);
    });
    if (this.#isOver) {
      this.#releaseLock();
      throw this.#reason;
    }
  }

  /** A frame navigates to the download, since a service worker is not asked for a link's. */
  #openFrame() {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    // An answer to be saved loads nothing.
    frame.onload = () => this.fail(new Error(`the service worker was not asked for ${this.#address}`));
    frame.src = this.#address;
    document.documentElement.append(frame);
    this.#removeFrame = () => {
      frame.onload = null;
      setTimeout(() => frame.remove(), FRAME_MS);
    };
  }

  /** Keeps the worker alive, and finds out if it was ended all the same. */
  #ping() {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: isKnown }) => {
      port1.onmessage = null;
      port1.close();
      if (!isKnown) this.fail(new Error(LOST));
    };
    this.#worker.postMessage({ fetchzip: "ping", id: this.#id }, [port2]);
  }

  #receive(message) {
    if (message === "ping") {
      this.#ping();
    } else if (message === "cancelled") {
      this.fail(new Error(ENDED));
    } else if (this.#waiting) {
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve(message);
    } else {
      this.#messages.push(message);
    }
  }

  /** The worker's next message: "ready", "begun", then "pull" for each piece, and "closed". */
  #next() {
    if (this.#isOver) throw this.#reason;
    if (this.#messages.length > 0) return this.#messages.shift();
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  #end() {
    this.#isOver = true;
    clearInterval(this.#timer);
    removeEventListener("beforeunload", askBeforeUnload);
    this.#releaseLock();
    this.#removeFrame();
    if (this.#port) {
      // Firefox delivers messages to a port that is closed.
      this.#port.onmessage = null;
      this.#port.close();
    }
  }
}

function askBeforeUnload(event) {
  event.preventDefault();
}

/**
 * Registers a service worker for a folder, and waits until it can be asked. It rejects with an Error that says
 * what is missing.
 *
 * @param {URL} script
 * @param {URL} scope
 * @returns {Promise<ServiceWorker>}
 */
export async function activeWorker(script, scope) {
  if (!globalThis.isSecureContext) {
    throw new Error("a download through a service worker needs a page from https: or from this machine");
  }
  if (!globalThis.document) {
    throw new Error("a download can’t begin in a worker: make the stream in the page, and transfer it");
  }
  if (!navigator.serviceWorker || !navigator.locks) {
    throw new Error("this browser has no service workers, or allows none here, as in a private window");
  }
  try {
    const { active, waiting, installing } = await navigator.serviceWorker.register(trusted(script), { scope });
    return active ?? (await activated(waiting ?? installing));
  } catch (error) {
    throw new Error(await reasonOfRefusal(script, error), { cause: error });
  }
}

function activated(worker) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === "activated") resolve(worker);
      if (worker.state === "redundant") reject(new Error("the service worker could not be installed"));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

let policy;

/** The address as what a page under Trusted Types may register. */
function trusted(script) {
  policy ??= globalThis.trustedTypes?.createPolicy("fetchzip-download", { createScriptURL: (url) => url });
  return policy ? policy.createScriptURL(script.href) : script.href;
}

async function reasonOfRefusal(script, error) {
  const answer = await fetch(script, { cache: "no-store" }).catch(() => null);
  const type = answer?.headers.get("content-type");
  const cure = "serve the worker’s script there, as JavaScript";
  if (answer?.ok === false) return `${script} does not exist (HTTP ${answer.status}): ${cure}`;
  if (answer && !/javascript|ecmascript/.test(type)) return `${script} is sent as ${type}: ${cure}`;
  return `the browser refused the service worker ${script} (${error.message})`;
}

/** The promise, or an error with the message after a while. */
function within(promise, message) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
