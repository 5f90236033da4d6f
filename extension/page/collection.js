// Looks into tabs, and checks what comes back: it is what a page, which may be hostile, has named.

import { api } from "./access.js";

/** The most images of one tab, and the longest addresses and texts that are believed. collect.js keeps to less. */
const MOST = 20_000;
const LONGEST_ADDRESS = 1_100_000;
const LONGEST_TEXT = 300;

/** The most characters of the addresses of a tab with its frames. */
const MOST_TOGETHER = 10_000_000;

const SCRIPTS = ["collect.js"];

/** How long a tab may take, in milliseconds. */
const PATIENCE = 15_000;

const KINDS = ["image", "linked", "background", "poster", "preview", "icon"];

export const RESTRICTED = "The browser lets no extension look into this page: it is a store, a page of the browser itself, or a document such as a PDF. Open another page, and press the button there.";

/** What is in a tab: its page and images; or a problem, in words; or that a permission is missing. */
export async function collect(tabId) {
  let result;
  try {
    result = await inTime(api.scripting.executeScript({ target: { tabId }, files: SCRIPTS }));
  } catch (error) {
    return isRestricted(tabId, error);
  }
  if (result === undefined) return { problem: "The page did not answer in time. Wait until it has loaded, and press the button again." };
  const top = checked(result[0]?.result);
  const found = top.otherFrames > 0 ? await withFrames(top, tabId) : top;
  if (found.otherFrames > 0) {
    found.notes.push(`${plural(found.otherFrames, "frame of another site was", "frames of other sites were")} not looked into: fetchzip needs your permission for all sites (“More options”) for that.`);
  }
  return found;
}

/**
 * The same with what is in the frames of other sites, if the user has permitted them. Chromium refuses to look into
 * any if one of them is not permitted.
 */
async function withFrames(top, tabId) {
  const all = api.scripting.executeScript({ target: { tabId, allFrames: true }, files: SCRIPTS });
  const results = await inTime(all).catch(() => undefined);
  // A frame is as close to the user's own network as the page that has put it there.
  const network = networkOf(top.page);
  const inside = (results ?? []).filter(({ frameId, result }) => frameId !== 0 && result).map(({ result }) => checked(result, network));
  const frames = inside.filter(({ images }) => images);
  const images = new Map(top.images.map((image) => [image.url, image]));
  let length = top.images.reduce((sum, image) => sum + lengthOfTexts(image), 0);
  for (const image of frames.flatMap((frame) => frame.images)) {
    if (images.has(image.url) || images.size >= MOST || length + lengthOfTexts(image) > MOST_TOGETHER) continue;
    length += lengthOfTexts(image);
    images.set(image.url, image);
  }
  // A frame that was looked into is one of those that its page could not look into.
  const others = [top, ...frames].reduce((sum, { otherFrames }) => sum + otherFrames, 0) - frames.length;
  return { ...top, images: [...images.values()], notes: [top, ...frames].flatMap(({ notes }) => notes), otherFrames: others };
}

const lengthOfTexts = ({ url, thumbnail, link }) => url.length + (thumbnail?.length ?? 0) + (link?.length ?? 0);

const inTime = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);

/** Why a tab can't be looked into. Only of tabs that the button was pressed in, or whose site is permitted, is the address known. */
async function isRestricted(tabId, error) {
  const tab = await api.tabs.get(tabId).catch(() => undefined);
  if (!tab) return { problem: "The tab was closed." };
  const isWeb = /^https?:/.test(tab.url ?? "");
  const isRefused = /permission|Cannot access contents/i.test(String(error?.message));
  return isRefused && (isWeb || !tab.url) ? { needsPermission: true, problem: RESTRICTED } : { problem: RESTRICTED };
}

/** What collect.js has returned of a page or frame, as far as it makes sense; of a frame with the network of its tab's page. */
export function checked(result, tabNetwork) {
  if (typeof result !== "object" || result === null || !Array.isArray(result.images)) return { problem: RESTRICTED };
  if (result.contentType === "application/pdf") return { problem: RESTRICTED };
  const page = addressOf(result.address, /^(https?|file):$/) ?? "";
  const pageNetwork = tabNetwork ?? networkOf(page);
  // A page has no business with the user's own network, unless it is there itself.
  const isCloser = (address) => address !== undefined && networkOf(address) > 0 && networkOf(address) !== pageNetwork;
  const images = [];
  for (const image of result.images.slice(0, MOST)) {
    const url = addressOf(image?.url, /^(https?|data):$/);
    if (!url) continue;
    const thumbnail = addressOf(image.thumbnail, /^(https?|data):$/);
    images.push({
      url,
      page,
      kind: KINDS.includes(image.kind) ? image.kind : "image",
      alt: textOf(image.alt),
      link: addressOf(image.link, /^https?:$/),
      thumbnail,
      width: lengthOf(image.width),
      height: lengthOf(image.height),
      thumbnailWidth: lengthOf(image.thumbnailWidth),
      thumbnailHeight: lengthOf(image.thumbnailHeight),
      shownWidth: lengthOf(image.shownWidth),
      shownHeight: lengthOf(image.shownHeight),
      isCloser: isCloser(url) || isCloser(thumbnail),
    });
  }
  return { page, title: textOf(result.title), images, notes: notesOf(result), otherFrames: lengthOf(result.seen?.otherFrames) };
}

/** What of the page is not among the images, in words. */
function notesOf({ seen, cut }) {
  const count = (name) => lengthOf(seen?.[name]);
  const notes = [];
  if (cut === "images") notes.push(`The page names more images than fetchzip lists: the first ${MOST.toLocaleString()} are here.`);
  if (cut === "elements" || cut === "time") notes.push(`The page is too large to be looked through: what ${count("elements").toLocaleString()} of its elements show is here.`);
  if (count("overlong")) notes.push(`${plural(count("overlong"), "address was", "addresses were")} left out, because together or alone they are too long.`);
  if (count("blobs")) notes.push(`${plural(count("blobs"), "image exists", "images exist")} only inside the page (blob:), where no extension can fetch from.`);
  if (count("canvases")) notes.push(`${plural(count("canvases"), "drawing (canvas) has no address, and is", "drawings (canvas) have no address, and are")} not collected.`);
  return notes;
}

const plural = (count, one, many) => `${count.toLocaleString()} ${count === 1 ? one : many}`;

function addressOf(value, protocols) {
  if (typeof value !== "string" || value.length > LONGEST_ADDRESS || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  // A password is nothing that a page may have sent.
  if (url.username || url.password || !protocols.test(url.protocol)) return undefined;
  return url.href.replace(/\s/g, "%20");
}

/** A text without what has no sign of its own: control characters, and what turns the direction of the texts around it. */
export const textOf = (value) => (typeof value === "string" ? value.replace(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, " ").replace(/\s+/g, " ").trim().slice(0, LONGEST_TEXT).toWellFormed() : "");

const lengthOf = (value) => (Number.isFinite(value) && value > 0 && value < 1e6 ? Math.round(value) : 0);

/** How close to the browser the host of an address is: 0 for the Internet, 1 for a private network, 2 for this machine. The same as src/plan/network.rs. */
export function networkOf(address) {
  if (!URL.canParse(address)) return 0;
  const { protocol, hostname } = new URL(address);
  if (protocol === "file:") return 2;
  const name = hostname.replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost") || /^(0|127)(\.\d+){3}$/.test(name) || /^\[::1?\]$/.test(name)) return 2;
  if (name.endsWith(".local")) return 1;
  if (/^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$/.test(name)) return 1;
  if (/^\[(f[cd]|fe[89ab])/.test(name)) return 1;
  // IPv4 addresses mapped to IPv6.
  const [, first, second] = /^\[::ffff:([\da-f]+):([\da-f]+)\]$/.exec(name) ?? [];
  if (first === undefined) return 0;
  const [high, low] = [parseInt(first, 16), parseInt(second, 16)];
  return networkOf(`http://${high >> 8}.${high & 255}.${low >> 8}.${low & 255}/`);
}
