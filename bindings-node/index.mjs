// The exports of `index.js` for ES modules.
import index from './index.js'

export const {
  StepFunctions,
  RequestHandler,
  WeightedPicker,
  attach,
  check,
  checkTemplate,
  compare,
  detach,
  ErrorCode,
  errorKinds,
  fingerprint,
  fingerprintEncoding,
  formatArn,
  mock,
  operations,
  parseArn,
  pick,
  serve,
  templateRules,
  validate
} = index
