// In a service worker: answers a download with the bytes that a page sends over a port (download.js).
//
// A page sends { fetchzip: "download" } with a port, and navigates a frame to the address that ends in the
// download's name; the answer is a stream, whose every pull asks the page for one piece.

// In a block: the names of a classic script are visible to every other script of the worker.
{
  /**
   * How often the page is asked for a message, in milliseconds, since it is an event that keeps the worker
   * alive: Firefox ends one that got none for 30 s, even while its answer is being read. The worker asks
   * because the page's own timers are slow while its tab is hidden.
   */
  const PING_MS = 10_000;

  /**
   * For how long such an event counts as not handled yet, in milliseconds, so that no update takes over in
   * between. Chromium ends a worker that handles an event for five minutes.
   */
  const ALIVE_MS = 60_000;

  /**
   * For how long a download that has begun does not fail, in milliseconds: Firefox shows its user an alert
   * about one that fails before it has a place on the disk, which takes it a moment.
   */
  const PLACED_MS = 1_000;

  const NAME = /\/fetchzip-([0-9a-f-]{36})$/;

  /** The downloads that have not ended, by id. */
  const downloads = new Map();

  class Download {
    #id;
    #fileName;
    #port;
    #controller;
    /** Resolves the stream's pull. */
    #pushed = () => {};
    #timer;
    /** When it began. */
    #begun = -Infinity;
    #resolveEnd;
    #end = new Promise((resolve) => (this.#resolveEnd = resolve));
    /** Without a queue of its own: what the browser has not asked for stays with the page. */
    #stream = new ReadableStream(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pull(),
        cancel: () => this.#finish("cancelled"),
      },
      { highWaterMark: 0 },
    );

    constructor(id, fileName, port) {
      this.#id = id;
      this.#fileName = fileName;
      this.#port = port;
      port.onmessage = ({ data }) => this.#receive(data);
      downloads.set(id, this);
      // The page holds the lock while it writes.
      navigator.locks.request(`fetchzip-download-${id}`, () => this.#fail("the page is gone"));
      this.#timer = setInterval(() => port.postMessage("ping"), PING_MS);
      port.postMessage("ready");
    }

    answer() {
      this.#begun = performance.now();
      this.#port.postMessage("begun");
      return new Response(this.#stream, {
        headers: {
          // Of a type for which no browser changes the name's extension.
          "Content-Type": "application/octet-stream",
          "Content-Disposition": `attachment; filename*=UTF-8''${percentEncoded(this.#fileName)}`,
          "X-Content-Type-Options": "nosniff",
          // For frames of pages that are isolated from other origins.
          "Cross-Origin-Embedder-Policy": "require-corp",
        },
      });
    }

    /** Resolves when the download ends, and after a while. */
    pending() {
      return Promise.race([this.#end, new Promise((resolve) => setTimeout(resolve, ALIVE_MS))]);
    }

    #pull() {
      this.#port.postMessage("pull");
      return new Promise((resolve) => (this.#pushed = resolve));
    }

    #receive(data) {
      if (data instanceof Uint8Array) {
        this.#controller.enqueue(data);
        this.#pushed();
      } else if (data === "close") {
        this.#controller.close();
        this.#finish("closed");
      } else {
        this.#fail(data.error);
      }
    }

    #fail(message) {
      const fail = () => {
        if (!downloads.has(this.#id)) return;
        this.#controller.error(new Error(message));
        this.#finish("failed");
      };
      setTimeout(fail, this.#begun + PLACED_MS - performance.now());
    }

    #finish(how) {
      downloads.delete(this.#id);
      clearInterval(this.#timer);
      this.#port.postMessage(how);
      this.#pushed();
      this.#resolveEnd();
      this.#port.onmessage = null;
      this.#port.close();
    }
  }

  /** A text as RFC 8187 encodes it, of a subset of its characters. */
  function percentEncoded(text) {
    const encode = (byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
    };
    return Array.from(new TextEncoder().encode(text), encode).join("");
  }

  addEventListener("message", (event) => {
    const { fetchzip: act, id, fileName } = event.data ?? {};
    const [port] = event.ports;
    if (act === "download") event.waitUntil(new Download(id, fileName, port).pending());
    if (act === "ping") {
      port.postMessage(downloads.has(id));
      event.waitUntil(Promise.resolve(downloads.get(id)?.pending()));
    }
  });

  addEventListener("fetch", (event) => {
    const [, id] = NAME.exec(new URL(event.request.url).pathname) ?? [];
    if (id === undefined) return;
    // Never the host's answer, which some hosts give to every address: it would be saved as the file.
    event.respondWith(downloads.get(id)?.answer() ?? new Response("This download has ended.", { status: 410 }));
  });
}
