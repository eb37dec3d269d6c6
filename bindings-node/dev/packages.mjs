// Verifies that all packages have the version of the crates, and that each platform of the release scripts has a package.
import { readdirSync, readFileSync } from 'node:fs'

const readJson = file => JSON.parse(readFileSync(file, 'utf8'))
const main = readJson('package.json')
const [, version] = /^version = "(.*)"$/m.exec(readFileSync('../Cargo.toml', 'utf8'))
const platforms = Object.fromEntries(readdirSync('npm').map(folder => readJson(`npm/${folder}/package.json`)).map(({ name, version }) => [name, version]))
const sortMembers = members => JSON.stringify(Object.entries(members).sort())

if (main.version !== version) throw new Error(`package.json: expected version ${version} as in Cargo.toml, found ${main.version}`)
if (Object.values(platforms).some(other => other !== version)) throw new Error(`npm/: expected version ${version} in all packages\nhelp: run \`make generate\``)
if (sortMembers(platforms) !== sortMembers(main.optionalDependencies)) throw new Error('package.json: expected the packages in npm/ as optionalDependencies')
const released = [...readFileSync('../tools/release/platforms.py', 'utf8').matchAll(/^ {4}Platform\("([\w-]+)", "([\w-]+)"/gm)]
const expectSame = (file, found, expected) => {
  const [first, second] = [found, expected].map(names => names.toSorted().join(', '))
  if (first !== second) throw new Error(`${file}: expected ${second} as in tools/release/platforms.py, found ${first}`)
}
expectSame('package.json: napi.targets', main.napi.targets, released.map(([, target]) => target))
expectSame('npm/', Object.keys(platforms), released.map(([,, npm]) => `sfn-alias-${npm}`))
const loaders = [...readFileSync('native.js', 'utf8').matchAll(/^ {6}case '(.*)': return require\('(sfn-alias-\1)'\)$/gm)].map(([,, name]) => name)
expectSame('native.js', loaders, Object.keys(platforms))
for (const lock of ['dev', 'test'].map(folder => readFileSync(`${folder}/package-lock.json`, 'utf8'))) {
  const foreign = [...lock.matchAll(/"resolved": "(.*)"/g)].filter(([, url]) => !url.startsWith('https://registry.npmjs.org/'))
  if (foreign.length > 0) throw new Error(`package-lock.json: expected only https://registry.npmjs.org/, found ${foreign[0][1]}`)
}
console.log(`${Object.keys(platforms).length} platforms, version ${version}`)
