// Interleaved measuring: every contender runs a short slice in every round, so that all see the same machine.
// The time is the processor's, so that what else runs on the machine is not counted.

const SLICE_NANOSECONDS = 3_000_000
const ROUNDS = 200

/** Median nanoseconds of each contender, and medians of its ratio to the first within a round. */
export function measure (contenders) {
  const names = Object.keys(contenders)
  const repeats = names.map(name => calibrated(contenders[name]))
  const rounds = Array.from({ length: ROUNDS }, () =>
    names.map((name, index) => slice(contenders[name], repeats[index])))
  return names.map((name, index) => {
    const ratios = rounds.map(round => round[index] / round[0])
    return { name, nanoseconds: median(rounds.map(round => round[index])), ratio: median(ratios), spread: spread(ratios) }
  })
}

/** How often a contender runs in a slice. */
function calibrated (run) {
  for (let repeats = 16; ; repeats *= 2) {
    slice(run, repeats)
    const nanoseconds = slice(run, repeats) * repeats
    if (nanoseconds > SLICE_NANOSECONDS / 2) return Math.max(1, Math.round(repeats * SLICE_NANOSECONDS / nanoseconds))
  }
}

function slice (run, repeats) {
  const begin = process.cpuUsage()
  for (let time = 0; time < repeats; time++) run()
  const { user, system } = process.cpuUsage(begin)
  return (user + system) * 1000 / repeats
}

const sorted = numbers => [...numbers].sort((a, b) => a - b)
const median = numbers => sorted(numbers)[numbers.length >> 1]
const spread = numbers => [0.1, 0.9].map(part => sorted(numbers)[Math.floor(numbers.length * part)])

/** A table in Markdown. */
export function table (first, rows) {
  const line = ({ name, nanoseconds, ratio, spread: [low, high] }) =>
    `| ${name} | ${Math.round(nanoseconds)} | ${ratio.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)}) |`
  return [`| ${first} | ns | ratio, median (p10-p90) |`, '|---|---|---|', ...rows.map(line)].join('\n')
}
