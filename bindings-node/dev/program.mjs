// Lets the packages of the platforms carry the program beside the binary. `napi create-npm-dirs` knows only the latter.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
for (const platform of readdirSync(folder)) {
  const path = join(folder, platform, 'package.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  manifest.files.push(manifest.os.includes('win32') ? 'sfn-alias.exe' : 'sfn-alias')
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`)
}
