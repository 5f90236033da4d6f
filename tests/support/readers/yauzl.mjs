// yauzl, which refuses names that lead out of a folder. It checks sizes, not CRC-32s.

import { readFileSync } from "node:fs";
import yauzl from "yauzl";
import { Content } from "./print.mjs";

yauzl.fromBuffer(readFileSync(process.argv[2]), { lazyEntries: true, strictFileNames: true }, (error, archive) => {
  if (error) throw error;
  archive.on("error", (error) => {
    throw error;
  });
  archive.on("entry", (entry) => {
    archive.openReadStream(entry, (error, stream) => {
      if (error) throw error;
      const content = new Content();
      stream.on("data", (chunk) => content.take(chunk));
      stream.on("error", (error) => {
        throw error;
      });
      stream.on("end", () => {
        content.print(entry.fileName);
        archive.readEntry();
      });
    });
  });
  archive.readEntry();
});
