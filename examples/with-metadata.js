import { fetchZip } from "fetchzip";

/** Saves an album's photographs, with what the application knows of them in a file beside. */
export async function saveAlbum({ title, photos }) {
  const images = photos.map(({ url, name }) => ({ url, name: `photos/${name}` }));
  const metadata = { title, photos: photos.map(({ name, caption }) => ({ name, caption })) };
  const result = await fetchZip([{ name: "metadata.json", data: JSON.stringify(metadata, null, 2) }, ...images], {
    fileName: `${title}.zip`,
  });
  if (result.blob) await result.save();
  return result;
}
