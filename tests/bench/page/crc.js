// CRC-32 of every contender, in GB/s: with the copy into wasm counted, and without it.

/** Each measurement lasts about so long, and is made so often. */
const MEASURE_MS = 120;
const TIMES = 9;

/** CRC-32 of "123456789" (the definition's check value). */
const CHECK = 0xcbf43926;

/**
 * [{ name, sizes: [{ bytes, copied, uncopied }] }], each of the two `{ median, best }` in GB/s or null;
 * `error` where one could not be measured.
 */
export async function measureCrc(sizes) {
  const results = [];
  for (const [name, load] of Object.entries(implementations)) {
    try {
      const make = await load();
      check(name, make(64));
      const measured = [];
      for (const bytes of sizes) measured.push(await speedOf(make(bytes), bytes));
      results.push({ name, sizes: measured });
    } catch (error) {
      results.push({ name, error: String(error) });
    }
  }
  return results;
}

function check(name, { value }) {
  if (!value) return;
  const crc = value(new TextEncoder().encode("123456789")) >>> 0;
  if (crc !== CHECK) throw new Error(`${name} gives ${crc.toString(16)} for the check value`);
}

async function speedOf({ update, again, stream }, bytes) {
  const chunk = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(chunk.subarray(at, at + 65536));
  if (stream) return { bytes, copied: await often(() => gigabytesOfStream(stream, chunk)), uncopied: null };
  const copied = await often(() => gigabytes(() => update(chunk), bytes));
  const uncopied = again ? await often(() => gigabytes(() => again(bytes), bytes)) : null;
  return { bytes, copied, uncopied };
}

function gigabytes(once, bytes) {
  // As often as needed, looked at the clock rarely.
  const rounds = Math.max(1, Math.round((8 << 20) / bytes));
  let done = 0;
  const start = performance.now();
  let now = start;
  while (now - start < MEASURE_MS) {
    for (let round = 0; round < rounds; round += 1) once();
    done += rounds;
    now = performance.now();
  }
  return (done * bytes) / (now - start) / 1e6;
}

/** For what can only be driven through a stream: one long entry made of the same chunk. */
async function gigabytesOfStream(stream, chunk) {
  let bytes = 0;
  const start = performance.now();
  let now = start;
  const chunks = async function* () {
    while (now - start < MEASURE_MS) {
      for (let round = 0; round < 16; round += 1) {
        yield chunk;
        bytes += chunk.length;
      }
      now = performance.now();
    }
  };
  const reader = stream(chunks()).getReader();
  while (!(await reader.read()).done);
  return bytes / (performance.now() - start) / 1e6;
}

async function often(measure) {
  // So that it has been compiled for speed.
  await measure();
  const results = [];
  for (let time = 0; time < TIMES; time += 1) results.push(await measure());
  results.sort((a, b) => a - b);
  return { median: results[TIMES >> 1], best: results[TIMES - 1] };
}

const implementations = {
  fetchzip: () => wasm("Ours"),
  crc32fast: () => wasm("Crc32Fast"),
  // Its function is not exported: an archive of one entry, read and dropped.
  "client-zip (makeZip)": async () => {
    const { makeZip } = await import("/modules/client-zip/index.js");
    return () => ({ stream: (input) => makeZip([{ name: "a", input }]) });
  },
  // Nor is this one's: an entry that passes its chunks on.
  "fflate (ZipPassThrough)": async () => {
    const { ZipPassThrough } = await import("/modules/fflate/esm/browser.js");
    const start = () => Object.assign(new ZipPassThrough("a"), { ondata: () => {} });
    return () => {
      const entry = start();
      const value = (bytes) => {
        const checked = start();
        checked.push(bytes, true);
        return checked.crc;
      };
      return { update: (chunk) => entry.push(chunk, false), value };
    };
  },
  // Its own module, which takes nothing of the others but a look at the type.
  "jszip (lib/crc32.js)": async () => {
    const source = await (await fetch("/modules/jszip/lib/crc32.js")).text();
    const module = {};
    new Function("require", "module", source)(() => ({ getTypeOf: () => "uint8array" }), module);
    let crc = 0;
    const update = (chunk) => (crc = module.exports(chunk, crc));
    return () => ({ update, value: (bytes) => module.exports(bytes, 0) });
  },
  "zip.js (crc32.js)": async () => {
    const { Crc32 } = await import("/modules/@zip.js/zip.js/lib/core/streams/codecs/crc32.js");
    return () => {
      const crc = new Crc32();
      const value = (bytes) => {
        const checked = new Crc32();
        checked.append(bytes);
        return checked.get();
      };
      return { update: (chunk) => crc.append(chunk), value };
    };
  },
};

async function wasm(name) {
  const { default: init, ...classes } = await import("/crc/bench_crc.js");
  const { memory } = await init();
  return (bytes) => {
    const crc = new classes[name](bytes);
    const pointer = crc.pointer();
    // Growing the memory, as the next buffer does, detaches what lay over it.
    let view = new Uint8Array(memory.buffer, pointer, bytes);
    const update = (chunk) => {
      if (view.length === 0) view = new Uint8Array(memory.buffer, pointer, bytes);
      view.set(chunk);
      return crc.update(chunk.length);
    };
    const value = (checked) => {
      crc.reset();
      return update(checked);
    };
    return { update, again: (length) => crc.update(length), value };
  };
}
