// Workers whose script is not simply a file of the page's origin.

/** A worker with a text as its script. */
export const workerOf = (text) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = workerAt(address);
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
};

/** A worker with a script that is elsewhere: no browser starts one of another origin, but all let one import it. */
export const workerAt = (address, options = { type: "module" }) => {
  const { href, origin, protocol } = new URL(address, document.baseURI);
  // A page's own Blob or file has the origin "null".
  const isForeign = ["http:", "https:"].includes(protocol) && origin !== globalThis.origin;
  if (isForeign) return workerOf(`import ${JSON.stringify(href)};`);
  return new Worker(trusted(href), options);
};

/**
 * The worker of an expression `new Worker(new URL(…), …)`. It stands literally in the entry, since that is what bundlers
 * look for, so it is evaluated with another constructor: a page with Trusted Types would report the browser's.
 */
export const workerBy = (expression) => {
  const { Worker } = globalThis;
  try {
    globalThis.Worker = function (address, options) {
      globalThis.Worker = Worker;
      return workerAt(address, options);
    };
  } catch {
    // On a page that lets nothing be replaced.
    return expression();
  }
  try {
    return expression();
  } finally {
    globalThis.Worker = Worker;
  }
};

let policy;

/** An address as what a page with Trusted Types lets a worker be started from. It is always one of the package's own. */
const trusted = (address) => {
  try {
    // A name may be taken only once.
    policy ??= globalThis.trustedTypes?.createPolicy("fetchzip", { createScriptURL: (address) => address });
  } catch {
    // The page does not allow the name. It may have a policy for whatever comes without one.
  }
  return policy ? policy.createScriptURL(address) : address;
};
