// A proxy between a deployment and the server. It forwards calls and kills the deployment's process at one of them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'

/** `endpoint` is a URL, `now` a clock. The process is killed at call `killAt` (0: never): before the call is forwarded, or
 * with `killAfter` after it, without receiving the response. The proxy also acts as CloudWatch, with one alarm that is in
 * ALARM after `alarmAfter` updates. */
export class KillingProxy {
  /** The operations that were called. */
  calls = []
  /** The time and routing of each update that reached the server. */
  updates = []
  /** Response statuses of the server other than 200. */
  failedStatuses = []
  #process

  constructor (options) {
    Object.assign(this, { killAt: 0, killAfter: false, alarmAfter: Infinity }, options)
    // Connections of a killed process must not keep the server open.
    this.server = http.createServer({ keepAlive: false }, (request, response) => this.#handle(request, response))
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

  /** Runs a deployment's process. Returns its exit code, signal and output. */
  async runProcess (command, ...input) {
    this.#process = spawn(command, input, { stdio: ['ignore', 'pipe', 'inherit'] })
    const printed = this.#process.stdout.toArray()
    const [code, signal] = await once(this.#process, 'close')
    return { code, signal, printed: (await printed).join('') }
  }

  async #handle (request, response) {
    // Deployments ask for a console. Calls are counted without that request, which is sent at any time.
    if (request.method === 'GET') return response.writeHead(404).end()
    const body = Buffer.concat(await request.toArray())
    const operation = request.headers['x-amz-target'].split('.').at(-1)
    const kill = this.calls.push(operation) === this.killAt
    if (kill && !this.killAfter) return this.#process.kill('SIGKILL')
    const [status, responseBody] = operation === 'DescribeAlarms' ? this.#alarms() : await this.#forward(request, body)
    if (status !== 200) this.failedStatuses.push(status)
    if (operation === 'UpdateStateMachineAlias') this.updates.push([this.now(), JSON.parse(body).routingConfiguration])
    if (kill) return this.#process.kill('SIGKILL')
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(responseBody)
  }

  #alarms () {
    const StateValue = this.updates.length >= this.alarmAfter ? 'ALARM' : 'OK'
    return [200, JSON.stringify({ CompositeAlarms: [], MetricAlarms: [{ AlarmName: 'errors', StateValue }] })]
  }

  async #forward ({ headers }, body) {
    const forwarded = http.request(this.endpoint, { method: 'POST', headers, agent: false })
    forwarded.end(body)
    const [response] = await once(forwarded, 'response')
    return [response.statusCode, Buffer.concat(await response.toArray())]
  }
}
