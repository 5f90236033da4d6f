
import { shown } from "./checks.js";

/** Documented in types.d.ts. */
export async function downloadSink({ fileName, scope = "./", picker = true } = {}) {
  if (typeof fileName !== "string" || fileName === "") {
    throw new TypeError(`options.fileName must be a string that is not empty, not ${shown(fileName)}`);
  }
  if (picker && globalThis.showSaveFilePicker) {
    const file = await showSaveFilePicker({ suggestedName: fileName });
    return file.createWritable();
  }
  const folder = folderAt(scope);
  const script = new URL("fetchzip-download-worker.js", folder);
  // Loaded by those who need it.
  const { downloadThroughWorker } = await import("./fetchzip-download.js");
  return downloadThroughWorker({ fileName, script, scope: new URL("fetchzip-download/", folder) });
}

const folderAt = (scope) => {
  try {
    return new URL(`${scope}`.replace(/\/?$/, "/"), globalThis.document?.baseURI ?? location);
  } catch {
    throw new TypeError(`options.scope must be an address, not ${shown(scope)}`);
  }
};
