// The placeholders in vectors, which CONTRIBUTING.md describes.

/** Replaces `${name}` by the saved value. If it is the whole string, the value keeps its JSON type. */
export function substitute (value, saved) {
  if (typeof value === 'string') return substituteText(value, saved)
  if (Array.isArray(value)) return value.map(item => substitute(item, saved))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, substitute(member, saved)]))
}

function substituteText (text, saved) {
  const whole = /^\$\{(.*)\}$/s.exec(text)
  if (whole && saved.has(whole[1])) return saved.get(whole[1])
  const toText = value => typeof value === 'string' ? value : JSON.stringify(value)
  return [...saved].reduce((text, [name, value]) => text.replaceAll(`\${${name}}`, () => toText(value)), text)
}

/** Expands `{"$repeat": [text, times]}` and `{"$concat": [...]}` to strings, and `{"$bigint": text}` to a BigInt. */
export function expand (value) {
  if (Array.isArray(value)) return value.map(expand)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value.$repeat)) return value.$repeat[0].repeat(value.$repeat[1])
  if (typeof value.$bigint === 'string') return BigInt(value.$bigint)
  if (Array.isArray(value.$concat)) return value.$concat.map(expand).join('')
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expand(member)]))
}

/** Returns the first difference as a JSON pointer; `undefined` if there is none. */
export function findDifference (expected, actual) {
  if (typeof expected === 'string' && expected.startsWith('$')) return matches(expected, actual) ? undefined : ''
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return ''
    return findFirst(expected.map((item, index) => prepend(index, findDifference(item, actual[index]))))
  }
  if (expected !== null && typeof expected === 'object') {
    if (actual === null || typeof actual !== 'object' || Array.isArray(actual)) return ''
    const extra = Object.keys(actual).find(name => !Object.hasOwn(expected, name))
    if (extra !== undefined) return `/${extra}`
    const members = Object.entries(expected)
    return findFirst(members.map(([name, member]) =>
      prepend(name, Object.hasOwn(actual, name) ? findDifference(member, actual[name]) : '')))
  }
  return expected === actual ? undefined : ''
}

const findFirst = pointers => pointers.find(pointer => pointer !== undefined)
const prepend = (name, pointer) => pointer === undefined ? undefined : `/${name}${pointer}`

function matches (placeholder, actual) {
  switch (placeholder) {
    case '$any': return true
    case '$date': return typeof actual === 'number'
    case '$token': return typeof actual === 'string' && actual !== ''
    case '$uuid': return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(actual)
    default: return actual === placeholder
  }
}
