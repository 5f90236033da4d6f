// Runs the worker script as an edge host would: arguments are the script, the page's origin, and the demo server that
// stands for picsum.photos. Prints the address.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Readable } from "node:stream";

const [script, PAGE, origin] = process.argv.slice(2);
const { default: worker } = await import(`data:text/javascript,${encodeURIComponent(readFileSync(script, "utf8"))}`);

const web = globalThis.fetch;
globalThis.fetch = (address, options) => {
  const url = new URL(address);
  if (url.pathname === "/dns-query") return Promise.resolve(Response.json({ Answer: [{ type: 1, data: "93.184.215.14" }] }));
  if (url.hostname !== "picsum.photos") throw new Error(`asked for ${address}`);
  return web(`${origin}${url.pathname}${url.search}`, options);
};

const server = createServer(async ({ method, url, headers }, answer) => {
  const request = new Request(`http://${headers.host}${url}`, { method, headers: new Headers(Object.entries(headers)) });
  const response = await worker.fetch(request, { PAGE, HOSTS: "picsum.photos" });
  answer.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) Readable.fromWeb(response.body).pipe(answer);
  else answer.end();
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
