export function rejectOnTrap(call, glue, isOwn) {
  return new Promise((resolve, reject) => {
    const onError = (event) => {
      const { error } = event;
      // Other wasm of the page may trap, too.
      if (!(error instanceof WebAssembly.RuntimeError) || !isOwn(String(error.stack).includes(glue))) return;
      event.preventDefault();
      const cure = "try again, or with fewer images at a time";
      reject(new Error(`fetchzip broke down (${error.message}): ${cure}`, { cause: error }));
    };
    addEventListener("error", onError);
    call.then(resolve, reject).finally(() => removeEventListener("error", onError));
  });
}
