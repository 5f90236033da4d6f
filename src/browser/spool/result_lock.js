// Locks by which a thread keeps the files of its results. All threads of the origin see them, and they stay when the wasm
// or its worker breaks down, which ends the worker's open files.

/** Keeps a file from now on; returns a function that ends this. In a browser without such locks it does nothing. */
export function holdLock(name) {
  let end;
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  // Several results may be read from the same file.
  navigator.locks?.request(name, { mode: "shared" }, () => ended).catch(() => {});
  return end;
}

/** The names of all locks that are held. */
export async function heldLocks() {
  const locks = await navigator.locks?.query();
  return locks?.held.map(({ name }) => name) ?? [];
}
