import { fetchZip } from "fetchzip";

/** Saves images of an API that wants a token. `newToken` gets one, which may end at any time. */
export async function saveWithToken(urls, newToken) {
  let token = await newToken();
  let renewal = null;

  // All images that are refused at the same time wait for one new token.
  const renew = (refused) => {
    if (token !== refused) return Promise.resolve();
    renewal ??= newToken().then((next) => {
      token = next;
      renewal = null;
    });
    return renewal;
  };

  const used = new Map();
  const result = await fetchZip(urls, {
    request: async (url, { item, error }) => {
      if (error?.status === 401) await renew(used.get(item));
      used.set(item, token);
      return { headers: { Authorization: `Bearer ${token}` } };
    },
  });
  if (result.blob) await result.save();
  return result;
}
