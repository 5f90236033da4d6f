// The chosen images as a list that the page reads.

/** The address of an image as it is wanted: of what a thumbnail links to, or of the thumbnail. */
export const addressOf = ({ url, thumbnail }, wantsFullSize) => (wantsFullSize ? url : (thumbnail ?? url));

/** An address whose brackets are no range when it is read as plain text, as in src/plan/list/link.rs. */
function literal(address) {
  // Quotes and angle brackets, which have a meaning in a text, are the same when they are encoded.
  if (address.startsWith("data:")) return address.replace(/[\s<>"'[\]{}]/g, encodeURIComponent).replaceAll("'", "%27");
  const [, host, path] = /^([a-z]+:\/\/[^/]*)?(.*)$/is.exec(address);
  const escaped = path.replace(/[[\]{}]/g, (bracket) => `%${bracket.charCodeAt(0).toString(16).toUpperCase()}`);
  // In angle brackets, what ends an address is not taken for the punctuation of a text.
  return /[\w/=&%-]$/.test(escaped) ? `${host ?? ""}${escaped}` : `<${host ?? ""}${escaped}>`;
}

const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

/** The list of one tab: an address a line. */
export function linesOf(images, wantsFullSize) {
  return [...new Set(images.map((image) => addressOf(image, wantsFullSize)))].map(literal).join("\n");
}

/** The list of several tabs: a table, whose column says the folder of each image. */
export function tableOf(images, wantsFullSize) {
  const rows = images.map((image) => [addressOf(image, wantsFullSize), image.folder].map(quoted).join(","));
  return [["Image URL", "Folder"].join(","), ...new Set(rows)].join("\n");
}

/** A name for each tab's folder, after the title of its page: none twice. */
export function foldersOf(titles) {
  const used = new Set();
  return titles.map((title) => {
    const plain = title.replace(/[\\/:*?"<>|{}\p{Cc}\p{Cf}]/gu, " ").replace(/\s+/g, " ").trim().slice(0, 60).trim() || "tab";
    let name = plain;
    for (let number = 2; used.has(name.toLowerCase()); number += 1) name = `${plain} (${number})`;
    used.add(name.toLowerCase());
    return name;
  });
}
