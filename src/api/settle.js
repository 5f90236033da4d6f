export function rejectOnTrap(call) {
  return new Promise((resolve, reject) => {
    const onError = ({ error }) => {
      if (!(error instanceof WebAssembly.RuntimeError)) return;
      const cure = "try again, or with fewer images at a time";
      reject(new Error(`fetchzip broke down (${error.message}): ${cure}`, { cause: error }));
    };
    addEventListener("error", onError);
    call.then(resolve, reject).finally(() => removeEventListener("error", onError));
  });
}
