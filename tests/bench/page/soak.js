// Many runs in one tab. Each result is let go when the next is there, as the page does it.

let last;

export async function soak({ runs, urls }) {
  const { default: init, fetchZip } = await import("/pkg/fetchzip.js");
  await init();
  for (let run = 0; run < runs; run += 1) {
    const next = await fetchZip(urls);
    const missing = next.items.find(({ outcome }) => outcome !== "stored");
    if (missing) throw new Error(`${missing.url}: ${missing.error.message}`);
    last?.dispose();
    last = next;
  }
}
