// Runs a test's piece of JavaScript with the package, in the thread that imports this. The test puts
// the declaration of `privateFiles` in front.

import init, { fetchZip, startFetchZip } from "./pkg/fetchzip.js";

const AsyncFunction = (async () => {}).constructor;
const ready = init();

export async function run(body, args) {
  await ready;
  try {
    const call = new AsyncFunction("fetchZip", "startFetchZip", "args", "base64", "privateFiles", body);
    return { value: await call(fetchZip, startFetchZip, args, base64, privateFiles) };
  } catch (error) {
    return { error: describe(error) };
  }
}

async function base64(blob) {
  const reader = new FileReader();
  const read = new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = () => reject(reader.error);
  });
  reader.readAsDataURL(blob);
  await read;
  return reader.result.slice(reader.result.indexOf(",") + 1);
}

function describe(error) {
  const types = { TypeError, RangeError, DOMException, Error };
  const type = Object.keys(types).find((name) => error instanceof types[name]) ?? typeof error;
  return { type, name: error?.name, message: error?.message ?? String(error) };
}
