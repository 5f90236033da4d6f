// How every contender but fetchzip asks for a file.

/** Never from a cache: ten times the same URL is ten pictures, as fetchzip's default has it. */
const REQUEST = { cache: "no-store" };

/** The longest wait before the first retry, as fetchzip's. It doubles from one to the next. */
const FIRST_WAIT_MS = 500;

/** Asks again as fetchzip does, if the workload's files may be asked for more than once. */
export async function get({ url, attempts }) {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, REQUEST);
    if (response.ok) return response;
    if (attempt >= attempts || response.status < 500) throw new Error(`${url}: status ${response.status}`);
    const wait = Math.random() * FIRST_WAIT_MS * 2 ** (attempt - 1);
    await new Promise((resume) => setTimeout(resume, wait));
  }
}
