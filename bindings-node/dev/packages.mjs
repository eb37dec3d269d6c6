// Verifies that the packages belong together: one version, that of the crates, and one package a target.
import { readdirSync, readFileSync } from 'node:fs'

const read = file => JSON.parse(readFileSync(file, 'utf8'))
const main = read('package.json')
const [, version] = /^version = "(.*)"$/m.exec(readFileSync('../Cargo.toml', 'utf8'))
const platforms = Object.fromEntries(readdirSync('npm').map(folder => read(`npm/${folder}/package.json`)).map(({ name, version }) => [name, version]))
const sorted = members => JSON.stringify(Object.entries(members).sort())

if (main.version !== version) throw new Error(`package.json is of version ${main.version}, the crates are of ${version}`)
if (Object.values(platforms).some(other => other !== version)) throw new Error('npm/ is of another version: run `make generate`')
if (sorted(platforms) !== sorted(main.optionalDependencies)) throw new Error('optionalDependencies of package.json are not the packages in npm/')
if (Object.keys(platforms).length !== main.napi.targets.length) throw new Error('npm/ has not one package a target: run `make generate`')
for (const lock of ['dev', 'test'].map(folder => readFileSync(`${folder}/package-lock.json`, 'utf8'))) {
  const foreign = [...lock.matchAll(/"resolved": "(.*)"/g)].filter(([, url]) => !url.startsWith('https://registry.npmjs.org/'))
  if (foreign.length > 0) throw new Error(`a lock file names another registry: ${foreign[0][1]}`)
}
console.log(`${Object.keys(platforms).length} platforms, version ${version}`)
