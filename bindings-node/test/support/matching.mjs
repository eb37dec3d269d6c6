// Placeholders of vectors: see CONTRIBUTING.md.

/** Fills in `${name}`. A whole-string one takes the saved value with its JSON type. */
export function substitute (value, saved) {
  if (typeof value === 'string') return substituteText(value, saved)
  if (Array.isArray(value)) return value.map(item => substitute(item, saved))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, substitute(member, saved)]))
}

function substituteText (text, saved) {
  const whole = /^\$\{(.*)\}$/s.exec(text)
  if (whole && saved.has(whole[1])) return saved.get(whole[1])
  const plain = value => typeof value === 'string' ? value : JSON.stringify(value)
  return [...saved].reduce((filled, [name, value]) => filled.replaceAll(`\${${name}}`, () => plain(value)), text)
}

/** Puts long strings together from `{"$repeat": [text, times]}` and `{"$concat": [...]}`. */
export function expand (value) {
  if (Array.isArray(value)) return value.map(expand)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value.$repeat)) return value.$repeat[0].repeat(value.$repeat[1])
  if (typeof value.$bigint === 'string') return BigInt(value.$bigint)
  if (Array.isArray(value.$concat)) return value.$concat.map(expand).join('')
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expand(member)]))
}

/** Where an answer differs from what is expected, as a JSON pointer; `undefined` where nowhere. */
export function mismatch (expected, answer) {
  if (typeof expected === 'string' && expected.startsWith('$')) return fits(expected, answer) ? undefined : ''
  if (Array.isArray(expected)) {
    if (!Array.isArray(answer) || answer.length !== expected.length) return ''
    return first(expected.map((item, index) => inside(index, mismatch(item, answer[index]))))
  }
  if (expected !== null && typeof expected === 'object') {
    if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) return ''
    const extra = Object.keys(answer).find(name => !Object.hasOwn(expected, name))
    if (extra !== undefined) return `/${extra}`
    const members = Object.entries(expected)
    return first(members.map(([name, member]) =>
      inside(name, Object.hasOwn(answer, name) ? mismatch(member, answer[name]) : '')))
  }
  return expected === answer ? undefined : ''
}

const first = places => places.find(place => place !== undefined)
const inside = (name, place) => place === undefined ? undefined : `/${name}${place}`

function fits (placeholder, answer) {
  switch (placeholder) {
    case '$any': return true
    case '$date': return typeof answer === 'number'
    case '$token': return typeof answer === 'string' && answer !== ''
    case '$uuid': return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(answer)
    default: return answer === placeholder
  }
}
