// A request whose headers may reach one origin only. When a redirect leads to another origin, browsers remove
// Authorization alone, and a script never learns where a redirect leads before it is followed.

/** The name of the error of a request whose headers would have reached another origin. */
const LEAK = "FetchZipLeak";

/**
 * Fetches without following a redirect. Where there is one, its end is looked up by a request without the headers, and
 * asked with them if it is of the same origin.
 */
export async function guardedFetch(address, options) {
  const answer = await fetch(address, { ...options, redirect: "manual" });
  if (answer.type !== "opaqueredirect") return answer;
  const { origin } = new URL(address);
  const end = await endOf(address, options);
  if (end === null || new URL(end).origin !== origin) throw leak(origin);
  const last = await fetch(end, { ...options, redirect: "manual" });
  if (last.type === "opaqueredirect") throw leak(origin);
  // By its own request it was not.
  return Object.defineProperty(last, "redirected", { value: true });
}

/** Where redirects lead; `null` if that can't be found out. */
async function endOf(address, { headers, method = "GET", body, signal, ...options }) {
  if (method !== "GET") return null;
  const stopped = new AbortController();
  signal?.addEventListener("abort", () => stopped.abort(), { once: true });
  try {
    const { url } = await fetch(address, { ...options, signal: stopped.signal });
    return url;
  } catch {
    return null;
  } finally {
    // Nothing of its body is wanted.
    stopped.abort();
  }
}

function leak(origin) {
  const error = new Error(
    `the host redirects to another origin, or may, and the request's headers are for ${origin} alone: ` +
      "ask the address that it redirects to, by a function as options.request",
  );
  error.name = LEAK;
  return error;
}
