// Declares two ways to make wasm trap, in the thread that starts it after this. The wasm itself is the one that is
// released.
//
// `exhaust()` takes all memory that its modules could still get. The next allocation that does not fit into what the
// wasm has fails, and it traps, as it would on a machine without memory. `wasmBytes()` returns how much memory these
// modules have, in bytes.
//
// `trapAt(number)` has it trap where it calls JavaScript for the n-th time from then on: at any step of a run.
// `stepsLeft()` returns how many of these calls are left until then.

const memories = [];

/** A module whose one function is `unreachable`, as a panic is. */
const UNREACHABLE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11];

let left = Infinity;

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

globalThis.trapAt = (number) => {
  left = number;
};

globalThis.stepsLeft = () => left;

const { Instance, Module } = WebAssembly;

const trapping = (call) => (...given) => {
  left -= 1;
  if (left === 0) new Instance(new Module(new Uint8Array(UNREACHABLE))).exports.t();
  return call(...given);
};

const withTraps = (imports) => {
  const ofModule = ([name, calls]) => [
    name,
    Object.fromEntries(Object.entries(calls).map(([name, it]) => [name, typeof it === "function" ? trapping(it) : it])),
  ];
  return imports && Object.fromEntries(Object.entries(imports).map(ofModule));
};

const noteMemory = ({ exports }) => {
  memories.push(Object.values(exports).find((value) => value instanceof WebAssembly.Memory));
};

for (const name of ["instantiate", "instantiateStreaming"]) {
  const start = WebAssembly[name];
  WebAssembly[name] = async (source, imports) => {
    const started = await start.call(WebAssembly, source, withTraps(imports));
    noteMemory(started.instance ?? started);
    return started;
  };
}

// After a trap the package starts its wasm anew, at once.
WebAssembly.Instance = function (module, imports) {
  const instance = new Instance(module, withTraps(imports));
  noteMemory(instance);
  return instance;
};
WebAssembly.Instance.prototype = Instance.prototype;
