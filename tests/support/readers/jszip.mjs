// JSZip, told to check CRC-32s.

import { readFile } from "node:fs/promises";
import JSZip from "jszip";
import { print } from "./print.mjs";

const archive = await JSZip.loadAsync(await readFile(process.argv[2]), { checkCRC32: true });
for (const entry of Object.values(archive.files)) {
  // It cleans names itself; the one in the archive must not have needed that.
  print(entry.unsafeOriginalName ?? entry.name, await entry.async("nodebuffer"));
}
