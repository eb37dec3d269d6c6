package main

import (
	"slices"

	"github.com/anishathalye/porcupine"
)

// The state of the search for an order of the calls of a state machine.
//
// A call with an unknown outcome may take effect at any time after it began, or never. Without further rules, the search
// tries all combinations of these calls at every point, and takes exponential time. So the search orders such a call only
//
//   - where it has an effect, or after the end of all other calls,
//   - directly before a call with which it conflicts, because it can be moved after all other calls, and
//   - where that call does not overwrite the effect, because the call can then be moved after the end.
//
// The order of a linearizable history can always be changed so that it follows these rules.
type search struct {
	machine
	// Whether all calls with a known outcome are ordered.
	ended bool
	// The calls with an unknown outcome that were ordered since the last other call, without those that were followed by
	// a conflicting one, and the state before them.
	waiting []input
	before  *machine
}

// The operation of a call that is after all calls with a known outcome.
const endOperation = "end"

var searchModel = porcupine.Model{
	Partition: partition(func(in input) (string, bool) { return in.machine, operations[in.operation] != nil }),
	Init:      func() any { return search{} },
	Step: func(state, in, out any) (bool, any) {
		s, call, recorded := state.(search), in.(input), out.(output)
		switch {
		case call.operation == endOperation:
			return len(s.waiting) == 0, search{machine: s.machine, ended: true}
		case recorded.outcome == unknown:
			return s.stepUnknown(call)
		}
		return s.stepKnown(call, recorded)
	},
	Equal: func(a, b any) bool { return a.(search).equal(b.(search)) },
}

func (s search) equal(t search) bool {
	return s.ended == t.ended && s.machine.equal(t.machine) && slices.Equal(s.waiting, t.waiting) &&
		(s.before == nil) == (t.before == nil) && (s.before == nil || s.before.equal(*t.before))
}

func (s search) stepUnknown(call input) (bool, any) {
	if s.ended {
		return true, s
	}
	next := operations[call.operation](s.machine, call.arguments, result{}).next
	if next.equal(s.machine) {
		return false, s
	}
	// Calls whose order does not matter have the order of the history.
	if slices.ContainsFunc(s.waiting, func(earlier input) bool { return earlier.line > call.line && !conflicts(earlier, call) }) {
		return false, s
	}
	waiting := slices.DeleteFunc(slices.Clone(s.waiting), func(earlier input) bool { return conflicts(earlier, call) })
	before := s.before
	if before == nil {
		before = &s.machine
	}
	return true, search{machine: next, waiting: append(waiting, call), before: before}
}

func (s search) stepKnown(call input, recorded output) (bool, any) {
	next, isPossible := s.machine.apply(call, recorded)
	if !isPossible || slices.ContainsFunc(s.waiting, func(earlier input) bool { return !conflicts(earlier, call) }) {
		return false, s
	}
	if s.before != nil {
		if without, isPossible := s.before.apply(call, recorded); isPossible && without.equal(next) {
			return false, s
		}
	}
	return true, search{machine: next}
}

// apply returns the state after a call, and whether its outcome is possible.
func (m machine) apply(call input, recorded output) (machine, bool) {
	effect := operations[call.operation](m, call.arguments, recorded.result)
	return effect.next, effect.outcome == recorded.outcome && (effect.outcome != ok || effect.matches)
}

// Whether an operation reads or writes all aliases, and whether it reads or writes the versions.
var accesses = map[string]struct{ aliases, readsVersions, writesVersions bool }{
	"CreateStateMachine":         {true, true, true},
	"DeleteStateMachine":         {true, true, true},
	"UpdateStateMachine":         {false, true, true},
	"DescribeStateMachine":       {false, true, false},
	"PublishStateMachineVersion": {false, true, true},
	"DeleteStateMachineVersion":  {true, true, true},
	"ListStateMachineVersions":   {false, true, false},
	"CreateStateMachineAlias":    {false, true, false},
	"UpdateStateMachineAlias":    {false, true, false},
	"ListStateMachineAliases":    {true, true, false},
}

// conflicts returns whether the order of two calls may matter.
func conflicts(a, b input) bool {
	x, y := accesses[a.operation], accesses[b.operation]
	return x.aliases || y.aliases || a.Alias != "" && a.Alias == b.Alias ||
		x.writesVersions && y.readsVersions || y.writesVersions && x.readsVersions
}
