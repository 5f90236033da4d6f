import { useEffect, useRef, useState } from "react";
import { fetchZip } from "fetchzip";

/** A button that saves images as one zip, and shows how far it is. */
export function ImageZip({ urls }) {
  const [status, setStatus] = useState("");
  const [isRunning, setRunning] = useState(false);
  const run = useRef(null);

  // When the component goes away, so do its requests.
  useEffect(() => () => run.current?.abort(), []);

  async function save() {
    const controller = new AbortController();
    run.current = controller;
    setRunning(true);
    let ended = 0;
    const onEvent = ({ kind }) => {
      if (["stored", "failed", "left-out"].includes(kind)) setStatus(`${++ended} of ${urls.length} images`);
    };
    try {
      const result = await fetchZip(urls, { signal: controller.signal, onEvent });
      await result.save();
      result.dispose();
      const failed = result.items.filter(({ error }) => error);
      setStatus(["Saved", ...failed.map(({ url, error }) => `${url}: ${error.message}`)].join("\n"));
    } catch (error) {
      setStatus(controller.signal.aborted ? "Cancelled" : error.message);
    } finally {
      setRunning(false);
    }
  }

  return (
    <>
      <button onClick={save} disabled={isRunning}>Save the images</button>
      <button onClick={() => run.current.abort()} disabled={!isRunning}>Cancel</button>
      <p role="status">{status}</p>
    </>
  );
}
