// A trap ends the task that was running, and its promise would stay pending: no code of the wasm runs
// for it any more. The browser reports the trap to the global scope, so the call is rejected from there.

export function rejectOnTrap(call) {
  return new Promise((resolve, reject) => {
    const onError = ({ error }) => {
      if (!(error instanceof WebAssembly.RuntimeError)) return;
      reject(new Error(`fetchzip broke down (${error.message}): try again, or with fewer images at a time`, { cause: error }));
    };
    addEventListener("error", onError);
    call.then(resolve, reject).finally(() => removeEventListener("error", onError));
  });
}
