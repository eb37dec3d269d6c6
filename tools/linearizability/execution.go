package main

import "github.com/anishathalye/porcupine"

// The sequential behavior of an execution, which any call can describe after its start.
type execution struct {
	exists  bool
	version int
}

// A history must not describe executions of a state machine that it deletes.
var executionModel = porcupine.Model{
	Partition: partition(func(in input) (string, bool) { return in.machine + ":" + in.Execution, in.Execution != "" }),
	Init:      func() any { return execution{} },
	Step: func(state, in, out any) (bool, any) {
		stored, recorded := state.(execution), out.(output)
		if in.(input).operation == endOperation {
			return true, stored
		}
		if in.(input).operation == "StartExecution" {
			if recorded.outcome == ok || recorded.outcome == unknown {
				stored = execution{true, max(stored.version, recorded.Version)}
			}
			return true, stored
		}
		if recorded.outcome == unknown {
			return true, stored
		}
		if !stored.exists {
			return recorded.outcome == "ExecutionDoesNotExist", stored
		}
		return recorded.outcome == ok && (stored.version == 0 || stored.version == recorded.Version), stored
	},
}
