// The other floor: bodies read into buffers of our own, and dropped.

import { get } from "./get.js";

const BUFFER = 256 << 10;

onmessage = async ({ data: { files, atOnce } }) => {
  let next = 0;
  let bytes = 0;
  const lane = async () => {
    let buffer = new ArrayBuffer(BUFFER);
    while (next < files.length) {
      const reader = (await get(files[next++])).body.getReader({ mode: "byob" });
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(buffer));
        buffer = value.buffer;
        bytes += value.byteLength;
        if (done) break;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, lane));
    postMessage({ bytes });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
