import { Fn, Token } from 'aws-cdk-lib'
import { formatArn, parseArn } from '../index'

/** Returns the ARN of the state machine of a version or an alias. */
export function machineArn (arn: string, kind: 'alias' | 'version'): string {
  return Token.isUnresolved(arn) ? fromToken(arn) : fromText(arn, kind)
}

/** Returns the alias name in an alias ARN. */
export function aliasName (arn: string): string {
  return Token.isUnresolved(arn) ? Fn.select(7, Fn.split(':', arn)) : parseArn(arn).qualifier ?? ''
}

const fromToken = (arn: string): string =>
  Fn.join(':', Array.from({ length: 7 }, (_, part) => Fn.select(part, Fn.split(':', arn))))

function fromText (arn: string, kind: 'alias' | 'version'): string {
  const { qualifier, ...machine } = parseArn(arn)
  if (machine.kind !== kind) throw new Error(`expected the ARN of a state machine ${kind}, found \`${arn}\` (${machine.kind})`)
  return formatArn({ ...machine, kind: 'stateMachine' })
}
