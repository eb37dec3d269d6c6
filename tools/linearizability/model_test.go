package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
)

// A call on the state machine `m`: its time, operation, arguments and outcome.
func line(times, operation, arguments, outcome, result string) string {
	from, to, _ := strings.Cut(times, "-")
	if to == "" {
		to = "null"
	}
	return fmt.Sprintf(`{"client":1,"machine":"m","operation":%q,"arguments":{%s},"outcome":%q,"result":{%s},"call":%s,"return":%s}`,
		operation, arguments, outcome, result, from, to)
}

func create(times, name, value, versions, outcome, date string) string {
	arguments := fmt.Sprintf(`"alias":%q,"description":%q,"routing":[%s]`, name, value, versions)
	return line(times, "CreateStateMachineAlias", arguments, outcome, `"created":`+date)
}

func update(times, value, versions, outcome string) string {
	return line(times, "UpdateStateMachineAlias", fmt.Sprintf(`"alias":"A","description":%q,"routing":[%s]`, value, versions), outcome, "")
}

func describeA(times, value, versions, date string) string {
	result := fmt.Sprintf(`"description":%q,"routing":[%s],"created":%s`, value, versions, date)
	return line(times, "DescribeStateMachineAlias", `"alias":"A"`, ok, result)
}

func missingA(times string) string {
	return line(times, "DescribeStateMachineAlias", `"alias":"A"`, "ResourceNotFound", "")
}

func deleteA(times string) string {
	return line(times, "DeleteStateMachineAlias", `"alias":"A"`, ok, "")
}

func list(times, aliases string) string {
	return line(times, "ListStateMachineAliases", "", ok, `"aliases":{`+aliases+"}")
}

func start(times, name string, version int) string {
	return line(times, "StartExecution", fmt.Sprintf(`"alias":"A","execution":%q`, name), ok, fmt.Sprintf(`"version":%d`, version))
}

func publish(times string, version int) string {
	return line(times, "PublishStateMachineVersion", "", ok, fmt.Sprintf(`"version":%d`, version))
}

// A state machine with the versions 1 and 2.
var setup = []string{
	line("1-2", "CreateStateMachine", `"definition":"d1"`, ok, `"created":10`),
	line("3-4", "UpdateStateMachine", `"definition":"d2"`, ok, ""),
	publish("5-6", 2),
}

const (
	v1   = "[1,100]"
	v2   = "[2,100]"
	both = "[1,50],[2,50]"
)

func isLinearizable(t *testing.T, lines ...string) bool {
	t.Helper()
	history, err := readHistory(strings.NewReader(strings.Join(append(setup[:3:3], lines...), "\n")))
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range []porcupine.Model{searchModel, executionModel} {
		for _, part := range model.Partition(history) {
			if result, problem := check(model, part); result != porcupine.Ok {
				t.Log(problem)
				return false
			}
		}
	}
	return true
}

var possible = map[string][]string{
	"sequence": {
		create("10-11", "A", "a", v1, ok, "1"), describeA("12-13", "a", v1, "1"), update("14-15", "b", v2, ok),
		describeA("16-17", "b", v2, "1"), deleteA("18-19"), missingA("20-21"),
	},
	"replay": {create("10-11", "A", "a", v1, ok, "1"), create("12-13", "A", "a", v1, ok, "1")},
	"concurrent creates": {
		create("10-20", "A", "a", v1, ok, "1"), create("10-20", "A", "b", v1, "ConflictException", "0"), list("21-22", `"A":1`),
	},
	"concurrent read of the earlier value": {
		create("10-11", "A", "a", v1, ok, "1"), update("12-20", "b", v2, ok), describeA("13-14", "a", v1, "1"),
		describeA("15-16", "b", v2, "1"),
	},
	"unknown update that took effect later": {
		create("10-11", "A", "a", v1, ok, "1"), update("12", "b", v2, unknown), describeA("20-21", "a", v1, "1"),
		describeA("22-23", "b", v2, "1"),
	},
	"unknown update that took no effect": {
		create("10-11", "A", "a", v1, ok, "1"), update("12", "b", v2, unknown), describeA("20-21", "a", v1, "1"),
	},
	"unknown create, then a replay with its date": {
		create("10", "A", "a", v1, unknown, "0"), create("12-13", "A", "a", v1, ok, "1"), describeA("14-15", "a", v1, "1"),
	},
	"two unknown creates in a list": {
		create("10", "B", "b", v1, unknown, "0"), create("11", "A", "a", v1, unknown, "0"), list("12-13", ""),
		list("14-15", `"A":1,"B":2`),
	},
	"both routes":            {create("10-11", "A", "a", both, ok, "1"), start("12-13", "x", 1), start("14-15", "y", 2)},
	"start during an update": {create("10-11", "A", "a", v1, ok, "1"), update("12-20", "b", v2, ok), start("12-20", "x", 1)},
	"replay of a start": {
		create("10-11", "A", "a", v1, ok, "1"), start("12-13", "x", 1), update("14-15", "b", v2, ok), start("16-17", "x", 1),
		line("18-19", "DescribeExecution", `"execution":"x"`, ok, `"version":1`),
	},
	"reads without a response": {
		line("10", "DescribeExecution", `"execution":"x"`, unknown, ""), line("10", "ListStateMachineVersions", "", unknown, ""),
		line("10", "DescribeStateMachineAlias", `"alias":"A"`, unknown, ""),
	},
	"publish again": {publish("10-11", 2), line("12-13", "ListStateMachineVersions", "", ok, `"versions":[2,1]`)},
	"version in use": {
		create("10-11", "A", "a", v1, ok, "1"), line("12-13", "DeleteStateMachineVersion", `"version":1`, "ConflictException", ""),
		line("14-15", "DeleteStateMachineVersion", `"version":2`, ok, ""), publish("16-17", 3),
		update("18-19", "b", v2, "ResourceNotFound"),
	},
	"deleted state machine": {
		create("10-11", "A", "a", v1, ok, "1"), line("12-13", "DeleteStateMachine", "", ok, ""), missingA("14-15"),
		line("16-17", "ListStateMachineAliases", "", "StateMachineDoesNotExist", ""),
		line("18-19", "CreateStateMachine", `"definition":"d3"`, ok, `"created":20`), list("20-21", ""),
		line("22-23", "DescribeStateMachine", "", ok, `"definition":"d3"`),
	},
}

var impossible = map[string][]string{
	"stale read":                 {create("10-11", "A", "a", v1, ok, "1"), update("12-13", "b", v2, ok), describeA("14-15", "a", v1, "1")},
	"read before the create":     {describeA("10-11", "a", v1, "1"), create("12-13", "A", "a", v1, ok, "1")},
	"two reads in reverse order": {create("10-11", "A", "a", v1, ok, "1"), update("12-20", "b", v2, ok), describeA("13-14", "b", v2, "1"), describeA("15-16", "a", v1, "1")},
	"lost update": {
		create("10-11", "A", "a", v1, ok, "1"), line("12-13", "UpdateStateMachineAlias", `"alias":"A","description":"b"`, ok, ""),
		line("12-13", "UpdateStateMachineAlias", `"alias":"A","routing":[[2,100]]`, ok, ""), describeA("14-15", "a", v2, "1"),
	},
	"lost create":                {create("10-11", "A", "a", v1, ok, "1"), missingA("12-13")},
	"two creates":                {create("10-20", "A", "a", v1, ok, "1"), create("10-20", "A", "b", v1, ok, "1")},
	"conflict without an alias":  {create("10-11", "A", "a", v1, "ConflictException", "0")},
	"start of a removed routing": {create("10-11", "A", "a", v1, ok, "1"), update("12-13", "b", v2, ok), start("14-15", "x", 1)},
	"start of a deleted alias":   {create("10-11", "A", "a", v1, ok, "1"), deleteA("12-13"), start("14-15", "x", 1)},
	"second execution of a name": {create("10-11", "A", "a", both, ok, "1"), start("12-13", "x", 1), start("14-15", "x", 2)},
	"lost execution":             {create("10-11", "A", "a", v1, ok, "1"), start("12-13", "x", 1), line("14-15", "DescribeExecution", `"execution":"x"`, "ExecutionDoesNotExist", "")},
	"other version of execution": {create("10-11", "A", "a", v1, ok, "1"), start("12-13", "x", 1), line("14-15", "DescribeExecution", `"execution":"x"`, ok, `"version":2`)},
	"list without an alias":      {create("10-11", "A", "a", v1, ok, "1"), create("12-13", "B", "b", v1, ok, "2"), list("14-15", `"A":1`)},
	"list with a deleted alias":  {create("10-11", "A", "a", v1, ok, "1"), deleteA("12-13"), list("14-15", `"A":1`)},
	"replay of a deleted alias":  {create("10-11", "A", "a", v1, ok, "1"), deleteA("12-13"), create("14-15", "A", "a", v1, ok, "9"), create("16-17", "A", "a", v1, ok, "1")},
	"replay after an update":     {create("10-11", "A", "a", v1, ok, "1"), update("12-13", "b", v2, ok), create("14-15", "A", "a", v1, ok, "1")},
	"unknown update, taken back": {create("10-11", "A", "a", v1, ok, "1"), update("12", "b", v2, unknown), describeA("13-14", "b", v2, "1"), describeA("15-16", "a", v1, "1")},
	"version number again":       {line("10-11", "UpdateStateMachine", `"definition":"d3"`, ok, ""), publish("12-13", 2)},
	"two versions of a revision": {publish("10-11", 3)},
	"list without a version":     {line("10-11", "ListStateMachineVersions", "", ok, `"versions":[1]`)},
	"delete of a version in use": {create("10-11", "A", "a", v1, ok, "1"), line("12-13", "DeleteStateMachineVersion", `"version":1`, ok, "")},
	"alias of a deleted machine": {create("10-11", "A", "a", v1, ok, "1"), line("12-13", "DeleteStateMachine", "", ok, ""), line("14-15", "CreateStateMachine", `"definition":"d3"`, ok, `"created":20`), describeA("16-17", "a", v1, "1")},
	"stale definition":           {line("10-11", "UpdateStateMachine", `"definition":"d3"`, ok, ""), line("12-13", "DescribeStateMachine", "", ok, `"definition":"d2"`)},
	"unexpected error":           {line("10-11", "DescribeStateMachineAlias", `"alias":"A"`, "AccessDeniedException", "")},
}

func TestPossibleHistoriesAreLinearizable(t *testing.T) {
	for name, lines := range possible {
		t.Run(name, func(t *testing.T) {
			if !isLinearizable(t, lines...) {
				t.Error("not linearizable")
			}
		})
	}
}

func TestImpossibleHistoriesAreNotLinearizable(t *testing.T) {
	for name, lines := range impossible {
		t.Run(name, func(t *testing.T) {
			if isLinearizable(t, lines...) {
				t.Error("linearizable")
			}
		})
	}
}

// The text of a problem names the first impossible response, even if later calls are possible.
func TestProblemIsTheFirstImpossibleResponse(t *testing.T) {
	lines := append(setup[:3:3], create("10-11", "A", "a", v1, ok, "1"), missingA("12-13"), describeA("14-15", "a", v1, "1"))
	history, _ := readHistory(strings.NewReader(strings.Join(lines, "\n")))
	_, problem := check(searchModel, history)
	expected := "not possible:\n  12..13 client 1: DescribeStateMachineAlias {\"alias\":\"A\"} -> ResourceNotFound \n"
	if !strings.HasSuffix(problem, expected) {
		t.Error(problem)
	}
}

func TestInvalidLinesAreErrors(t *testing.T) {
	for content, expected := range map[string]string{
		"{":                      "line 1: unexpected end of JSON input",
		`{"operation":"Rename"}`: `line 1: unknown operation "Rename"`,
	} {
		if _, err := readHistory(strings.NewReader(content)); err == nil || err.Error() != expected {
			t.Error(err)
		}
	}
}
