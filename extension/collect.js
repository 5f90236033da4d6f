// Collects the images of the current page. It is run in a tab, apart from the page's own scripts, and its value is
// what it has found. The page may be hostile: there is a limit to everything, and one broken element costs no other.

(() => {
  const MOST_IMAGES = 20_000;
  const MOST_ELEMENTS = 300_000;
  const MOST_MS = 4_000;
  const LONGEST_ADDRESS = 8_192;
  const LONGEST_DATA = 1_000_000;
  const MOST_TOGETHER = 8_000_000;
  const LONGEST_TEXT = 300;
  const DEEPEST_FRAME = 10;

  const IMAGE = /\.(apng|avif|bmp|gif|hei[cf]|ico|jfif|jpe?g?|jxl|png|svg|tiff?|webp)$/i;
  // What lazy loaders and galleries name an image by: first those that name a larger one than is shown.
  const LARGER = ["data-full", "data-full-src", "data-fullsize", "data-large", "data-large_image", "data-large-src", "data-zoom-image", "data-zoom-src", "data-hires", "data-highres", "data-orig-file", "data-original"];
  const LAZY = ["data-src", "data-lazy-src", "data-lazy", "data-lazyload", "data-url", "data-img-src", "data-echo", "data-srcset", "data-lazy-srcset"];
  const LAZY_BACKGROUNDS = ["data-bg", "data-background", "data-background-image", "data-bg-src"];

  /** What every element has: the fields of a form take the place of its own, as with <input name="localName">. */
  const ofElement = (element, name) => {
    const { get, value } = Object.getOwnPropertyDescriptor(Element.prototype, name);
    return get ? get.call(element) : value.bind(element);
  };

  // The page that this frame is in looks into it, too.
  if (window.frameElement) return undefined;

  const started = performance.now();
  const images = new Map();
  const seen = { elements: 0, otherFrames: 0, blobs: 0, canvases: 0, unreadable: 0, overlong: 0 };
  let together = 0;
  let cut = "";

  /** The address as a URL, or nothing. */
  const resolve = (address, base) => {
    try {
      return new URL(address, base);
    } catch {
      return undefined;
    }
  };

  const shortened = (text) => String(text ?? "").replace(/\s+/g, " ").trim().slice(0, LONGEST_TEXT);

  /** The address of an image as it may be fetched; nothing, and counted, if it can't be. */
  const fetchable = (address, base) => {
    if (!address) return undefined;
    const isData = /^\s*data:/i.test(address);
    if (address.length > (isData ? LONGEST_DATA : LONGEST_ADDRESS)) {
      seen.overlong += 1;
      return undefined;
    }
    if (isData) {
      // Not parsed here: a megabyte of it takes its time.
      return /^\s*data:image\//i.test(address) ? address.trim() : undefined;
    }
    const url = resolve(address, base);
    if (url?.protocol === "blob:") seen.blobs += 1;
    return /^https?:$/.test(url?.protocol) ? url.href : undefined;
  };

  /** Whether this much more text may be returned; counted if not. */
  const hasRoomFor = (length) => {
    if (together + length > MOST_TOGETHER) {
      seen.overlong += 1;
      return false;
    }
    together += length;
    return true;
  };

  /** Adds an image. Of one that is there already, what was missing is filled in. */
  const add = (kind, address, base, facts = {}) => {
    const url = fetchable(address, base);
    if (!url) return;
    const before = images.get(url);
    if (before) {
      for (const [name, value] of Object.entries(facts)) {
        if (before[name] || !value || !hasRoomFor(typeof value === "string" ? value.length : 0)) continue;
        before[name] = value;
      }
      return;
    }
    if (images.size >= MOST_IMAGES) {
      cut = "images";
      return;
    }
    const { thumbnail = "", link = "" } = facts;
    if (hasRoomFor(url.length + thumbnail.length + link.length)) images.set(url, { url, kind, ...facts });
  };

  /** The candidates of a srcset, each with what it says of its width and of its density. */
  const candidates = (srcset) => {
    const found = [];
    let rest = (srcset ?? "").slice(0, 200_000);
    while (found.length < 100) {
      const [whole, address] = /^[\s,]*([^\s]+)/.exec(rest) ?? [];
      if (!address) break;
      rest = rest.slice(whole.length);
      const bare = address.replace(/,+$/, "");
      let descriptor = "";
      if (bare === address) {
        // A comma in brackets ends no candidate.
        [descriptor] = /^(\([^)]*\)?|[^,(])*/.exec(rest);
        rest = rest.slice(descriptor.length);
      }
      const [, number, unit] = /(?:^|\s)(\d*\.?\d+(?:e[+-]?\d+)?)([wx])(?:\s|$)/i.exec(descriptor) ?? [];
      found.push({ address: bare, width: unit === "w" ? Number(number) : 0, density: unit === "x" ? Number(number) : 1 });
    }
    return found;
  };

  const isPlaceholder = (address) => !address || /^\s*(data:|about:|blob:|javascript:|#)/i.test(address);

  /** Whether an attribute that may say anything, such as data-lazy="true", names an image. */
  const isNamed = (value) => !isPlaceholder(value) && /[/.]/.test(value) && !/^\s*([\d.,\s]+$|[[{<])/.test(value);

  const isImageLink = (url, link) => {
    if (!url || !/^https?:$/.test(url.protocol)) return false;
    if (/^image\//i.test(link.type ?? "")) return true;
    const last = url.pathname.split("/").pop();
    // The page of a wiki about a file, such as File:Cat.jpg, is no image.
    if (last.includes(":") || /%3A/i.test(last)) return false;
    return IMAGE.test(last);
  };

  /** The address of an attribute, in which some scripts leave the width open: data-src="cat_{width}x.jpg" data-widths="[180, 720]". */
  const filledIn = (address, image) => {
    const widths = (image.getAttribute("data-widths") ?? "").match(/\d+/g) ?? [];
    return widths.length > 0 ? address.replaceAll("{width}", Math.max(...widths.slice(0, 100).map(Number))) : address;
  };

  /** What any other attribute names by the ending of an image: loaders of images have many names for theirs. */
  const namedElsewhere = (image, base) => {
    for (const { name, value } of image.attributes) {
      if (/^(src|srcset|alt|title|href|id|class|style)$|thumb|small|tiny|low|blur|placeholder|preview|fallback|error/i.test(name)) continue;
      if (value.length <= LONGEST_ADDRESS && isNamed(value) && !/\s/.test(value.trim()) && IMAGE.test(resolve(value, base)?.pathname ?? "")) return value;
    }
    return undefined;
  };

  /** The candidates of an img, the best first: what a gallery names as larger, the largest of a srcset, what a lazy loader names, what is shown. */
  const bestOf = (image, base) => {
    const attribute = (name) => image.getAttribute(name);
    const sources = [];
    // Those that follow the img are none of it.
    for (let before = image.parentElement?.localName === "picture" && image.previousElementSibling; before && sources.length < 100; before = before.previousElementSibling) {
      if (before.localName === "source") sources.unshift(before);
    }
    const sets = [...sources, image].flatMap((element) => ["srcset", "data-srcset", "data-lazy-srcset", "data-bgset"].flatMap((name) => candidates(element.getAttribute(name))));
    const real = sets.filter(({ address }) => !isPlaceholder(address));
    const shown = image.currentSrc || attribute("src");
    // Beside densities, the src is the candidate of the density 1.
    if (attribute("src") && !isPlaceholder(attribute("src")) && real.length > 0 && real.every(({ width, density }) => !width && density < 1)) real.push({ address: attribute("src"), width: 0, density: 1 });
    const largest = real.reduce((best, one) => (!best || one.width > best.width || (one.width === best.width && one.density > best.density) ? one : best), undefined);
    const larger = LARGER.map(attribute).find(isNamed);
    const lazy = LAZY.filter((name) => !name.endsWith("srcset")).map(attribute).find(isNamed);
    if (larger) return { address: filledIn(larger, image) };
    if (largest) return largest;
    if (lazy) return { address: filledIn(lazy, image) };
    const other = isPlaceholder(shown) ? namedElsewhere(image, base) : undefined;
    return { address: other ?? shown };
  };

  const addImage = (image, base) => {
    const best = bestOf(image, base);
    const rectangle = image.getBoundingClientRect();
    const facts = {
      alt: shortened(image.getAttribute("alt") || image.getAttribute("title") || image.getAttribute("aria-label")),
      shownWidth: Math.round(rectangle.width),
      shownHeight: Math.round(rectangle.height),
    };
    const { naturalWidth = 0, naturalHeight = 0 } = image;
    const isLong = (best.address?.length ?? 0) > LONGEST_ADDRESS;
    const url = isLong ? undefined : resolve(best.address, base)?.href;
    // Of a candidate, the natural size is what the srcset makes of it.
    const isShown = url && url === resolve(image.currentSrc || image.src, base)?.href;
    const width = best.width || (isShown ? Math.round(naturalWidth * (best.density || 1)) : 0);
    Object.assign(facts, { width, height: naturalWidth ? Math.round((width * naturalHeight) / naturalWidth) : 0 });
    const link = image.closest("a[href]");
    const target = link && resolve(link.getAttribute("href"), base);
    if (target) facts.link = target.href.slice(0, LONGEST_ADDRESS);
    if (link && isImageLink(target, link) && target.href !== url) {
      // The link leads to the image itself, of which this is a thumbnail.
      const thumbnail = fetchable(best.address, base);
      const { width: thumbnailWidth, height: thumbnailHeight, ...others } = facts;
      add("linked", target.href, base, { ...others, thumbnail, thumbnailWidth, thumbnailHeight });
      return;
    }
    add("image", best.address, base, facts);
  };

  /** The addresses of a computed style's value; of each image-set the one of the highest resolution. */
  const addressesOf = (value) => {
    const found = [];
    let depth = 0;
    // The depth of the image-set that is open, and the best of it.
    let set;
    for (const [part, address, number] of value.slice(0, 2 * LONGEST_DATA).matchAll(/url\("((?:[^"\\]|\\.)*)"\)(?:\s+([\d.]+)(?:dppx|x))?|"(?:[^"\\]|\\.)*"|[\w-]*\(|\)/g)) {
      if (address !== undefined) {
        const one = { address: address.replace(/\\(.)/g, "$1"), density: Number(number) || 1 };
        if (!set) found.push(one.address);
        else if (!set.best || one.density > set.best.density) set.best = one;
      } else if (part.endsWith("(")) {
        depth += 1;
        if (!set && part.endsWith("image-set(")) set = { depth };
      } else if (part === ")") {
        if (set?.depth === depth) {
          if (set.best) found.push(set.best.address);
          set = undefined;
        }
        depth -= 1;
      }
    }
    return found;
  };

  const addStyles = (element, view, base) => {
    const attribute = ofElement(element, "getAttribute");
    for (const part of [null, "::before", "::after"]) {
      const style = view.getComputedStyle(element, part);
      if (part && style.content === "none") continue;
      for (const name of part ? ["backgroundImage", "content"] : ["backgroundImage", "borderImageSource", "listStyleImage", "content"]) {
        const value = style[name];
        if (!value?.includes("url(")) continue;
        const { width, height } = part ? {} : ofElement(element, "getBoundingClientRect")();
        for (const address of addressesOf(value)) {
          add("background", address, base, { shownWidth: Math.round(width ?? 0), shownHeight: Math.round(height ?? 0), alt: shortened(attribute("aria-label") || attribute("title")) });
        }
      }
    }
    for (const name of LAZY_BACKGROUNDS) {
      const value = attribute(name);
      if (!value) continue;
      const [, inside] = /url\(\s*["']?(.*?)["']?\s*\)/.exec(value) ?? [];
      const address = inside ?? value;
      if (inside || IMAGE.test(resolve(address, base)?.pathname ?? "")) add("background", address, base);
    }
  };

  /** The images that a noscript repeats for browsers without scripts, often the only place that names them. */
  const addNoscript = (element, base) => {
    if (!element.textContent.includes("<img") || element.textContent.length > LONGEST_DATA) return;
    const inert = new DOMParser().parseFromString(element.textContent, "text/html");
    for (const image of inert.querySelectorAll("img")) {
      const { address } = bestOf(image, base);
      add("image", address, base, { alt: shortened(image.getAttribute("alt")) });
    }
  };

  const addElement = (element, view, base, depth) => {
    const attribute = (name) => element.getAttribute(name);
    switch (ofElement(element, "localName")) {
      case "img": addImage(element, base); break;
      case "image": add("image", attribute("href") ?? attribute("xlink:href"), base); break;
      case "input": if (element.type === "image") add("image", attribute("src"), base, { alt: shortened(attribute("alt")) }); break;
      case "video": add("poster", attribute("poster") ?? attribute("data-poster"), base); break;
      case "object": if (/^image\//i.test(attribute("type") ?? "")) add("image", attribute("data"), base); break;
      case "embed": if (/^image\//i.test(attribute("type") ?? "")) add("image", attribute("src"), base); break;
      case "noscript": addNoscript(element, base); break;
      case "canvas": seen.canvases += 1; break;
      case "area":
      case "a": {
        // Links in drawings may have the older name.
        const target = attribute("href") ?? attribute("xlink:href");
        const url = target && resolve(target, base);
        if (isImageLink(url, element) && !element.querySelector("img")) add("linked", url.href, base, { alt: shortened(element.textContent.slice(0, 2 * LONGEST_TEXT)) });
        break;
      }
      case "meta":
        if (/^(og:image(:url|:secure_url)?|twitter:image(:src)?)$/i.test(attribute("property") ?? attribute("name") ?? "")) add("preview", attribute("content"), base);
        break;
      case "link":
        if (/\b(icon|apple-touch-icon(-precomposed)?)\b/i.test(attribute("rel") ?? "")) add("icon", attribute("href"), base);
        else if (/\bimage_src\b/i.test(attribute("rel") ?? "")) add("preview", attribute("href"), base);
        break;
      case "frame":
      case "iframe": {
        // Null in a frame of another site.
        const inside = element.contentDocument;
        if (inside && depth < DEEPEST_FRAME) look(inside, inside.defaultView ?? view, inside.baseURI, depth + 1);
        else if (!inside) seen.otherFrames += 1;
        break;
      }
    }
  };

  const isOver = () => {
    if (cut) return true;
    if (seen.elements >= MOST_ELEMENTS) cut = "elements";
    else if (seen.elements % 64 === 0 && performance.now() - started > MOST_MS) cut = "time";
    return cut !== "";
  };

  function look(root, view, base, depth) {
    const walker = (root.ownerDocument ?? root).createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
    for (let element = walker.nextNode(); element && !isOver(); element = walker.nextNode()) {
      seen.elements += 1;
      try {
        addElement(element, view, base, depth);
      } catch {
        seen.unreadable += 1;
      }
      try {
        addStyles(element, view, base);
      } catch {
        seen.unreadable += 1;
      }
      try {
        const inside = ofElement(element, "shadowRoot");
        if (inside) look(inside, view, base, depth);
      } catch {
        // A page may nest more of them than can be called.
        seen.unreadable += 1;
      }
    }
  }

  look(document, window, document.baseURI, 0);
  return {
    address: location.href.slice(0, LONGEST_ADDRESS),
    title: shortened(document.title),
    contentType: document.contentType,
    images: [...images.values()],
    seen,
    cut,
  };
})();
