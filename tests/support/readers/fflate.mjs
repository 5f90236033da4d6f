// fflate. It checks no CRC-32s; the SHA-256 does.

import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import { print } from "./print.mjs";

const files = unzipSync(await readFile(process.argv[2]));
for (const [name, bytes] of Object.entries(files)) print(name, bytes);
