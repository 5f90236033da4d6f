/** A result's method. Once the wasm has been started anew, functions of before return nothing. */
export function method(call) {
  const gone = "fetchzip has broken down since, and what it kept of this result is gone: fetch the images again";
  return (...given) => call(...given) ?? Promise.reject(new Error(gone));
}
