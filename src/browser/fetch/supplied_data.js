// The data of a caller's own entries, on its way from the thread of the call to the thread of the run. Streams are read
// piece by piece, as the run asks for them, because not every browser lets a stream move to another thread.

/** What can be posted to another thread, and what moves there. */
export function postable(supplied) {
  const { stream, ...others } = supplied;
  const isLike = others.blob && !isOfBrowser(others.blob);
  if (!stream && !isLike) return [supplied, []];
  let reader;
  try {
    reader = (stream ?? others.blob.stream()).getReader();
    delete others.blob;
  } catch (error) {
    return [failureOf(error), []];
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = async ({ data: isWanted }) => {
    if (!isWanted) {
      port1.onmessage = null;
      port1.close();
      reader.cancel().catch(() => {});
      return;
    }
    try {
      const { done, value } = await reader.read();
      port1.postMessage(done ? {} : { piece: bytesOf(value) });
    } catch (error) {
      port1.postMessage({ error: String(error?.message ?? error) });
    }
  };
  return [{ ...others, port: port2 }, [port2]];
}

/** The data as a stream. */
export function bodyOf({ blob, stream, port }) {
  if (port) return streamOf(port);
  try {
    if (blob && isOfBrowser(blob)) return blob.stream();
    return (stream ?? blob.stream()).pipeThrough(new TransformStream({ transform: push }));
  } catch (error) {
    return new ReadableStream({ start: (controller) => controller.error(error) });
  }
}

/** Its size in bytes, if that is known. */
export function sizeOf({ blob }) {
  return blob?.size;
}

/** Whether a Blob is one when it arrives at another thread: an object that only looks like one is not. */
const isOfBrowser = (blob) => {
  try {
    return typeof structuredClone(blob).stream === "function";
  } catch {
    return false;
  }
};

/** A stream that its caller has begun to read meanwhile. */
const failureOf = (error) => ({ failure: String(error?.message ?? error), isOfData: true });

const push = (piece, controller) => controller.enqueue(bytesOf(piece));

/** The browser's own `Uint8Array`, whatever the page has put in its place. */
const Bytes = new TextEncoder().encode().constructor;

/** A piece may be of another realm. */
const bytesOf = (piece) => {
  if (piece instanceof Bytes) return piece;
  if (typeof piece === "string") return new TextEncoder().encode(piece);
  if (ArrayBuffer.isView(piece)) return new Bytes(piece.buffer, piece.byteOffset, piece.byteLength);
  if (Object.prototype.toString.call(piece) === "[object ArrayBuffer]") return new Bytes(piece);
  throw new TypeError("a stream's pieces must be bytes");
};

/** A stream of the pieces that come through a port, one at a time. */
const streamOf = (port) => {
  const close = () => {
    port.onmessage = null;
    port.close();
  };
  return new ReadableStream(
    {
      pull: (controller) =>
        new Promise((resolve) => {
          port.onmessage = ({ data: { piece, error } }) => {
            if (piece) controller.enqueue(piece);
            else {
              close();
              if (error === undefined) controller.close();
              else controller.error(new Error(error));
            }
            resolve();
          };
          port.postMessage(true);
        }),
      cancel() {
        port.postMessage(false);
        close();
      },
    },
    { highWaterMark: 0 },
  );
};
