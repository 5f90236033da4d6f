// Whether a text is a template for names, as `NameTemplate::parse` in `src/plan/name/template.rs` reads it. A call throws
// for one that is not, before the wasm is there.

/** What may stand between braces, without a fallback. */
const FIELD =
  /^(?:name|stem|ext|host|path|title|type|width|height|date(?::.+)?|sha256(?::0*(?:[1-9]|[1-5]\d|6[0-4]))?|index(?:\+\d{1,19}|:0*(?:1?\d|20))*|(?:query|col)\..+|glob\.0*[1-9]\d{0,8})$/s;

const FIELDS =
  "{name}, {stem}, {ext}, {host}, {path}, {index}, {query.KEY}, {glob.1}, {col.NAME}, {title}, {date}, {type}, {width}, " +
  "{height} and {sha256:8}";

/** Returns a template, or throws a RangeError that says what is wrong with it. */
export const checkedTemplate = (template, path) => {
  const wrong = (what) => new RangeError(`${path}: "${template}" contains {${what}`);
  // A brace that is written twice is one; any other begins a field.
  for (const [, inside, rest] of template.matchAll(/\{\{|\{([^}]*)\}|\{(.*)/gs)) {
    if (rest !== undefined) throw wrong(`${rest} without a closing brace; write {{ for a brace`);
    if (inside !== undefined && !FIELD.test(inside.split("|")[0])) throw wrong(`${inside}}; the fields are ${FIELDS}`);
  }
  return template;
};
