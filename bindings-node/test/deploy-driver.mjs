// A driver that kills itself: before or after its n-th call.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { SFNClient } from '@aws-sdk/client-sfn'
import { Aliases } from 'sfn-alias'
import { Deployment } from 'sfn-alias/deploy'

const [store, state, now, log, at, when] = process.argv.slice(2)
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const aliases = await Aliases.open(store)
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const sdk = new SFNClient({ requestHandler: aliases.requestHandler(), region: 'us-east-1', credentials })
const die = () => process.kill(process.pid, 'SIGKILL')
let left = Number(at)

const client = {
  async send (command) {
    left -= 1
    if (left === 0 && when === 'before') die()
    const answer = await sdk.send(command)
    const routes = command.input.routingConfiguration
    if (routes) appendFileSync(log, routes.map(({ weight }) => weight).join(' ') + '\n')
    if (left === 0) die()
    return answer
  }
}
const clock = () => Number(readFileSync(now, 'utf8'))
const sleep = async millis => writeFileSync(now, String(clock() + millis))
const deployment = new Deployment({
  client, aliasArn: `${MACHINE}:PROD`, preference: 'linear 40/1m', newVersion: `${MACHINE}:2`, state, clock, sleep
})
console.log((await deployment.run()).result)
