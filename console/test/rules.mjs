// What no file of the page contains. The browser enforces most of this with the Content-Security-Policy, but only on the paths that
// a test takes.

const EVERYWHERE = [
  ["calls eval", /\beval\s*\(/],
  ["compiles text with Function", /\bnew\s+Function\b/],
  ["writes to the document with document.write", /\bdocument\.write/],
];

const OWN_FILES = [
  ["interprets text as HTML", /\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|setHTMLUnsafe|createContextualFragment|DOMParser|srcdoc)\b/],
  ["loads a file from another origin", /<(?:script|link|img|image|iframe|source|use|video|audio|object|embed)\b[^>]*["'`=]\s*(?:https?:)?\/\//i],
  ["loads a file from another origin", /\b(?:from|import)\s*\(?\s*["'`](?:https?:)?\/\//],
  ["loads a file from another origin", /\burl\(\s*["']?(?:https?:)?\/\//i],
  ["requests a URL of another origin", /\bfetch\(\s*["'`](?:https?:)?\/\//],
  ["imports a style sheet", /@import\b/],
  ["has a style element", /<style\b/i],
  ["has an event handler as text", /\son[a-z]+\s*=\s*["'`]/i],
];

const PAGES = [
  ["has a style attribute", /\sstyle\s*=/i],
  ["has an inline script", /<script\b(?![^>]*\ssrc=)/i],
];

/**
 * Returns what is forbidden in a file of the page: a text per place, with the line number.
 * The rules about HTML do not apply to the libraries, because Preact implements `dangerouslySetInnerHTML`.
 */
export function findForbidden(path, text) {
  const rules = [...EVERYWHERE, ...(path.startsWith("vendor/") ? [] : OWN_FILES), ...(path.endsWith(".html") ? PAGES : [])];
  return rules.flatMap(([what, pattern]) =>
    [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(({ index, 0: found }) => {
      const line = text.slice(0, index).split("\n").length;
      return `${path}:${line}: ${what}: \`${found.trim()}\``;
    }),
  );
}
