// Workers whose script is not simply a file of the page's origin.

/** A worker with a text as its script. */
export const workerOf = (text) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = workerAt(address);
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
};

/** A worker with a script that is elsewhere: no browser starts one of another origin, but all let one import it. */
export const workerAt = (address) => {
  const { href, origin } = new URL(address, document.baseURI);
  if (origin !== location.origin) return workerOf(`import ${JSON.stringify(href)};`);
  return new Worker(trusted(href), { type: "module" });
};

/**
 * The address that an expression `new Worker(new URL(…), …)` has. It stands literally in the entry, since that is
 * what bundlers look for, so it is evaluated once with another constructor.
 */
export const addressOf = (expression) => {
  const { Worker } = globalThis;
  let address;
  globalThis.Worker = function (url) {
    address = `${url}`;
  };
  try {
    expression();
  } finally {
    globalThis.Worker = Worker;
  }
  return address;
};

let policy;

/** An address as what a page with Trusted Types lets a worker be started from. It is always one of the package's own. */
const trusted = (address) => {
  const { trustedTypes } = globalThis;
  if (!trustedTypes) return address;
  // A name may be taken only once.
  policy ??= trustedTypes.createPolicy("fetchzip", { createScriptURL: (address) => address });
  return policy.createScriptURL(address);
};
