// How the requests of a run differ from those of any page: by rules of the browser, which hold for this tab alone and
// only while the run lasts.
//
// - Images that were collected from a page are asked for with its address as Referer, as the page itself does.
// - If the user's sign-in is used for some hosts, no other host gets a cookie, wherever requests are passed on to.

import { api } from "./access.js";

const rules = api.declarativeNetRequest;

/** Of a fetch, in the page or in its worker. */
const TYPES = ["xmlhttprequest", "other"];

const isName = (host) => !host.startsWith("[");

/**
 * The Referer that a page's own request for an image of a host would have: by the browsers' default policy, the whole
 * address for its own host, and its origin for others.
 */
function refererFor(page, host) {
  const { protocol, username, password, hostname, origin } = page;
  if (!/^https?:$/.test(protocol)) return undefined;
  if (hostname !== host) return `${origin}/`;
  const whole = new URL(page);
  whole.hash = "";
  if (username || password) Object.assign(whole, { username: "", password: "" });
  return whole.href;
}

/** The conditions and headers of rules for these addresses. `pageOf` has the page that each was collected from. */
export function changes(addresses, pageOf, signedIn) {
  const found = new Map();
  for (const address of addresses) {
    const page = pageOf.get(address);
    if (!page) continue;
    const host = new URL(address).hostname;
    const referer = isName(host) ? refererFor(new URL(page), host) : undefined;
    if (!referer) continue;
    // Nothing of a page on https: goes to an address on http:, as without the extension.
    const condition = { requestDomains: [host], ...(referer.startsWith("https:") ? { urlFilter: "|https://" } : {}) };
    // The first page that an image of a host was found on stands for the others.
    if (!found.has(host)) found.set(host, { condition, header: { header: "referer", operation: "set", value: referer } });
  }
  const all = [...found.values()];
  if (signedIn.length > 0) {
    const named = signedIn.filter(isName);
    const condition = named.length > 0 ? { excludedRequestDomains: named } : {};
    all.push({ condition, header: { header: "cookie", operation: "remove" } });
  }
  return all;
}

let active = [];

/** Sets the rules of a run, in place of those of the run before. */
export async function begin(addresses, pageOf, signedIn) {
  await end();
  const wanted = changes(addresses, pageOf, signedIn);
  if (wanted.length === 0) return;
  const tab = await api.tabs.getCurrent();
  const first = 1 + Math.floor(Math.random() * 2 ** 30);
  const addRules = wanted.map(({ condition, header }, index) => ({
    id: first + index,
    action: { type: "modifyHeaders", requestHeaders: [header] },
    condition: { ...condition, tabIds: [tab.id], resourceTypes: TYPES },
  }));
  active = addRules.map(({ id }) => id);
  await rules.updateSessionRules({ addRules });
}

/** Removes them. */
export async function end() {
  const removeRuleIds = active;
  active = [];
  if (removeRuleIds.length > 0) await rules.updateSessionRules({ removeRuleIds });
}

/** Removes what a run has left that ended with its tab, or with a reload of this one. */
export async function cleanUp() {
  const own = (await api.tabs.getCurrent())?.id;
  const removeRuleIds = [];
  for (const { id, condition } of await rules.getSessionRules()) {
    const [tab] = condition.tabIds ?? [];
    const isThere = tab !== own && (await api.tabs.get(tab).then(() => true, () => false));
    if (!isThere) removeRuleIds.push(id);
  }
  if (removeRuleIds.length > 0) await rules.updateSessionRules({ removeRuleIds });
}
