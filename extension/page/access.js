// What the extension may read, and having the browser ask the user for more.

export const api = globalThis.browser ?? chrome;

/** The permission for every host. */
const ALL = ["https://*/*", "http://*/*"];

/** How long fetching waits for the user's answer, in milliseconds. The question may be overlooked. */
const PATIENCE = 10_000;

let granted = [];

/** Resolves once it is known what is permitted. */
export const ready = look();

api.permissions.onAdded.addListener(look);
api.permissions.onRemoved.addListener(look);

async function look() {
  try {
    granted = (await api.permissions.getAll()).origins ?? [];
  } catch (error) {
    console.warn("The extension's permissions can't be read:", error);
  }
}

/** Whether a match pattern, such as https://*.a.example/*, covers an address. */
export function covers(pattern, { protocol, hostname }) {
  if (pattern === "<all_urls>") return true;
  const [, scheme, host] = /^(\*|https?):\/\/([^/]*?)(?::(?:\d+|\*))?\//.exec(pattern) ?? [];
  if (!host || (scheme !== "*" && `${scheme}:` !== protocol)) return false;
  if (host === "*" || host === hostname) return true;
  return host.startsWith("*.") && (hostname === host.slice(2) || hostname.endsWith(host.slice(1)));
}

const isOfTheWeb = ({ protocol }) => /^https?:$/.test(protocol);

/** Whether the extension may read what an address or an origin leads to. */
export function mayRead(address) {
  if (!URL.canParse(address)) return true;
  const url = new URL(address);
  return !isOfTheWeb(url) || granted.some((pattern) => covers(pattern, url));
}

/** Whether it may read every host. */
export function mayReadAll() {
  return mayRead("https://any.invalid/") && mayRead("http://any.invalid/");
}

/** The pattern of an origin's host: without the port, which Firefox's patterns don't have. */
const patternOf = (origin) => {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
};

/** Whether a read that a host has refused could succeed with another permission: for the host, or for one that it passes the request on to. */
export function lacks(origin) {
  return !mayRead(origin) || !mayReadAll();
}

/**
 * Asks for exactly the hosts of these origins that are not permitted. It is called first of all while a click is
 * handled: browsers show the question only then. Resolves to whether the user has permitted them, and after a while
 * to nothing.
 */
export function request(origins) {
  return ask([...new Set(origins.filter((origin) => !mayRead(origin)).map(patternOf))]);
}

/** The same for every host. */
export function requestAll() {
  return ask(mayReadAll() ? [] : ALL);
}

/** Where it is noted that the user does not want to be asked for downloads again. */
const DECLINED = "downloadsDeclined";

let isDeclined = false;

/** Whether the question was put since the page was opened. Once is enough, whether it was answered or not. */
let hasAsked = false;

api.storage.local.get(DECLINED).then(
  (stored) => {
    isDeclined = stored[DECLINED] === true;
  },
  () => {},
);

function noteDeclined() {
  isDeclined = true;
  api.storage.local.set({ [DECLINED]: true }).catch((error) => console.warn("The answer can't be kept:", error));
}

/** Asks for the permission to manage downloads, unless the user has declined that before. */
export async function requestDownloads() {
  if (api.downloads) return true;
  if (isDeclined || hasAsked) return false;
  hasAsked = true;
  try {
    const answer = api.permissions.request({ permissions: ["downloads"] });
    answer.then((isGranted) => isGranted || noteDeclined(), () => {});
    return await inTime(answer);
  } catch (error) {
    console.warn("The browser did not ask for the permission:", error);
    return false;
  }
}

const inTime = (answer) => Promise.race([answer, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);

/** Gives the permission for every host back. */
export async function giveBackAll() {
  try {
    await api.permissions.remove({ origins: ALL });
  } catch (error) {
    console.warn("The permission could not be given back:", error);
  }
  await look();
}

async function ask(patterns) {
  if (patterns.length === 0) return true;
  try {
    const answer = api.permissions.request({ origins: patterns }).then(async (isGranted) => {
      await look();
      return isGranted;
    });
    answer.catch(() => {});
    return await inTime(answer);
  } catch (error) {
    console.warn("The browser did not ask for the permission:", error);
    return undefined;
  }
}
