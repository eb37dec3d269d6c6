// A deployment as in a user's script, with unmodified SDK clients. Only its clock is different: it is read from a file, and
// sleeping advances it at once.
import { readFileSync, writeFileSync } from 'node:fs'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { SFNClient } from '@aws-sdk/client-sfn'
import { Deployment } from 'sfn-alias/deploy'

const [endpoint, state, now, preference, ...alarms] = process.argv.slice(2)
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const options = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } }
const clock = () => Number(readFileSync(now, 'utf8'))
const deployment = new Deployment({
  client: new SFNClient(options),
  cloudwatch: new CloudWatchClient(options),
  aliasArn: `${MACHINE}:PROD`,
  newVersion: `${MACHINE}:2`,
  preference,
  alarms,
  state,
  clock,
  sleep: async millis => writeFileSync(now, String(clock() + millis))
})
console.log((await deployment.run()).result)
