// What must be there before, and without, everything else: the colours, and a word when the rest
// of the page does not come.

// The colours are the system's, or light or dark as chosen here. The choice outlives the page.

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
}

apply(stored());

document.addEventListener("DOMContentLoaded", () => {
  apply(stored());
  document.getElementById("theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // it then lasts as long as the page
    }
    apply(next);
  });
});

// boot.js answers for all that happens once it runs; here it is missed when it never did.
addEventListener("load", () => {
  if (!("booted" in document.documentElement.dataset)) document.getElementById("crash").hidden = false;
});
