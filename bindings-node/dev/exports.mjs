// Verifies that every exported function has `catch_unwind`, which turns a panic into a JavaScript error.
import { readdirSync, readFileSync } from 'node:fs'

const sources = readdirSync('src', { recursive: true }).filter(file => file.endsWith('.rs'))
const functions = sources.flatMap(file => {
  const text = readFileSync(`src/${file}`, 'utf8')
  return [...text.matchAll(/#\[napi(\((?:"[^"]*"|[^"\]])*\))?\]\s*pub fn ([$\w]+)/g)].map(([, options = '', name]) => ({ file, name, options }))
})
const missing = functions.filter(({ options }) => !/\bcatch_unwind\b/.test(options))

if (functions.length < 20) throw new Error(`expected at least 20 exports, found ${functions.length}`)
if (missing.length > 0) throw new Error(`no catch_unwind: ${missing.map(({ file, name }) => `${file}: ${name}`).join(', ')}`)

console.log(`${functions.length} exports catch unwinding`)
