// Interleaved measurement: every candidate runs a short slice in every round, so that all run under the same load.
// CPU time is measured, so that other processes do not count.

const SLICE_NANOSECONDS = 3_000_000
const ROUNDS = 200

/** Returns the median nanoseconds of each candidate and its median ratio to the first candidate of the same round. */
export function measure (candidates) {
  const names = Object.keys(candidates)
  const repeats = names.map(name => calibrate(candidates[name]))
  const rounds = Array.from({ length: ROUNDS }, () =>
    names.map((name, index) => runSlice(candidates[name], repeats[index])))
  return names.map((name, index) => {
    const ratios = rounds.map(round => round[index] / round[0])
    return { name, nanoseconds: median(rounds.map(round => round[index])), ratio: median(ratios), spread: spread(ratios) }
  })
}

/** Returns how often a candidate runs per slice. */
function calibrate (run) {
  for (let repeats = 16; ; repeats *= 2) {
    runSlice(run, repeats)
    const nanoseconds = runSlice(run, repeats) * repeats
    if (nanoseconds > SLICE_NANOSECONDS / 2) return Math.max(1, Math.round(repeats * SLICE_NANOSECONDS / nanoseconds))
  }
}

function runSlice (run, repeats) {
  const begin = process.cpuUsage()
  for (let time = 0; time < repeats; time++) run()
  const { user, system } = process.cpuUsage(begin)
  return (user + system) * 1000 / repeats
}

const sort = numbers => [...numbers].sort((a, b) => a - b)
const median = numbers => sort(numbers)[numbers.length >> 1]
const spread = numbers => [0.1, 0.9].map(part => sort(numbers)[Math.floor(numbers.length * part)])

/** Formats a Markdown table. */
export function formatTable (first, rows) {
  const line = ({ name, nanoseconds, ratio, spread: [low, high] }) =>
    `| ${name} | ${Math.round(nanoseconds)} | ${ratio.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)}) |`
  return [`| ${first} | ns | ratio, median (p10-p90) |`, '|---|---|---|', ...rows.map(line)].join('\n')
}
