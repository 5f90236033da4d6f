// Declares `exhaust()` in the thread that starts wasm after this: it takes all memory that its modules
// could still get. The next allocation that does not fit into what the wasm has fails, and it traps,
// as it would on a machine without memory. The wasm itself is the one that is released.
// `wasmBytes()` returns how much memory these modules have, in bytes.

const memories = [];

globalThis.exhaust = () => {
  for (const memory of memories) {
    for (let pages = 65536; pages >= 1; ) {
      try {
        memory.grow(pages);
      } catch {
        pages /= 2;
      }
    }
  }
};

globalThis.wasmBytes = () => memories.reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0);

for (const name of ["instantiate", "instantiateStreaming"]) {
  const start = WebAssembly[name];
  WebAssembly[name] = async (...given) => {
    const started = await start.apply(WebAssembly, given);
    const { exports } = started.instance ?? started;
    memories.push(Object.values(exports).find((value) => value instanceof WebAssembly.Memory));
    return started;
  };
}
