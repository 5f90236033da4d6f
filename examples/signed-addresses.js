import { fetchZip } from "fetchzip";

/** Saves objects of a bucket. `sign` asks the application's server for an address that is valid for a minute. */
export async function saveFromBucket(addresses, sign) {
  const result = await fetchZip(addresses, {
    // Signed just before it is asked for, and once more before each further attempt.
    request: async (url) => ({ url: await sign(url) }),
  });
  if (result.blob) await result.save();
  return result;
}
