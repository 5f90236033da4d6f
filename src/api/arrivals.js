// A list that arrives: the caller's async iterable, of which one source is asked for at a time.

/** The sources of an async iterable. */
export class Arrivals {
  #iterator;
  #isOver = false;

  constructor(iterable) {
    this.#iterator = iterable[Symbol.asyncIterator]();
  }

  /** The next source; `isOver` at the end, and with an `error` where reading it failed. It always resolves. */
  async next() {
    try {
      const { done, value } = await this.#iterator.next();
      if (!done) return { source: value };
    } catch (error) {
      this.#isOver = true;
      return { isOver: true, isBroken: true, error };
    }
    this.#isOver = true;
    return { isOver: true };
  }

  /** Says that no more sources are wanted. What the iterable makes of that is its own affair. */
  async close() {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      await this.#iterator.return?.();
    } catch {
      // The run has ended by then, with a result of its own.
    }
  }
}
