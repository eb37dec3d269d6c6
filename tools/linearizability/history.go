package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/anishathalye/porcupine"
)

// Outcomes that are not error codes.
const (
	ok      = "ok"
	unknown = "unknown" // no response, or an error that leaves open whether the call took effect
)

// A routing has pairs of a version and a weight. The second pair is 0, 0 if there is one version.
type routing [2][2]int

// The arguments of a call. Each operation uses some of them.
type arguments struct {
	Alias       string   `json:"alias,omitzero"`
	Description *string  `json:"description,omitzero"`
	Routing     *routing `json:"routing,omitzero"`
	Version     int      `json:"version,omitzero"`
	Definition  string   `json:"definition,omitzero"`
	Execution   string   `json:"execution,omitzero"`
	// Whether other starts of the history have the same name.
	isRepeated bool
}

// The members of a response that the models compare. Dates are in milliseconds.
type result struct {
	Description string           `json:"description,omitzero"`
	Routing     routing          `json:"routing,omitzero"`
	Created     int64            `json:"created,omitzero"`
	Version     int              `json:"version,omitzero"`
	Definition  string           `json:"definition,omitzero"`
	Aliases     map[string]int64 `json:"aliases,omitzero"`
	Versions    []int            `json:"versions,omitzero"`
}

// A line of a history. `return` is null if the call may take effect at any time after `call`.
type record struct {
	Client    int       `json:"client"`
	Machine   string    `json:"machine"`
	Operation string    `json:"operation"`
	Arguments arguments `json:"arguments"`
	Outcome   string    `json:"outcome"`
	Result    result    `json:"result"`
	Call      int64     `json:"call"`
	Return    *int64    `json:"return"`
}

type input struct {
	line               int
	machine, operation string
	arguments
}

type output struct {
	outcome string
	result
}

// readHistory returns the calls that may have had an effect or that returned a result.
func readHistory(reader io.Reader) ([]porcupine.Operation, error) {
	var history []porcupine.Operation
	lines := bufio.NewScanner(reader)
	lines.Buffer(nil, 1<<20)
	for number := 1; lines.Scan(); number++ {
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if operations[r.Operation] == nil && r.Operation != "DescribeExecution" {
			return nil, fmt.Errorf("line %d: unknown operation %q", number, r.Operation)
		}
		operation := porcupine.Operation{
			ClientId: r.Client, Call: r.Call, Return: math.MaxInt64,
			Input: input{number, r.Machine, r.Operation, r.Arguments}, Output: output{r.Outcome, r.Result},
		}
		if r.Return != nil {
			operation.Return = *r.Return
		} else {
			// The client continues, so a call that is still in progress is that of another client.
			operation.ClientId = 1_000_000 + number
		}
		history = append(history, operation)
	}
	markRepeatedStarts(history)
	return history, lines.Err()
}

// markRepeatedStarts marks the starts whose names the model of a state machine has to store.
func markRepeatedStarts(history []porcupine.Operation) {
	counts := map[string]int{}
	name := func(in input) string { return in.machine + ":" + in.Execution }
	for _, o := range history {
		if in := o.Input.(input); in.operation == "StartExecution" {
			counts[name(in)]++
		}
	}
	for at, o := range history {
		in := o.Input.(input)
		in.isRepeated = counts[name(in)] > 1
		history[at].Input = in
	}
}

// partition splits a history by the key of the calls, without those that have none.
func partition(key func(input) (string, bool)) func([]porcupine.Operation) [][]porcupine.Operation {
	return func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := map[string][]porcupine.Operation{}
		for _, o := range history {
			if key, exists := key(o.Input.(input)); exists {
				parts[key] = append(parts[key], o)
			}
		}
		return slices.Collect(maps.Values(parts))
	}
}
