// The extension's part of the page: src/page/extension.rs calls it, and nothing else of the page knows of it.

import * as access from "./access.js";
import { collect } from "./collection.js";
import { Grid } from "./grid.js";
import { foldersOf, linesOf, tableOf } from "./list.js";
import * as requests from "./requests.js";
import { save } from "./saving.js";

const { api } = access;

const element = (id) => document.getElementById(id);

const report = (what) => (error) => console.warn(`${what}:`, error);

/** The pages that collected images were found on, by the images' addresses. */
const pageOf = new Map();

let hasSeveralTabs = false;
let fill;

const grid = new Grid(() => tellList(false));

globalThis.fetchzipExtension = {
  /** `fillList` takes a list, and whether it replaces another. */
  receiveLists(fillList) {
    fill = fillList;
    openTabs().catch(report("The tabs could not be looked into"));
  },

  /** Asks for what requests to these origins lack, of which `hasFailed` says whether they were made before. */
  ask(origins, hasFailed) {
    const lacking = origins.filter((origin) => !access.mayRead(origin));
    if (lacking.length === 0 && !hasFailed) return Promise.resolve();
    // A host that is permitted and refuses all the same passes requests on to another.
    const answer = lacking.length > 0 ? access.request(lacking) : access.requestAll();
    return whileAsking(answer, lacking.length);
  },

  /** Resolves to whether the requests of a run are prepared: without, no sign-in may be used. */
  async begin(addresses) {
    grid.close();
    await access.ready;
    try {
      await requests.begin(addresses, pageOf, this.signedIn());
      return true;
    } catch (error) {
      console.warn("The requests could not be prepared:", error);
      return false;
    }
  },

  end() {
    requests.end().catch(report("The rules of the run could not be removed"));
  },

  askToSave: () => access.requestDownloads(),

  save: (archive, fileName) => save(archive, fileName),

  lacks: access.lacks,

  /** The hosts of the field. */
  signedIn() {
    return hostsOf(element("sign-in").value).hosts;
  },

  forgetSignIn() {
    if (!element("sign-in").value) return;
    element("sign-in").value = "";
    showProblem("The list came from elsewhere, so your sign-in is not used for it. Name the hosts again if you want that.");
  },
};

requests.cleanUp().catch(report("Rules of an earlier run could not be removed"));
showLackOfFiles();
access.ready.then(showAllSites).catch(report("The permissions can't be shown"));

/** Says what is not possible where the browser keeps no files for the page. Images are held in memory there. */
async function showLackOfFiles() {
  try {
    await navigator.storage.getDirectory();
  } catch {
    const where = api.extension.inIncognitoContext ? "This is a private window, where" : "Here,";
    element("files-note").textContent = `${where} the browser keeps no files for fetchzip: images are held in memory until this page is closed, and a run that is cut off can’t be resumed.`;
    element("files-note").hidden = false;
  }
}

/** Says that the browser asks, until there is an answer. */
async function whileAsking(answer, hosts) {
  const note = element("permission-note");
  note.textContent = `The browser asks whether fetchzip may read images of ${hosts === 1 ? "a host" : hosts > 1 ? `${hosts} hosts` : "all sites"}. Fetching begins with your answer, or in ten seconds without it.`;
  note.hidden = false;
  try {
    return await answer;
  } finally {
    note.hidden = true;
  }
}

// The tabs that the address names: #tabs=5,7.

async function openTabs() {
  const [, ids] = /^#tabs=([\d,]+)$/.exec(location.hash) ?? [];
  if (!ids) return;
  // A reload must not replace what was made of the list.
  history.replaceState(null, "", location.pathname);
  await showTabs(ids.split(",").slice(0, 200).map(Number));
}

async function showTabs(ids) {
  element("collected").hidden = false;
  element("collected-text").textContent = "Collecting the images…";
  const tabs = await Promise.all(ids.map(collect));
  const opened = tabs.filter(({ images }) => images);
  hasSeveralTabs = opened.length > 1;
  const folders = foldersOf(opened.map(({ title }) => title));
  const images = opened.flatMap((tab, index) => tab.images.map((image) => ({ ...image, folder: folders[index] })));
  for (const { url, thumbnail, page } of images) {
    for (const address of [url, thumbnail]) if (address && !pageOf.has(address)) pageOf.set(address, page);
  }
  showTitle(opened, images);
  showNotes(tabs, opened);
  showMissing(ids, tabs);
  grid.show(images);
  if (images.length > 0) tellList(true);
}

function showTitle(opened, found) {
  const [first] = opened;
  const count = found.length;
  const ticked = found.filter(({ isCloser }) => !isCloser).length;
  element("collected-title").textContent = opened.length === 1 ? `Images of ${first.title || first.page || "this page"}` : "Images of the tabs";
  const images = count === 1 ? "1 image" : `${count.toLocaleString()} images`;
  const where = opened.length > 1 ? ` in ${opened.length} tabs, each with a folder of its own in the zip` : "";
  element("collected-text").textContent = opened.length === 0 ? "" : count === 0 ? "fetchzip found no images on this page." : `${images}${where}. ${ticked < count ? `${ticked.toLocaleString()} of them` : count === 1 ? "It" : "They"} ${ticked === 1 ? "was" : "were"} put into the list below, and nothing has been fetched yet.`;
}

function showNotes(tabs, opened) {
  const notes = opened.flatMap(({ notes }) => notes);
  const closer = opened.flatMap(({ images }) => images).filter(({ isCloser }) => isCloser).length;
  if (closer > 0) notes.push(`${closer === 1 ? "1 address leads" : `${closer.toLocaleString()} addresses lead`} into your own network or to this machine, where the page is not: left out unless you tick ${closer === 1 ? "it" : "them"}.`);
  // Of a tab that only a permission is missing for, the button says it.
  const problems = tabs.filter(({ problem, needsPermission }) => problem && !(needsPermission && tabs.length > 1));
  notes.push(...problems.map(({ problem }) => problem));
  element("collected-notes").replaceChildren(
    ...[...new Set(notes)].map((note) => Object.assign(document.createElement("li"), { textContent: note })),
  );
}

function showMissing(ids, tabs) {
  const missing = tabs.filter(({ needsPermission }) => needsPermission).length;
  const isOffered = missing > 0 && ids.length > 1;
  element("collected-permission").hidden = !isOffered;
  if (!isOffered) return;
  const note = document.createElement("li");
  note.textContent = `${missing} of ${ids.length} tabs were not looked into: fetchzip needs your permission for their sites.`;
  element("collected-notes").prepend(note);
  element("allow-tabs").onclick = () => {
    const answer = access.requestAll();
    answer.then((isGranted) => isGranted && showTabs(ids)).catch(report("The tabs could not be looked into"));
  };
}

/** Puts the chosen images into the list. */
function tellList(isNew) {
  if (!fill) return;
  const { chosen } = grid;
  if (isNew && hasSeveralTabs) setTemplate("{col.Folder}/{name}");
  fill(hasSeveralTabs ? tableOf(chosen, grid.wantsFullSize) : linesOf(chosen, grid.wantsFullSize), isNew);
}

function setTemplate(template) {
  const names = element("names");
  if (names.value) return;
  names.value = template;
  for (const kind of ["input", "change"]) names.dispatchEvent(new Event(kind, { bubbles: true }));
}

// The options.

/** The hosts that a text names, and what of it names none. */
function hostsOf(text) {
  const hosts = [];
  const others = [];
  for (const word of text.split(/[\s,;]+/).filter(Boolean)) {
    const address = word.includes("://") ? word : `https://${word}`;
    const host = URL.canParse(address) ? new URL(address).hostname : "";
    // Chromium encodes an asterisk.
    if (host && !/[*%]/.test(host)) hosts.push(host);
    else others.push(word);
  }
  return { hosts: [...new Set(hosts)], others };
}

function showProblem(words) {
  element("sign-in-problem").textContent = words;
  element("sign-in-problem").hidden = !words;
}

element("sign-in").addEventListener("input", () => showProblem(""));
element("sign-in").addEventListener("change", () => {
  const { others } = hostsOf(element("sign-in").value);
  showProblem(others.length > 0 ? `Not a host: ${others.join(", ").slice(0, 200)}. Write it as in an address, such as photos.example.` : "");
});

function showAllSites() {
  element("all-sites").checked = access.mayReadAll();
}

element("all-sites").addEventListener("change", () => {
  const done = element("all-sites").checked ? access.requestAll() : access.giveBackAll();
  done.then(showAllSites).catch(report("The permission could not be changed"));
});

element("allow-previews").addEventListener("click", () => {
  const answer = access.request(grid.addressesWithoutPreview);
  answer.then(() => grid.retryPreviews()).catch(report("The previews could not be shown"));
});
