// What must work before everything else, and without it: the theme, and a message if the rest of the
// page does not load.

// The theme is the system's, or light or dark as chosen here. The choice outlives the page.

const THEMES = { auto: "automatic", light: "light", dark: "dark" };
const KEY = "fetchzip.theme";

function stored() {
  try {
    const theme = localStorage.getItem(KEY);
    return theme in THEMES ? theme : "auto";
  } catch {
    return "auto"; // storage is refused in some private windows
  }
}

function apply(theme) {
  document.documentElement.dataset.theme = theme;
  const button = document.getElementById("theme");
  if (button) {
    button.title = `Theme: ${THEMES[theme]}`;
    button.setAttribute("aria-label", button.title);
  }
  // The frame around an installed page has the colour of its ground.
  document.querySelectorAll("meta[name=theme-color]").forEach((meta, index) => {
    const own = ["light", "dark"][index];
    const isFixed = theme !== "auto";
    meta.media = isFixed ? (theme === own ? "all" : "not all") : `(prefers-color-scheme: ${own})`;
  });
}

apply(stored());

document.addEventListener("DOMContentLoaded", () => {
  apply(stored());
  // A page from the disk never comes here where browsers refuse its scripts.
  document.getElementById("needs-server")?.remove();
  document.getElementById("theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // the choice then lasts as long as the page
    }
    apply(next);
  });
});

// boot.js reports its own errors; this reports that it never ran.
addEventListener("load", () => {
  if (!("booted" in document.documentElement.dataset)) document.getElementById("crash").hidden = false;
});
