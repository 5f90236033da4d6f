// Saving as a download of the extension's own, which sees when it is complete.

import { api } from "./access.js";

/**
 * Saves a Blob. Resolves when the file is complete, to its name on the disk; to an empty text if the download was
 * interrupted. Rejects if none could begin.
 */
export async function save(archive, fileName) {
  const url = URL.createObjectURL(archive);
  try {
    const id = await api.downloads.download({ url, filename: fileName, conflictAction: "uniquify", saveAs: false, ...ofPrivateWindow() });
    const isComplete = await ended(id);
    const [download] = await api.downloads.search({ id });
    return isComplete ? (download?.filename.split(/[\\/]/).pop() ?? fileName) : "";
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** What has Firefox count a download to a private window, so that it is in no history. Chromium does so by itself, and refuses the key. */
function ofPrivateWindow() {
  const isFirefox = api.runtime.getBrowserInfo !== undefined;
  return isFirefox && api.extension.inIncognitoContext ? { incognito: true } : {};
}

/** Resolves to whether a download is complete, once it has ended. */
function ended(id) {
  return new Promise((resolve) => {
    const look = (state) => {
      if (state !== "complete" && state !== "interrupted") return;
      api.downloads.onChanged.removeListener(listen);
      resolve(state === "complete");
    };
    const listen = (change) => {
      if (change.id === id) look(change.state?.current);
    };
    api.downloads.onChanged.addListener(listen);
    // It may have ended before.
    api.downloads.search({ id }).then(([download]) => look(download?.state), () => look("interrupted"));
  });
}
