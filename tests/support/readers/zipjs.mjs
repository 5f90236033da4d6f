// zip.js, told to check CRC-32s, from a file that it reads piece by piece. With "count" it only says
// how many entries there are.

import { open } from "node:fs/promises";
import { Reader, ZipReader, configure } from "@zip.js/zip.js";
import { Content } from "./print.mjs";

class FileReader extends Reader {
  async init() {
    await super.init?.();
    this.file = await open(process.argv[2]);
    this.size = (await this.file.stat()).size;
  }

  async readUint8Array(position, length) {
    const bytes = new Uint8Array(Math.min(length, this.size - position));
    await this.file.read(bytes, 0, bytes.length, position);
    return bytes;
  }
}

configure({ useWebWorkers: false });
const archive = new ZipReader(new FileReader());
const entries = await archive.getEntries();
if (process.argv[3] === "count") {
  console.log(entries.length);
  process.exit();
}
for (const entry of entries) {
  const content = new Content();
  await entry.getData(new WritableStream({ write: (chunk) => content.take(chunk) }), { checkSignature: true });
  content.print(entry.filename);
}
await archive.close();
