"use client";

// Rendered by the server, too, which imports the package then.
import { useEffect } from "react";
import { fetchZip } from "fetchzip";

export default function Page() {
  useEffect(() => {
    new BroadcastChannel("evaluated").postMessage("");
    globalThis.zip = async (urls) => {
      const { storage, items, blob } = await fetchZip(urls);
      return { storage, outcomes: items.map(({ outcome }) => outcome), bytes: blob?.size };
    };
    document.body.dataset.isThere = "";
  }, []);
  return <p>An application</p>;
}
