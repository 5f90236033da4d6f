// What arguments may be, and the errors that name one that makes no sense.

export const isObject = (value) => typeof value === "object" && value !== null;

/** An object for named values, in which nothing is found that a page has added to the prototype of all objects. */
export const bare = (values) => ({ __proto__: null, ...values });

/** A value as JavaScript prints it. An object's own `toString` may throw. */
export const shown = (value) => {
  try {
    return String(value);
  } catch {
    return "an object";
  }
};

/** Of another type. */
export const typeError = (path, expected, value) => new TypeError(`${path} must be ${expected}, not ${shown(value)}`);

/** Of the right type, and not allowed. */
export const rangeError = (path, expected, value) => new RangeError(`${path} must be ${expected}, not ${shown(value)}`);

/** A check of values: returns the value, or throws an error that names it by `path`. */
const check = (isRight, expected, error) => (value, path) => {
  if (!holds(isRight, value)) throw error(path, expected, value);
  return value;
};

/** What throws when it is looked at is nothing that it should be. */
const holds = (isRight, value) => {
  try {
    return isRight(value);
  } catch {
    return false;
  }
};

/** The second check is for what has passed the first. */
export const both = (first, second) => (value, path) => second(first(value, path), path);

export const aText = check((value) => typeof value === "string", "a string", typeError);

const aNumber = check((value) => typeof value === "number", "a number", typeError);

export const aFunction = check((value) => typeof value === "function", "a function", typeError);

export const aFlag = check((value) => typeof value === "boolean", "true or false", typeError);

const quoted = (text) => (typeof text === "string" ? `"${text}"` : `${text}`);

/** One of these values. */
export const oneOf = (...values) => {
  const [last, ...others] = values.map(quoted).reverse();
  const expected = `${others.reverse().join(", ")} or ${last}`;
  const isOne = check((value) => values.includes(value), expected, rangeError);
  return values.every((value) => typeof value === "string") ? both(aText, isOne) : isOne;
};

export const wholeFrom = (least) =>
  both(
    aNumber,
    check(
      (value) => value >= least && (Number.isInteger(value) || value === Infinity),
      `a whole number from ${least} on, or Infinity`,
      rangeError,
    ),
  );

export const someTime = both(aNumber, check((value) => value > 0, "a number of milliseconds above 0", rangeError));

export const anyTime = both(aNumber, check((value) => value >= 0, "a number of milliseconds from 0 on", rangeError));

// What the web's objects are is found out by what they can do: they may be of another realm, or of a class that the page
// has put in the place of the browser's.

export const aSignal = check(
  (value) => typeof value?.aborted === "boolean" && typeof value.addEventListener === "function",
  "an AbortSignal",
  typeError,
);

/** Of a sink of any class: what its functions throw, they reject with. */
const rejecting = (sink) => ({
  locked: false,
  abort: async (reason) => sink.abort(reason),
  getWriter() {
    const writer = sink.getWriter();
    if (typeof writer?.write !== "function") throw new TypeError("its writer can't write");
    return {
      write: async (chunk) => writer.write(chunk),
      close: async () => writer.close(),
      abort: async (reason) => writer.abort(reason),
      // A writer that has failed may refuse to let go; the sink's own error is reported already.
      releaseLock() {
        try {
          writer.releaseLock();
        } catch {}
      },
    };
  },
});

export const aSink = both(
  check(
    (value) => value?.locked === false && typeof value.getWriter === "function",
    "a WritableStream that is not locked",
    typeError,
  ),
  rejecting,
);

/** What a signal is aborted with. */
export const abortReason = (signal) => {
  try {
    return signal.reason;
  } catch (error) {
    return error;
  }
};

/** The index of one of this many items. */
export const indexBelow = (count) => {
  const expected = `the index of an item, a whole number from 0 on and below ${count}`;
  return both(
    check((value) => typeof value === "number", expected, typeError),
    check((value) => Number.isInteger(value) && value >= 0 && value < count, expected, rangeError),
  );
};
