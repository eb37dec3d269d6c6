// Verifies that every function that Node can call catches unwinding: a panic becomes an error there.
import { readdirSync, readFileSync } from 'node:fs'

const sources = readdirSync('src', { recursive: true }).filter(file => file.endsWith('.rs'))
const attributes = sources.flatMap(file => {
  const text = readFileSync(`src/${file}`, 'utf8')
  return [...text.matchAll(/#\[napi(\((?:"[^"]*"|[^"\]])*\))?\]\s*pub fn ([$\w]+)/g)].map(([, options = '', name]) => ({ file, name, options }))
})
const without = attributes.filter(({ options }) => !/\bcatch_unwind\b/.test(options))

if (attributes.length < 20) throw new Error(`only ${attributes.length} exports were found`)
if (without.length > 0) throw new Error(`without catch_unwind: ${without.map(({ file, name }) => `${file}: ${name}`).join(', ')}`)
console.log(`${attributes.length} exports catch unwinding`)
