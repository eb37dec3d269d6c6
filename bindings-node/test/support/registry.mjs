// A registry of npm that contains packed packages, and the manifests of packages for other platforms:
//
//     node registry.mjs DIRECTORY_OF_PACKAGES DIRECTORY_OF_PLATFORMS
//
// It prints its URL, and ends when its standard input ends. It is a process of its own, because CDK installs packages synchronously.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'

const [packages, platforms] = process.argv.slice(2)

/** Packed packages by the path of their URL. */
const files = new Map(readdirSync(packages).filter(file => file.endsWith('.tgz')).map(file => [`/-/${file}`, readFileSync(join(packages, file))]))
const manifests = new Map(readdirSync(platforms).map(folder => readFileSync(join(platforms, folder, 'package.json'))).map(parseManifest))
for (const path of files.keys()) {
  const [name, manifest] = parseManifest(execFileSync('tar', ['-xzOf', join(packages, path.slice(3)), 'package/package.json']))
  manifests.set(name, manifest)
}

function parseManifest (text) {
  const manifest = JSON.parse(text)
  return [manifest.name, manifest]
}

/** Returns the document of a package, with its only version. The packages for other platforms have no file. */
function describePackage ({ name, version, ...members }) {
  const path = `/-/${name}-${version}.tgz`
  const integrity = `sha512-${createHash('sha512').update(files.get(path) ?? '').digest('base64')}`
  const dist = { tarball: `http://127.0.0.1:${server.address().port}${path}`, integrity }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, ...members, dist } } }
}

const server = http.createServer(({ url }, response) => {
  const manifest = manifests.get(url.slice(1))
  const body = manifest ? JSON.stringify(describePackage(manifest)) : files.get(url)
  response.writeHead(body ? 200 : 404).end(body)
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
process.stdin.resume().on('end', () => process.exit())
