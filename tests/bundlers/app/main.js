// An application as its authors write it, in the page only.

import { fetchZip } from "fetchzip";

new BroadcastChannel("evaluated").postMessage("");
document.body.dataset.isThere = "";

globalThis.zip = async (urls) => {
  const { storage, items, blob } = await fetchZip(urls);
  return { storage, outcomes: items.map(({ outcome }) => outcome), bytes: blob?.size };
};
