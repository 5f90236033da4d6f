// Finds elements as a stranger's program does: by role and accessible name. As much of WAI-ARIA and
// of its name computation as the page takes.

const [wantedRole, wantedName] = arguments;

const NATIVE = {
  A: (element) => (element.hasAttribute("href") ? "link" : ""),
  BUTTON: () => "button",
  DIALOG: () => "dialog",
  INPUT: ({ type }) =>
    ({ radio: "radio", checkbox: "checkbox", number: "spinbutton", text: "textbox", search: "searchbox" })[type] ?? "",
  OL: () => "list",
  PROGRESS: () => "progressbar",
  SELECT: () => "combobox",
  SECTION: (element) => (nameOf(element) ? "region" : ""),
  TABLE: () => "table",
  TEXTAREA: () => "textbox",
  TR: () => "row",
  UL: () => "list",
};

function roleOf(element) {
  return element.getAttribute("role") || NATIVE[element.tagName]?.(element) || "";
}

function nameOf(element) {
  const labelledBy = element.getAttribute("aria-labelledby");
  if (labelledBy) {
    return text(labelledBy.split(/\s+/).map((id) => document.getElementById(id)));
  }
  const label = element.getAttribute("aria-label");
  if (label) return label;
  if (element.labels?.length) return text([...element.labels]);
  if (element.tagName === "A" || element.tagName === "BUTTON") return text([element]);
  return element.title ?? "";
}

function text(elements) {
  return elements.map((element) => element.textContent).join(" ").replace(/\s+/g, " ").trim();
}

function isShown(element) {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility === "visible";
}

return [...document.querySelectorAll("*")].filter(
  (element) => roleOf(element) === wantedRole && isShown(element) && nameOf(element) === wantedName,
);
