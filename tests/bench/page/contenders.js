// Every contender, used as its own documentation advises for this job: stored entries, bodies fetched
// as they are needed, as many at once as all the others.
//
// Each takes the workload, loads what it needs, and gives the function that is timed:
// (sink) => { archive, bytes, lastByteAt }.

import { get } from "./get.js";

export const contenders = {
  floor,
  "floor-byob": floorByob,
  fetchzip: (workload) => fetchzip(workload, { mode: "concurrent" }),
  "fetchzip-sequential": (workload) => fetchzip(workload, { mode: "sequential" }),
  "fetchzip-sha256": (workload) => fetchzip(workload, { mode: "concurrent", skipRepeated: "images" }),
  "client-zip": clientZip,
  jszip,
  fflate,
  "zip.js": zipJs,
};

/** Works on all files, `atOnce` at a time, each begun when another is done. */
async function pool({ files, atOnce }, work) {
  let next = 0;
  const lane = async () => {
    while (next < files.length) {
      const index = next++;
      await work(files[index], index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, lane));
}

async function floor(workload) {
  return async (sink) => {
    if (sink) return floorIntoSink(workload, sink);
    const blobs = new Array(workload.files.length);
    await pool(workload, async (file, index) => {
      blobs[index] = await (await get(file)).blob();
    });
    return { bytes: blobs.reduce((bytes, { size }) => bytes + size, 0) };
  };
}

/** What is too large to keep goes where the archives go, as it comes. */
async function floorIntoSink(workload, sink) {
  const writer = sink.getWriter();
  let bytes = 0;
  await pool(workload, async (file) => {
    const reader = (await get(file)).body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      await writer.write(value);
    }
  });
  await writer.close();
  return { bytes };
}

/** In a dedicated worker. */
async function floorByob({ files, atOnce }) {
  const worker = new Worker("/byob-worker.js", { type: "module" });
  return () =>
    new Promise((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }) => {
        worker.terminate();
        if (data.error) reject(new Error(data.error));
        else resolve(data);
      };
      worker.postMessage({ files, atOnce });
    });
}

async function fetchzip({ files, atOnce, findsConcurrency }, { mode, ...others }) {
  const { default: init, fetchZip } = await import("/pkg/fetchzip.js");
  await init();
  const sources = files.map(({ url, name }) => ({ url, name }));
  return async (sink) => {
    let lastByteAt;
    const onEvent = ({ kind }) => {
      if (kind === "received" || kind === "stored") lastByteAt = performance.now();
    };
    const options = { mode, onEvent, ...others, ...(sink && { sink }) };
    if (mode === "concurrent" && !findsConcurrency) options.concurrency = atOnce;
    const result = await fetchZip(sources, options);
    const { blob, items } = result;
    const failed = items.filter(({ outcome }) => outcome === "failed");
    if (failed.length > 0) {
      const [{ url, error }] = failed;
      throw new Error(`${failed.length} images failed, such as ${url}: ${error.message}`);
    }
    return { archive: blob, lastByteAt, prove: () => result.prove() };
  };
}

/** "async generators (when zipping Responses so you can `fetch` them lazily)" (its README, "Usage"). */
async function clientZip({ files, atOnce, protocol }) {
  const { downloadZip } = await import("/modules/client-zip/index.js");
  // Bodies that wait for their turn over HTTP/2 use up the window of the connection that all share,
  // and the one whose turn it is waits for ever. So there they are taken as Blobs.
  const take = protocol === "http2" ? async (file) => (await get(file)).blob() : get;
  async function* inputs() {
    const coming = [];
    const begin = (index) => {
      if (index >= files.length) return;
      coming[index] = take(files[index]);
      // Who is told late of a failure still fails; it must not count as unhandled meanwhile.
      coming[index].catch(() => {});
    };
    for (let index = 0; index < atOnce; index += 1) begin(index);
    for (let index = 0; index < files.length; index += 1) {
      yield { name: files[index].name, input: await coming[index] };
      delete coming[index];
      begin(index + atOnce);
    }
  }
  return async (sink) => {
    const response = downloadZip(inputs());
    if (!sink) return { archive: await response.blob() };
    await response.body.pipeTo(sink);
    return {};
  };
}

/** Entries are stored unless it is told otherwise. */
async function jszip(workload) {
  await script("/modules/jszip/dist/jszip.min.js");
  return async (sink) => {
    if (sink) throw new Error("it can't write to a WritableStream");
    const zip = new JSZip();
    await pool(workload, async (file) => {
      zip.file(file.name, await (await get(file)).arrayBuffer());
    });
    return { archive: await zip.generateAsync({ type: "blob" }) };
  };
}

/** "If you need extremely high performance": its streams, with ZipPassThrough for what is compressed already. */
async function fflate(workload) {
  const { Zip, ZipPassThrough } = await import("/modules/fflate/esm/browser.js");
  return (sink) =>
    new Promise((resolve, reject) => {
      if (sink) throw new Error("it does not wait for a slow WritableStream");
      const chunks = [];
      const zip = new Zip((error, chunk, final) => {
        if (error) return reject(error);
        chunks.push(chunk);
        if (final) resolve({ archive: new Blob(chunks, { type: "application/zip" }) });
      });
      const work = async (file) => {
        const response = await get(file);
        const entry = new ZipPassThrough(file.name);
        zip.add(entry);
        const reader = response.body.getReader();
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          entry.push(value);
        }
        entry.push(new Uint8Array(0), true);
      };
      pool(workload, work).then(() => zip.end(), reject);
    });
}

/** "Adding concurrently multiple entries in a zip file", each from a stream, as in "Hello world with Streams". */
async function zipJs(workload) {
  const { BlobWriter, ZipWriter } = await import("/modules/@zip.js/zip.js/index.js");
  return async (sink) => {
    const writer = new ZipWriter(sink ?? new BlobWriter("application/zip"), { level: 0 });
    await pool(workload, async (file) => {
      await writer.add(file.name, (await get(file)).body);
    });
    const result = await writer.close();
    return sink ? {} : { archive: result };
  };
}

function script(src) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src });
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${src} could not be loaded`));
    document.head.append(element);
  });
}
