// Checks templates as strings, bytes and objects. The rules have their own tests in the core.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTemplate, templateRules } from 'sfn-alias'

const template = {
  Resources: {
    Prod: {
      Type: 'AWS::StepFunctions::StateMachineAlias',
      Properties: {
        Name: 'PROD',
        RoutingConfiguration: [
          { StateMachineVersionArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:1', Weight: 90 },
          { StateMachineVersionArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:2', Weight: 9 }
        ]
      }
    }
  }
}
const { id, title, ...rule } = templateRules()[0]
const finding = {
  rule: 'SFA001',
  logicalId: 'Prod',
  resourceType: 'AWS::StepFunctions::StateMachineAlias',
  path: '/Resources/Prod/Properties/RoutingConfiguration',
  message: 'RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must equal 100. Received: [90, 9]',
  ...rule
}
const NO_TEMPLATE = 'expected a CloudFormation template or a Terraform plan: the file is not a map; ' +
  'use a template with `Resources`, or the output of `terraform show -json PLAN`'
const checked = { aliases: 1, versions: 0, policies: 0 }
const counts = { errors: 1, warnings: 0, infos: 0, acknowledged: 0, checked }

test('a rule has all its texts', () => {
  assert.deepEqual({ id, title, ...rule }, {
    id: 'SFA001',
    name: 'weights-sum',
    severity: 'error',
    title: 'The weights of the two routes do not add up to 100',
    description: 'AWS rejects the alias. The deployment fails and is rolled back.',
    fix: 'Change the weights so that their sum is 100.',
    url: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_RoutingConfigurationListItem.html'
  })
})

test('findings in strings and bytes have positions', () => {
  const text = JSON.stringify(template, undefined, 2)
  const expected = { findings: [{ ...finding, line: 7, column: 9 }], ...counts }
  assert.deepEqual(checkTemplate(text), expected)
  assert.deepEqual(checkTemplate(Buffer.from(text)), expected)
})

test('findings in objects have no position', () => {
  assert.deepEqual(checkTemplate(template), { findings: [finding], ...counts })
})

test('options', () => {
  assert.deepEqual(checkTemplate(template, { disable: ['SFA001'] }), { findings: [], ...counts, errors: 0 })
  assert.deepEqual(
    checkTemplate(template, { acknowledge: [{ rule: 'weights-sum', logicalId: 'Prod', reason: 'a draft' }] }),
    { findings: [{ ...finding, acknowledged: 'a draft' }], ...counts, errors: 0, acknowledged: 1 })
})

for (const [name, input, options, expected] of [
  ['no template', '[]', undefined, ['TemplateError', NO_TEMPLATE]],
  ['no JSON', '{', undefined, ['TemplateError', 'line 1 column 1: not valid JSON: EOF while parsing an object']],
  ['an unknown rule', template, { disable: ['nothing'] }, ['TemplateError', 'disable/0: unknown rule `nothing`; use a rule id or name, for example SFA001 or weights-sum']],
  ['no reason', template, { acknowledge: [{ rule: 'SFA001', reason: '' }] }, ['TemplateError', 'acknowledge/0: the acknowledgement of SFA001 has no reason; add `reason`']],
  ['an unknown option', template, { disabled: [] }, ['TypeError', 'options: unknown field `disabled`, expected one of `parameters`, `disable`, `acknowledge`, `file`, `previous`']],
  ['a function', { Resources: () => {} }, undefined, ['TypeError', "template: `/Resources`: a function is not a valid JSON value"]],
  ['nothing', undefined, undefined, ['TemplateError', NO_TEMPLATE]]
]) {
  test(`error: ${name}`, () => {
    const error = (() => {
      try {
        checkTemplate(input, options)
      } catch (error) {
        return error
      }
    })()
    assert.deepEqual([error.name, error.message], expected)
    assert.equal(error.code, error.name === 'TypeError' ? 'ERR_INVALID_ARG_VALUE' : 'TemplateError')
  })
}

test('extreme weights are findings', () => {
  for (const weights of [['9223372036854775807', '1'], ['-9223372036854775808', '-9223372036854775808']]) {
    const routes = weights.map((weight, index) =>
      `{"StateMachineVersionArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders:${index + 1}", "Weight": ${weight}}`)
    const properties = `{"Name": "PROD", "RoutingConfiguration": [${routes.join()}]}`
    const report = checkTemplate(`{"Resources": {"Prod": {"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": ${properties}}}}`)
    assert.ok(report.errors >= 1)
  }
})
