package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/anishathalye/porcupine"
)

// The search without rules: a call with an unknown outcome may be ordered anywhere.
var exhaustiveModel = porcupine.Model{
	Init: func() any { return machine{} },
	Step: func(state, in, out any) (bool, any) {
		m, call, recorded := state.(machine), in.(input), out.(output)
		if call.operation == endOperation {
			return true, m
		}
		if recorded.outcome == unknown {
			return true, operations[call.operation](m, call.arguments, result{}).next
		}
		next, isPossible := m.apply(call, recorded)
		return isPossible, next
	},
	Equal: func(a, b any) bool { return a.(machine).equal(b.(machine)) },
}

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

func randomInput(r *rand.Rand, line int) input {
	operation := pick(r, "CreateStateMachineAlias", "CreateStateMachineAlias", "UpdateStateMachineAlias", "UpdateStateMachineAlias",
		"DescribeStateMachineAlias", "DescribeStateMachineAlias", "DeleteStateMachineAlias", "ListStateMachineAliases",
		"StartExecution", "PublishStateMachineVersion", "UpdateStateMachine", "DeleteStateMachineVersion",
		"ListStateMachineVersions", "DescribeStateMachine", "CreateStateMachine", "DeleteStateMachine")
	description, routing := pick(r, "a", "b"), routing{{pick(r, 1, 2), 100}}
	in := input{line: line, machine: "m", operation: operation}
	in.arguments = arguments{
		Alias: pick(r, "A", "B"), Description: &description, Routing: &routing, Version: pick(r, 1, 2),
		Definition: pick(r, "d1", "d2"), Execution: pick(r, "x", "y"), isRepeated: true,
	}
	if operation == "UpdateStateMachineAlias" && r.IntN(2) == 0 {
		in.Routing = nil
	}
	if accesses[operation].aliases || operation == "PublishStateMachineVersion" {
		in.Alias = ""
	}
	return in
}

// respond returns a possible response of a call, and the state after it.
func respond(r *rand.Rand, m machine, in input) (output, machine) {
	stored := m.aliases[in.Alias]
	out := result{Description: stored.description, Routing: stored.routing, Created: stored.created, Definition: m.definition}
	if out.Created == 0 || in.operation == "CreateStateMachine" {
		out.Created = r.Int64N(3) + 1
	}
	out.Version = max(m.publishedAs, stored.routing[0][0])
	if in.operation == "PublishStateMachineVersion" {
		out.Version = operations[in.operation](m, in.arguments, out).next.publishedAs
	}
	out.Aliases = map[string]int64{}
	for name, alias := range m.aliases {
		out.Aliases[name] = alias.created
	}
	for version := m.last; version > 0; version-- {
		if m.versions[version] {
			out.Versions = append(out.Versions, version)
		}
	}
	effect := operations[in.operation](m, in.arguments, out)
	return output{effect.outcome, out}, effect.next
}

// randomHistory returns calls in a valid order, of which some overlap. Some outcomes are unknown, and some responses are
// changed.
func randomHistory(r *rand.Rand) []porcupine.Operation {
	m := machine{}
	var history []porcupine.Operation
	for at := range 14 {
		in := randomInput(r, at)
		if at == 0 {
			in.operation, in.Alias = "CreateStateMachine", ""
		}
		out, next := respond(r, m, in)
		o := porcupine.Operation{ClientId: at, Input: in, Output: out}
		o.Call, o.Return = int64(10*at-r.IntN(25)), int64(10*at+r.IntN(25))
		switch r.IntN(5) {
		case 0:
			o.Output, o.Return = output{outcome: unknown}, math.MaxInt64
			if r.IntN(2) == 0 {
				next = m
			}
		case 1:
			if r.IntN(6) == 0 {
				other, _ := respond(r, machine{}, in)
				o.Output = other
			}
		}
		m = next
		history = append(history, o)
	}
	return history
}

// The rules of the search do not change its result.
func TestRulesDoNotChangeTheResult(t *testing.T) {
	results := map[porcupine.CheckResult]int{}
	for seed := range uint64(20_000) {
		history := randomHistory(rand.New(rand.NewPCG(seed, 0)))
		expected := findOrder(exhaustiveModel, history)
		results[expected]++
		if found := findOrder(searchModel, history); found != expected {
			t.Fatalf("seed %d: %v, expected %v", seed, found, expected)
		}
	}
	if results[porcupine.Ok] < 5000 || results[porcupine.Illegal] < 3000 {
		t.Error(results)
	}
}
