import { Fn, Token } from 'aws-cdk-lib'
import { formatArn, parseArn } from '../index'

/** The ARN of the machine that a version or an alias belongs to. */
export function machineArn (arn: string, kind: 'alias' | 'version'): string {
  return Token.isUnresolved(arn) ? unresolved(arn) : literal(arn, kind)
}

/** The alias's name in its ARN. */
export function aliasName (arn: string): string {
  return Token.isUnresolved(arn) ? Fn.select(7, Fn.split(':', arn)) : parseArn(arn).qualifier ?? ''
}

const unresolved = (arn: string): string =>
  Fn.join(':', Array.from({ length: 7 }, (_, part) => Fn.select(part, Fn.split(':', arn))))

function literal (arn: string, kind: 'alias' | 'version'): string {
  const { qualifier, ...machine } = parseArn(arn)
  if (machine.kind !== kind) throw new Error(`\`${arn}\` is the ARN of a ${machine.kind}: give that of a state machine's ${kind}`)
  return formatArn({ ...machine, kind: 'stateMachine' })
}
