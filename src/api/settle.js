export function rejectOnTrap(call, isInside) {
  return new Promise((resolve, reject) => {
    const onError = (event) => {
      // Other wasm of the page may trap, too.
      if (!(event.error instanceof WebAssembly.RuntimeError) || !isInside()) return;
      event.preventDefault();
      const cure = "try again, or with fewer images at a time";
      reject(new Error(`fetchzip broke down (${event.error.message}): ${cure}`, { cause: event.error }));
    };
    addEventListener("error", onError);
    call.then(resolve, reject).finally(() => removeEventListener("error", onError));
  });
}
