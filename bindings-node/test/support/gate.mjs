// Stands between a driver and the endpoint: passes calls on, and ends the driver at one of them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'

/** `endpoint` is a URL, `now` a clock. The driver dies at call `diesAt` (0: at none), after the endpoint has answered
 * but without seeing the answer, or before the endpoint is asked. The gate is CloudWatch too: its one alarm goes off
 * with update `alarmAfter`. */
export class Gate {
  /** The operations that were asked for. */
  calls = []
  /** The routings that the endpoint was given, and when. */
  updates = []
  /** Statuses of the endpoint other than 200. */
  refused = []
  #driver

  constructor (options) {
    Object.assign(this, { diesAt: 0, diesAfter: false, alarmAfter: Infinity }, options)
    // Closed after each call: what a driver that is dead had open is not waited for.
    this.server = http.createServer({ keepAlive: false }, (request, response) => this.#answer(request, response))
  }

  async open () {
    await once(this.server.listen(0, '127.0.0.1'), 'listening')
    this.url = `http://127.0.0.1:${this.server.address().port}`
    return this
  }

  close () {
    this.server.close()
    this.server.closeAllConnections()
  }

  /** Runs a driver: its exit code, its signal, and what it printed. */
  async drive (command, ...input) {
    this.#driver = spawn(command, input, { stdio: ['ignore', 'pipe', 'inherit'] })
    const printed = this.#driver.stdout.toArray()
    const [code, signal] = await once(this.#driver, 'close')
    return { code, signal, printed: (await printed).join('') }
  }

  async #answer (request, response) {
    const body = Buffer.concat(await request.toArray())
    const operation = request.headers['x-amz-target'].split('.').at(-1)
    const dies = this.calls.push(operation) === this.diesAt
    if (dies && !this.diesAfter) return this.#driver.kill('SIGKILL')
    const [status, answer] = operation === 'DescribeAlarms' ? this.#alarms() : await this.#passOn(request, body)
    if (status !== 200) this.refused.push(status)
    if (operation === 'UpdateStateMachineAlias') this.updates.push([this.now(), JSON.parse(body).routingConfiguration])
    if (dies) return this.#driver.kill('SIGKILL')
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer)
  }

  #alarms () {
    const StateValue = this.updates.length >= this.alarmAfter ? 'ALARM' : 'OK'
    return [200, JSON.stringify({ CompositeAlarms: [], MetricAlarms: [{ AlarmName: 'errors', StateValue }] })]
  }

  async #passOn ({ headers }, body) {
    const onward = http.request(this.endpoint, { method: 'POST', headers, agent: false })
    onward.end(body)
    const [answer] = await once(onward, 'response')
    return [answer.statusCode, Buffer.concat(await answer.toArray())]
  }
}
