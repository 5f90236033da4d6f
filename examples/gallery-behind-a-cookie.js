import { fetchZip } from "fetchzip";

/** Saves a gallery that only its signed-in users may see, on the server of the application or on another one. */
export async function saveGallery(urls) {
  const isOwn = urls.every((url) => new URL(url, location.href).origin === location.origin);
  const result = await fetchZip(urls, {
    // The server's own cookies go along in any case.
    request: isOwn ? undefined : { credentials: "include" },
    fileName: "gallery.zip",
  });
  if (result.blob) await result.save();
  return result;
}
