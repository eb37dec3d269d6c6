// The exports of `index.js` for ES modules.
import index from './index.js'

export const {
  StepFunctions,
  RequestHandler,
  WeightedPicker,
  check,
  checkTemplate,
  compare,
  DeploymentDriver,
  deploymentJson,
  ErrorCode,
  errorKinds,
  fingerprint,
  fingerprintEncoding,
  formatArn,
  operations,
  parseArn,
  pick,
  serve,
  templateRules,
  validate
} = index
