import { useEffect, useRef, useState } from "react";
import { startFetchZip } from "fetchzip";

/** A button that saves images as one zip, and shows how far it is. */
export function ImageZip({ urls }) {
  const [status, setStatus] = useState("");
  const [progress, setProgress] = useState(null);
  const current = useRef(null);

  // When the component goes away, so do its requests.
  useEffect(() => () => current.current?.controller.abort(), []);

  async function save() {
    const controller = new AbortController();
    const run = startFetchZip(urls, { signal: controller.signal, onProgress: setProgress });
    current.current = { controller, run };
    setProgress(run.progress);
    setStatus("");
    try {
      const result = await run.result;
      if (result.blob) await result.save();
      result.dispose();
      const failed = result.items.filter(({ error }) => error);
      const words = result.blob ? "Saved" : "Nothing to save";
      setStatus([words, ...failed.map(({ url, error }) => `${url}: ${error.message}`)].join("\n"));
    } catch (error) {
      setStatus(controller.signal.aborted ? "Cancelled" : error.message);
    } finally {
      setProgress(null);
    }
  }

  return (
    <>
      <button onClick={save} disabled={progress !== null}>Save the images</button>
      {progress && (
        <>
          <progress aria-label="Images" value={progress.fraction ?? undefined} />
          <p>{progress.stored + progress.failed} of {progress.total} images</p>
          <button onClick={() => current.current.run.stop()}>Save what is there</button>
          <button onClick={() => current.current.controller.abort()}>Cancel</button>
        </>
      )}
      <p role="status">{status}</p>
    </>
  );
}
