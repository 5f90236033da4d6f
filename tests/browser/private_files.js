// All files that this origin has in its private file system, by path. None if it has no such system.

async function privateFiles() {
  const files = new Map();
  const walk = async (folder, path) => {
    for await (const [name, entry] of folder.entries()) {
      if (entry.kind === "directory") {
        await walk(entry, `${path}${name}/`);
      } else {
        // One that was removed since it was listed is not there.
        const file = await entry.getFile().catch(() => undefined);
        if (file) files.set(path + name, file);
      }
    }
  };
  const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
  if (root) await walk(root, "");
  return files;
}

// Overwrites the beginning of a file whose page is gone.
async function overwrite(path, bytes) {
  const names = path.split("/");
  let folder = await navigator.storage.getDirectory();
  for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name);
  const handle = await folder.getFileHandle(names.at(-1));
  for (;;) {
    try {
      const stream = await handle.createWritable({ keepExistingData: true });
      await stream.write(bytes);
      return await stream.close();
    } catch (error) {
      // The page may hold the file for a moment longer.
      if (error.name !== "NoModificationAllowedError") throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
