// Runs in one tab, on hosts that limit, break, refuse and flood. Each archive is compared by the server.

const OPTIONS = { timeoutMs: 4_000, maxBytes: 10_000_000 };

const sums = { runs: 0, stored: 0, failed: 0, wrong: 0 };

let last;

/** Makes one run, and more until the time is over. Returns the sums so far, and what went wrong this time. */
export async function runInTrouble({ seconds, sources }) {
  const { default: init, fetchZip } = await import("/pkg/fetchzip.js");
  await init();
  const end = performance.now() + seconds * 1000;
  const problems = [];
  do {
    sums.runs += 1;
    // A run that rejects is as wrong as an image that is lost, and does not end the others.
    await run(fetchZip, sources, problems).catch((error) => problems.push(`run ${sums.runs}: ${error}`));
  } while (performance.now() < end);
  sums.wrong += problems.length;
  return { ...sums, ...(await storedFiles()), problems };
}

async function run(fetchZip, sources, problems) {
  const list = sources.map(({ url, name }) => ({ url: url.replaceAll("{run}", sums.runs), name }));
  const result = await fetchZip(list, OPTIONS);
  last?.dispose();
  last = result;
  result.items.forEach(({ url, outcome, isCutShort, error }, index) => {
    if (outcome === "stored") sums.stored += 1;
    if (outcome === "failed") sums.failed += 1;
    const ended = isCutShort ? "cut" : outcome;
    if (ended === sources[index].outcome) return;
    problems.push(`run ${sums.runs}: ${url} is ${ended} instead of ${sources[index].outcome}: ${error?.message}`);
  });
  const answer = await (await fetch("/archive", { method: "POST", body: result.blob })).json();
  if (answer.error) problems.push(`run ${sums.runs}: ${answer.error}`);
}

/** The number and the bytes of all files in this origin's private file system. */
async function storedFiles() {
  let files = 0;
  let bytes = 0;
  const walk = async (folder) => {
    for await (const entry of folder.values()) {
      if (entry.kind === "directory") {
        await walk(entry);
        continue;
      }
      files += 1;
      // The file of the run before may be on its way out.
      bytes += (await entry.getFile().catch(() => undefined))?.size ?? 0;
    }
  };
  await walk(await navigator.storage.getDirectory());
  return { files, bytes };
}
