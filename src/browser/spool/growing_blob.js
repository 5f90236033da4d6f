// A Blob whose bytes come piece by piece. Browsers keep what they read from a stream on their disk, and a Blob that is
// made of buffers in memory.

export class GrowingBlob {
  #controller;
  #blob;
  #resolve = () => {};

  constructor() {
    const wake = () => this.#resolve();
    const begin = (controller) => {
      this.#controller = controller;
    };
    // It is asked for more when all that it was given has been read.
    const stream = new ReadableStream({ start: begin, pull: wake, cancel: wake }, { highWaterMark: 0 });
    this.#blob = new Response(stream).blob();
    // `finish` reports the failure.
    this.#blob.catch(wake);
  }

  /** Adds bytes that will not change. */
  push(pieces) {
    for (const piece of pieces) this.#controller.enqueue(piece);
  }

  /** Resolves when they have been read. */
  get isRead() {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.#controller.desiredSize === null || this.#controller.desiredSize >= 0) resolve();
    });
  }

  /** Resolves with the Blob. */
  finish() {
    this.#controller.close();
    return this.#blob;
  }

  /** Ends it without a Blob. */
  discard() {
    this.#controller.error();
  }
}
