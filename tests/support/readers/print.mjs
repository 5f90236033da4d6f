// What all scripts print: size, SHA-256 and name of an entry.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";

const lines = [];
// One write: many small ones take longer than the reading.
process.on("exit", () => writeFileSync(1, lines.join("")));

export class Content {
  #hash = createHash("sha256");
  #size = 0;

  take(chunk) {
    this.#hash.update(chunk);
    this.#size += chunk.length;
  }

  print(name) {
    lines.push(`${this.#size}\t${this.#hash.digest("hex")}\t${name}\n`);
  }
}

export function print(name, bytes) {
  const content = new Content();
  content.take(bytes);
  content.print(name);
}
