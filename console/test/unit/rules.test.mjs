import assert from "node:assert/strict";
import { test } from "node:test";
import { findForbidden } from "../rules.mjs";

const FORBIDDEN = [
  ["app.js", "node.innerHTML = text", "interprets text as HTML"],
  ["app.js", "node.outerHTML = text", "interprets text as HTML"],
  ["app.js", "node.insertAdjacentHTML('beforeend', text)", "interprets text as HTML"],
  ["app.js", "html`<p dangerouslySetInnerHTML=${{ __html: text }}/>`", "interprets text as HTML"],
  ["app.js", "document.write(text)", "writes to the document with document.write"],
  ["vendor/vendor.js", "eval (text)", "calls eval"],
  ["vendor/vendor.js", "new Function(text)", "compiles text with Function"],
  ["app.js", "import { render } from 'https://example.com/preact.js'", "loads a file from another origin"],
  ["app.js", "await import(\"//example.com/a.js\")", "loads a file from another origin"],
  ["app.js", "html`<img src=\"https://example.com/a.png\">`", "loads a file from another origin"],
  ["app.js", "fetch('https://example.com')", "requests a URL of another origin"],
  ["console.css", "background: url(//example.com/a.png)", "loads a file from another origin"],
  ["console.css", "@import 'a.css'", "imports a style sheet"],
  ["app.js", "html`<style>p { color: red }</style>`", "has a style element"],
  ["index.html", "<p style=\"color: red\">", "has a style attribute"],
  ["index.html", "<body onload=\"start()\">", "has an event handler as text"],
  ["index.html", "<script>start()</script>", "has an inline script"],
];

for (const [path, text, what] of FORBIDDEN) {
  test(`${path} with ${text}`, () => {
    const found = findForbidden(path, `\n${text}\n`);
    assert.equal(found.length, 1, String(found));
    assert.ok(found[0].startsWith(`${path}:2: ${what}: `), found[0]);
  });
}

test("text, links, handlers and the files of the page are allowed", () => {
  const allowed = [
    ["index.html", '<link rel="stylesheet" href="tokens.css"><script type="module" src="app.js"></script>'],
    ["app.js", "html`<a href=\"https://docs.aws.amazon.com/\" onClick=${open} style=${{ flexGrow: 1 }}>evaluate (x)</a>`"],
    ["console.css", ".icon { background: url(icon.svg) }"],
    ["vendor/vendor.js", "e.innerHTML = t"],
  ];
  assert.deepEqual(allowed.flatMap(([path, text]) => findForbidden(path, text)), []);
});
