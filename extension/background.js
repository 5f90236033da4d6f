// Opens the page beside the tabs whose images are wanted. The page itself looks into them: it lives for as long as
// its tab, and this script for seconds.

const api = globalThis.browser ?? chrome;
const menus = api.menus ?? api.contextMenus;

const MENU = "images-of-page";

api.runtime.onInstalled.addListener(() => {
  menus.create({ id: MENU, title: "Zip the images of this page", contexts: ["page", "frame", "image", "link"] });
});

menus.onClicked.addListener(({ menuItemId }, tab) => {
  if (menuItemId === MENU && tab) openBeside(tab);
});

api.action.onClicked.addListener(openBeside);

// Where several tabs are selected and this is one of them, all of them are meant.
async function openBeside(tab) {
  const selected = await api.tabs.query({ highlighted: true, windowId: tab.windowId });
  const ids = selected.map(({ id }) => id);
  await api.tabs.create({
    url: api.runtime.getURL(`index.html#tabs=${ids.includes(tab.id) ? ids : tab.id}`),
    index: tab.index + 1,
    windowId: tab.windowId,
    openerTabId: tab.id,
  });
}
