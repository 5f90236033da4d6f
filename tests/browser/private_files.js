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
