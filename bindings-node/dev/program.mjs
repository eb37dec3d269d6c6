// Adds the program and the licenses to the files of the platform packages. `napi create-npm-dirs` only adds the binary.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
for (const platform of readdirSync(folder)) {
  const path = join(folder, platform, 'package.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  manifest.files.push('sfn-alias', 'LICENSE-*', 'THIRD-PARTY-LICENSES.txt')
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`)
}
