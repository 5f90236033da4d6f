// The events of a run as an async iterable, for any number of iterators.

/** What `run.events` is. */
export class Events {
  #readers = new Set();
  #hasEnded = false;
  #onChange;

  /** `onChange` is called when there are iterators and there were none, or the other way round. */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Whether anybody iterates. */
  get areRead() {
    return this.#readers.size > 0;
  }

  push(event) {
    for (const reader of this.#readers) reader.push(event);
  }

  /** Ends every iterator behind what it has not read yet. */
  end() {
    this.#hasEnded = true;
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }

  [Symbol.asyncIterator]() {
    const reader = new Reader();
    if (this.#hasEnded) reader.end();
    else this.#add(reader);
    return {
      next: () => reader.next(),
      return: async (value) => {
        this.#remove(reader);
        reader.discard();
        return { done: true, value };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #add(reader) {
    this.#readers.add(reader);
    if (this.#readers.size === 1) this.#onChange();
  }

  #remove(reader) {
    if (this.#readers.delete(reader) && this.#readers.size === 0) this.#onChange();
  }
}

/** What one iterator has not read yet. */
class Reader {
  #unread = new Map();
  /** Resolve the reads that wait for an event. */
  #waiting = [];
  #hasEnded = false;

  push(event) {
    const resolve = this.#waiting.shift();
    if (resolve) return resolve({ done: false, value: event });
    // Of an item's bytes only the latest count, so that no more events wait than the items have steps.
    const key = event.kind === "received" ? event.item : event;
    this.#unread.delete(key);
    this.#unread.set(key, event);
  }

  end() {
    this.#hasEnded = true;
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  discard() {
    this.#unread.clear();
    this.end();
  }

  next() {
    return new Promise((resolve) => {
      for (const [key, value] of this.#unread) {
        this.#unread.delete(key);
        return resolve({ done: false, value });
      }
      if (this.#hasEnded) resolve({ done: true, value: undefined });
      else this.#waiting.push(resolve);
    });
  }
}
