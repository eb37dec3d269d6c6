// Verifies that all packages have the version of the crates, and that each target has a package.
import { readdirSync, readFileSync } from 'node:fs'

const readJson = file => JSON.parse(readFileSync(file, 'utf8'))
const main = readJson('package.json')
const [, version] = /^version = "(.*)"$/m.exec(readFileSync('../Cargo.toml', 'utf8'))
const platforms = Object.fromEntries(readdirSync('npm').map(folder => readJson(`npm/${folder}/package.json`)).map(({ name, version }) => [name, version]))
const sortMembers = members => JSON.stringify(Object.entries(members).sort())

if (main.version !== version) throw new Error(`package.json: expected version ${version} as in Cargo.toml, found ${main.version}`)
if (Object.values(platforms).some(other => other !== version)) throw new Error(`npm/: expected version ${version} in all packages\nhelp: run \`make generate\``)
if (sortMembers(platforms) !== sortMembers(main.optionalDependencies)) throw new Error('package.json: expected the packages in npm/ as optionalDependencies')
if (Object.keys(platforms).length !== main.napi.targets.length) throw new Error('npm/: expected one package per target\nhelp: run `make generate`')
const loaders = [...readFileSync('native.js', 'utf8').matchAll(/^ {2}'(.*)': \(\) => require\('(sfn-alias-\1)'\)/gm)].map(([,, name]) => name)
if (loaders.sort().join() !== Object.keys(platforms).sort().join()) throw new Error('native.js: expected one loader per package in npm/')
for (const lock of ['dev', 'test'].map(folder => readFileSync(`${folder}/package-lock.json`, 'utf8'))) {
  const foreign = [...lock.matchAll(/"resolved": "(.*)"/g)].filter(([, url]) => !url.startsWith('https://registry.npmjs.org/'))
  if (foreign.length > 0) throw new Error(`package-lock.json: expected only https://registry.npmjs.org/, found ${foreign[0][1]}`)
}
console.log(`${Object.keys(platforms).length} platforms, version ${version}`)
