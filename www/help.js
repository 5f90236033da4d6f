// Makes the bookmark of the help page, which collects the images of another page.

// The page of fetchzip, wherever this is hosted.
const page = new URL("./", location.href).href;
const code = `javascript:${encodeURIComponent(`(${collect})(${JSON.stringify(page)})`)}`;

const link = document.getElementById("bookmarklet");
link.href = code;
link.addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("bookmarklet-note").textContent =
    "Here it has nothing to collect. Drag it to your bookmarks bar, and click it on another page.";
});

const field = document.getElementById("bookmarklet-code");
field.value = code;
field.addEventListener("focus", () => field.select());

for (const example of document.querySelectorAll(".example")) {
  example.textContent = page + example.dataset.fragment;
}

// Collects the addresses of the images of the current page, and opens `page` with them. It runs on pages of
// others, so it has all that it needs inside.
function collect(page) {
  // Firefox opens no longer addresses.
  const LONGEST = 1_000_000;
  const IMAGE = /\.(apng|avif|bmp|gif|hei[cf]|ico|jfif|jpe?g?|jxl|png|svg|tiff?|webp)$/i;
  const found = new Set();

  const add = (address, base, isImage = () => true) => {
    let url;
    try {
      url = new URL(address, base);
    } catch {
      return; // not an address
    }
    if (address && /^https?:$/.test(url.protocol) && isImage(url)) found.add(url.href);
  };

  // The candidates of a srcset, each with its width or density as a number.
  const candidates = (srcset) =>
    [...(srcset ?? "").matchAll(/(\S*[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)/g)].map(
      ([, address, number, unit]) => ({ address, size: unit === "w" ? Number(number) : (Number(number) || 1) / 1000 }),
    );

  const addImage = (image, base) => {
    const of = (element) => ["srcset", "data-srcset"].flatMap((name) => candidates(element.getAttribute(name)));
    const sources = image.parentElement?.localName === "picture" ? image.parentElement.querySelectorAll("source") : [];
    const all = [image, ...sources].flatMap(of).sort((one, other) => other.size - one.size);
    const lazy = ["data-src", "data-original", "data-lazy-src"].map((name) => image.getAttribute(name));
    add(all[0]?.address ?? lazy.find(Boolean) ?? (image.currentSrc || image.getAttribute("src")), base);
  };

  const look = (root, base) => {
    for (const element of root.querySelectorAll("*")) {
      const attribute = (name) => element.getAttribute(name);
      switch (element.localName) {
        case "img": addImage(element, base); break;
        case "image": add(attribute("href") ?? attribute("xlink:href"), base); break;
        case "input": if (element.type === "image") add(attribute("src"), base); break;
        case "video": add(attribute("poster"), base); break;
        case "a": add(attribute("href"), base, (url) => IMAGE.test(url.pathname)); break;
        case "meta": if (/^(og|twitter):image(:url)?$/.test(attribute("property") ?? attribute("name"))) add(attribute("content"), base); break;
        case "link": if (attribute("rel") === "image_src") add(attribute("href"), base); break;
        case "frame":
        case "iframe": {
          const inside = element.contentDocument; // null in a frame of another site
          if (inside) look(inside, inside.baseURI);
        }
      }
      for (const part of [null, "::before", "::after"]) {
        const { backgroundImage } = getComputedStyle(element, part);
        for (const [, , address] of backgroundImage.matchAll(/url\((["']?)(.*?)\1\)/g)) add(address, base);
      }
      if (element.shadowRoot) look(element.shadowRoot, base);
    }
  };

  look(document, document.baseURI);
  let link = `${page}#urls=`;
  let count = 0;
  for (const address of found) {
    const next = (count ? "%0A" : "") + encodeURIComponent(address);
    if (link.length + next.length > LONGEST) break;
    link += next;
    count += 1;
  }
  if (count === 0) return alert("fetchzip found no images on this page.");
  if (count < found.size) alert(`The link to fetchzip has room for the first ${count} of ${found.size} images.`);
  open(link, "_blank", "noopener,noreferrer");
}
