package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/anishathalye/porcupine"
)

// The calls before a problem that its text contains.
const describedCalls = 15

// check searches for an order of a part of a history. If there is none, it returns a text about the first response
// that is not possible.
func check(model porcupine.Model, part []porcupine.Operation) (porcupine.CheckResult, string) {
	result := findOrder(model, part)
	if result != porcupine.Illegal {
		return result, ""
	}
	slices.SortStableFunc(part, func(a, b porcupine.Operation) int { return compare(a.Return, b.Return) })
	first := sort.Search(len(part)-1, func(last int) bool {
		return findOrder(model, cut(part, part[last].Return)) == porcupine.Illegal
	})
	return result, describeProblem(part, first)
}

func findOrder(model porcupine.Model, part []porcupine.Operation) porcupine.CheckResult {
	end := int64(0)
	for _, o := range part {
		if o.Return != math.MaxInt64 {
			end = max(end, o.Return+1)
		}
	}
	mark := porcupine.Operation{Input: input{operation: endOperation}, Output: output{}, Call: end, Return: end}
	model.Partition = nil
	return porcupine.CheckOperationsTimeout(model, append(slices.Clone(part), mark), *timeout)
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// cut returns the history until a time. Calls that return later have an unknown outcome.
func cut(part []porcupine.Operation, end int64) []porcupine.Operation {
	var before []porcupine.Operation
	for at, o := range part {
		if o.Call > end {
			continue
		}
		if o.Return > end {
			o.ClientId, o.Output, o.Return = 2_000_000+at, output{outcome: unknown}, math.MaxInt64
		}
		before = append(before, o)
	}
	return before
}

// describeProblem lists the last calls until an impossible response, and those in progress.
func describeProblem(part []porcupine.Operation, first int) string {
	var text strings.Builder
	for _, o := range part[max(0, first-describedCalls):first] {
		describe(&text, o)
	}
	for _, o := range part[first+1:] {
		if o.Call < part[first].Return {
			o.Output = output{outcome: "in progress"}
			describe(&text, o)
		}
	}
	text.WriteString("not possible:\n")
	describe(&text, part[first])
	return text.String()
}

func describe(text *strings.Builder, o porcupine.Operation) {
	in, out := o.Input.(input), o.Output.(output)
	arguments, _ := json.Marshal(in.arguments)
	result := []byte{}
	if out.outcome == ok {
		result, _ = json.Marshal(out.result)
	}
	fmt.Fprintf(text, "  %d..%d client %d: %s %s -> %s %s\n", o.Call, o.Return, o.ClientId, in.operation, arguments, out.outcome, result)
}
