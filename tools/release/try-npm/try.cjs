// Loads the package and its parts as CommonJS.
const assert = require('node:assert/strict')
const { operations, validate } = require('sfn-alias')
const { Deployment } = require('sfn-alias/deploy')

assert.ok(operations().includes('CreateStateMachineAlias'))
assert.throws(() => validate('StartExecution', { stateMachineArn: 'orders' }), { code: 'InvalidArn' })
assert.equal(typeof Deployment, 'function')
