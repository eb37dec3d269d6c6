// What ajv and zod can check: the constraints of the service model and the pattern of version ARNs. They do not check
// that the weights add up to 100, that the versions are different, or that they belong to one state machine.
import { z } from 'zod'

const NAME = '^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$'
const VERSION = '^arn:[^:]+:states:[^:]+:[^:]+:stateMachine:[^:]+:[0-9]+$'

export const ajvSchema = {
  type: 'object',
  required: ['name', 'routingConfiguration'],
  properties: {
    description: { type: 'string', maxLength: 256 },
    name: { type: 'string', minLength: 1, maxLength: 80, pattern: NAME },
    routingConfiguration: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: {
        type: 'object',
        required: ['stateMachineVersionArn', 'weight'],
        properties: {
          stateMachineVersionArn: { type: 'string', minLength: 1, maxLength: 256, pattern: VERSION },
          weight: { type: 'integer', minimum: 0, maximum: 100 }
        }
      }
    }
  }
}

export const zodSchema = () => z.object({
  description: z.string().max(256).optional(),
  name: z.string().min(1).max(80).regex(new RegExp(NAME)),
  routingConfiguration: z.array(z.object({
    stateMachineVersionArn: z.string().min(1).max(256).regex(new RegExp(VERSION)),
    weight: z.number().int().min(0).max(100)
  })).min(1).max(2)
})
