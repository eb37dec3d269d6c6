// Compiled, but not run: the types need no `@types/node`, and `ErrorCode` works with `isolatedModules`.
import { ErrorCode, StepFunctions, fingerprintEncoding, mock, type Mock } from 'sfn-alias'
import { plan } from 'sfn-alias/deploy'
import { runDefinitions } from 'sfn-alias/local-stepfunctions'

const conflict: 'ConflictException' = ErrorCode.ConflictException
const codes: ErrorCode[] = ['InvalidArn', ErrorCode.ValidationException]
const bytes: Uint8Array = fingerprintEncoding('{}')
const active: Mock = mock({ seed: 7 })
const other: Mock = mock({ service: active.service, sdk: {} })
new StepFunctions({ onStart: (_, { signal }) => { signal.addEventListener('abort', () => {}); return { output: signal.aborted } } })
void [runDefinitions, conflict, codes, bytes, other, plan, StepFunctions]
// @ts-expect-error: options together with a service
mock({ service: active.service, seed: 7 })
// @ts-expect-error: not an error code
codes.push('conflict')
