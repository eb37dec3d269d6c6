import type { StartCallback } from './index'

/** The options of the engine `aws-local-stepfunctions`, for its `StateMachine` and its `run`. */
export interface RunOptions {
  /** Replaces what states do, by their name. */
  overrides?: {
    /** Functions that run instead of the resources of Task states. An exception fails the state with the name of the error. */
    taskResourceLocalHandlers?: Record<string, (input: any) => unknown>
    /** Milliseconds that Wait states wait. */
    waitTimeOverrides?: Record<string, number>
    /** Milliseconds before retries, for all retriers of a state or for each of them. */
    retryIntervalOverrides?: Record<string, number | number[]>
  }
  /** Members of the context object `$$`, in addition to `Execution` and `StateMachine`. */
  context?: Record<string, unknown>
  /** Which parts of a definition the engine validates. */
  validationOptions?: { checkPaths?: boolean, checkArn?: boolean, noValidate?: boolean }
  /**
   * Region and credentials for Task states without a function: the engine then calls AWS Lambda. Without it, such a Task state
   * fails with the error `SfnAlias.NoTaskHandler`.
   */
  awsConfig?: object
}

/**
 * Returns an `onStart` that runs definitions with the package `aws-local-stepfunctions`, which has to be installed. It interprets
 * JSONPath. A definition that uses JSONata, or a field that the engine ignores, is FAILED with the error `SfnAlias.NotSupported`.
 *
 * An execution ends with the output of the engine, with its error and cause as FAILED, or as TIMED_OUT. StopExecution ends
 * the run. A redrive runs the definition from its start.
 */
export declare function runDefinitions(options?: RunOptions): StartCallback
