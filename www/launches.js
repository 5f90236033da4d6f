// The lists that an installed page is opened with: files that the system opens with it, and what other
// programs share with it (manifest.webmanifest).

/** What is shared is kept in this cache until the page takes it: by share-worker.js, which has the same name. */
const SHARED = "fetchzip-shared";

/**
 * Calls `open` with an array of what the page is opened with: of files, and of pairs of a name and why there
 * is no such file.
 */
export function receiveLists(open) {
  const [, id] = /^#shared=([\w-]+)$/.exec(location.hash) ?? [];
  if (id !== undefined) {
    // The launch of a share may have the same files.
    openShared(id, open);
  } else {
    globalThis.launchQueue?.setConsumer(async ({ files }) => {
      if (files.length > 0) open(await Promise.all(files.map(fileOf)));
    });
  }
}

/** The file of a handle. It may be gone by now, or the user may have declined to open it. */
function fileOf(handle) {
  return handle.getFile().catch(() => [handle.name, "unreadable; choose it here"]);
}

async function openShared(id, open) {
  const shared = await takeShared(id).catch(() => [["What was shared", "no longer there, or damaged; share it again"]]);
  // A reload must not open it again.
  history.replaceState(null, "", location.href.split("#")[0]);
  open(shared.length > 0 ? shared : [["What was shared", "empty"]]);
}

async function takeShared(id) {
  const cache = await caches.open(SHARED);
  const address = `share/${id}`;
  const form = await (await cache.match(address)).formData();
  await cache.delete(address);
  const [title, text, url] = ["title", "text", "url"].map((name) => String(form.get(name) ?? "").trim());
  let list = text;
  // Programs put an address into any of the three. A title is otherwise a name.
  for (const part of [url, title.includes("://") ? title : ""]) {
    if (!list.includes(part)) list = `${list}\n${part}`.trim();
  }
  list ||= title;
  const name = title.replace(/\s+/g, " ") || "shared text";
  const files = form.getAll("lists").filter((file) => file instanceof File);
  return list ? [new File([list], name), ...files] : files;
}
