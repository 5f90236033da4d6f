// The collected images before anything is fetched: filters, a box to tick for each, and a preview of those in sight.

import { mayRead } from "./access.js";
import { textOf } from "./collection.js";
import { addressOf } from "./list.js";

const element = (id) => document.getElementById(id);

/** No preview of more pixels or bytes is loaded: it is for a small box. */
const MOST_PIXELS = 24e6;
const MOST_BYTES = 30e6;

const TITLES = { linked: "linked image", background: "background", poster: "poster", preview: "preview for other sites", icon: "icon" };

/** The extension of an address, as a type to choose by. */
function typeOf(address) {
  if (address.startsWith("data:")) return /^data:image\/(\w+)/i.exec(address)?.[1].toLowerCase().replace("jpeg", "jpg") ?? "";
  const [, extension] = /\.(\w{2,5})$/.exec(new URL(address).pathname) ?? [];
  return extension?.toLowerCase().replace("jpeg", "jpg") ?? "";
}

/** The name of an image: the end of its address. */
function nameOf(address) {
  if (address.startsWith("data:")) return "(inside the page)";
  const { hostname, pathname } = new URL(address);
  const last = pathname.split("/").filter(Boolean).pop() ?? hostname;
  try {
    return textOf(decodeURIComponent(last)) || last;
  } catch {
    return last;
  }
}

/** A grid that shows images, and calls `changed` with those that are chosen whenever that changes. */
export class Grid {
  #images = [];
  #changed;
  #sight = new IntersectionObserver((entries) => this.#look(entries), { root: element("collected-list"), rootMargin: "200px" });
  #withoutPreview = new Set();

  constructor(changed) {
    this.#changed = changed;
    for (const id of ["choose-smallest", "choose-address"]) element(id).addEventListener("input", () => this.#filter());
    for (const id of ["choose-type", "choose-kind"]) element(id).addEventListener("change", () => this.#filter());
    element("full-size").addEventListener("change", () => {
      for (const image of this.#images) this.#describe(image);
      this.#filter();
    });
    this.#onChoice("collect-all", () => true);
    this.#onChoice("collect-none", () => false);
    this.#onChoice("collect-invert", (isTicked) => !isTicked);
    element("choosing").addEventListener("toggle", () => this.#open());
    element("collected-list").addEventListener("change", () => this.#tell());
  }

  /** Whether what thumbnails link to is wanted. */
  get wantsFullSize() {
    return element("full-size").checked;
  }

  /** The images that are ticked and that no filter hides. */
  get chosen() {
    return this.#images.filter((image) => image.isTicked && !image.isHidden);
  }

  /** Shows other images. What is closer to the browser than the page that named it is not ticked. */
  show(images) {
    this.#sight.disconnect();
    this.#images = images.map((image) => ({ ...image, isTicked: !image.isCloser, isHidden: false, item: undefined }));
    element("collected-list").replaceChildren();
    const types = [...new Set(images.flatMap(({ url, thumbnail }) => [url, thumbnail]).filter(Boolean).map(typeOf).filter(Boolean))].sort();
    element("choose-type").replaceChildren(...["", ...types].map((type) => new Option(type || "any", type)));
    element("choosing").hidden = images.length === 0;
    this.#open();
    this.#filter();
  }

  /** Makes the previews anew that a permission was missing for. */
  retryPreviews() {
    for (const image of this.#withoutPreview) this.#sight.unobserve(image.item);
    const again = [...this.#withoutPreview];
    this.#withoutPreview.clear();
    for (const image of again) this.#sight.observe(image.item);
    this.#tellOfPreviews();
  }

  /** The addresses of those previews. */
  get addressesWithoutPreview() {
    return [...this.#withoutPreview].map((image) => image.thumbnail ?? image.url);
  }

  /** Closes the grid, as when a run begins. */
  close() {
    element("choosing").open = false;
  }

  #onChoice(id, choice) {
    element(id).addEventListener("click", () => {
      for (const image of this.#images.filter(({ isHidden }) => !isHidden)) {
        image.isTicked = choice(image.isTicked);
        if (image.item) image.item.querySelector("input").checked = image.isTicked;
      }
      this.#tell();
    });
  }

  // Nothing of the grid is made before it is opened.
  #open() {
    if (!element("choosing").open || element("collected-list").childElementCount > 0) return;
    const template = element("collected-image").content.firstElementChild;
    for (const image of this.#images) {
      image.item = template.cloneNode(true);
      image.item.image = image;
      const box = image.item.querySelector("input");
      box.checked = image.isTicked;
      box.addEventListener("change", () => {
        image.isTicked = box.checked;
      });
      image.item.hidden = image.isHidden;
      this.#describe(image);
      this.#sight.observe(image.item);
    }
    element("collected-list").append(...this.#images.map(({ item }) => item));
  }

  #describe(image) {
    if (!image.item) return;
    const address = addressOf(image, this.wantsFullSize);
    const isThumbnail = address !== image.url;
    const name = nameOf(address);
    const { width, height } = this.#sizeOf(image);
    const facts = [width && height ? `${width} × ${height} px` : width ? `${width} px wide` : "size not known yet"];
    if (TITLES[image.kind]) facts.push(isThumbnail ? "thumbnail" : TITLES[image.kind]);
    if (image.isCloser) facts.push("in your own network");
    image.item.querySelector("input").ariaLabel = name;
    image.item.querySelector(".name").textContent = image.alt || name;
    image.item.querySelector(".name").title = address.slice(0, 500);
    image.item.querySelector(".facts").textContent = facts.join(" · ");
    const source = image.item.querySelector("a");
    const target = image.kind === "linked" ? image.page : (image.link ?? image.page);
    source.hidden = !/^https?:/.test(target ?? "");
    if (!source.hidden) source.href = target;
  }

  /** The size of what is wanted of an image, in pixels; 0 if it is not known. */
  #sizeOf(image) {
    if (addressOf(image, this.wantsFullSize) === image.url) return image;
    return { width: image.thumbnailWidth, height: image.thumbnailHeight };
  }

  #filter() {
    const smallest = element("choose-smallest").valueAsNumber || 0;
    const [type, kind, part] = ["choose-type", "choose-kind", "choose-address"].map((id) => element(id).value.trim());
    for (const image of this.#images) {
      const address = addressOf(image, this.wantsFullSize);
      const { width, height } = this.#sizeOf(image);
      const isSmall = width > 0 && height > 0 && width < smallest && height < smallest;
      image.isHidden = isSmall || (type !== "" && typeOf(address) !== type) || (kind !== "" && image.kind !== kind) || !address.toLowerCase().includes(part.toLowerCase());
      if (image.item) image.item.hidden = image.isHidden;
    }
    this.#tell();
  }

  #tell() {
    const { length } = this.chosen;
    element("choosing-title").textContent = `Choose among them · ${length.toLocaleString()} of ${this.#images.length.toLocaleString()}`;
    this.#changed();
  }

  #look(entries) {
    for (const { target, isIntersecting } of entries) {
      const box = target.querySelector(".preview");
      if (!isIntersecting) {
        if (box.firstElementChild) box.replaceChildren();
      } else if (!box.firstChild) {
        this.#preview(target.image, box);
      }
    }
  }

  // Fetched, and not by the address of an img: from an extension's page Firefox sends cookies for that, also with
  // crossorigin="anonymous".
  async #preview(image, box) {
    const address = image.thumbnail ?? image.url;
    if (image.isCloser || image.width * image.height > MOST_PIXELS) {
      box.textContent = image.isCloser ? "not loaded" : "too large for a preview";
      return;
    }
    const picture = new Image();
    picture.alt = "";
    box.replaceChildren(picture);
    let url;
    try {
      const response = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!response.ok || Number(response.headers.get("Content-Length")) > MOST_BYTES) throw new Error("no preview");
      url = URL.createObjectURL(await response.blob());
      picture.src = url;
      await picture.decode();
    } catch {
      picture.remove();
      if (mayRead(address)) {
        box.textContent = "no preview";
      } else {
        this.#withoutPreview.add(image);
        this.#tellOfPreviews();
      }
      return;
    } finally {
      URL.revokeObjectURL(url);
    }
    if (address === image.url && !image.width) {
      [image.width, image.height] = [picture.naturalWidth, picture.naturalHeight];
      this.#describe(image);
    }
  }

  #tellOfPreviews() {
    const { size } = this.#withoutPreview;
    element("previews").hidden = size === 0;
    element("previews-text").textContent = `Some hosts show no preview to fetchzip without your permission.`;
  }
}
