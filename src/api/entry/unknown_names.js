// Names that an argument has and that mean nothing, such as misspelt ones.

/** The options of a request. */
export const REQUEST_OPTIONS = [
  "headers",
  "credentials",
  "mode",
  "referrer",
  "referrerPolicy",
  "cache",
  "priority",
  "method",
  "body",
];

/** Warns of each name that is not known, but for those `warned` of before; `prefix` is the path of what has it. */
export const warnOfUnknown = (given, known, prefix, warned = new Set()) => {
  for (const name of Object.keys(given).filter((name) => !known.includes(name) && !warned.has(name))) {
    warned.add(name);
    const isOfRequest = known.includes("request") && REQUEST_OPTIONS.includes(name);
    const other = isOfRequest ? `request.${name}` : nearest(name, known);
    console.warn(`fetchzip: there is no ${prefix}${name}; the nearest is ${prefix}${other}`);
  }
};

/** The known name that takes the fewest changes of a letter. */
const nearest = (name, known) => {
  const distance = (other) => distanceBetween(name.toLowerCase(), other.toLowerCase());
  return known.reduce((best, other) => (distance(other) < distance(best) ? other : best));
};

/** How many letters have to be put in, taken out or replaced (Levenshtein's distance). */
const distanceBetween = (from, to) => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [above, letter] of [...from].entries()) {
    const next = [above + 1];
    for (const [index, other] of [...to].entries()) {
      next.push(Math.min(row[index] + (letter !== other), row[index + 1] + 1, next[index] + 1));
    }
    row = next;
  }
  return row[to.length];
};
