// In the service worker: keeps what another program shares with the installed page (share_target in
// manifest.webmanifest), and opens the page, which takes it (launches.js).

// In a block: the names of a classic script are visible to every other script of the worker.
{
  const SHARED = "fetchzip-shared";

  /** The most shares that are kept. A page that was closed at once has not taken its own. */
  const MOST = 8;

  const ACTION = new URL("share/", location).pathname;

  async function keep(request) {
    const id = crypto.randomUUID();
    try {
      const cache = await caches.open(SHARED);
      const headers = { "Content-Type": request.headers.get("Content-Type") };
      await cache.put(`share/${id}`, new Response(await request.blob(), { headers }));
      const kept = await cache.keys();
      await Promise.all(kept.slice(0, -MOST).map((old) => cache.delete(old)));
    } catch {
      // The page says that there is nothing to take.
    }
    return Response.redirect(`./#shared=${id}`, 303);
  }

  addEventListener("fetch", (event) => {
    const { method, url } = event.request;
    if (method === "POST" && new URL(url).pathname === ACTION) event.respondWith(keep(event.request));
  });
}
