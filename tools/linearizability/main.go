// Checks whether a recorded history of an endpoint is linearizable.
//
//	linearizability [-timeout 60s] HISTORY
//
// A history has one JSON object per line: a call, its outcome, and when it was called and returned on one monotonic clock.
// The exit code is 0 if the history is linearizable, 1 if not, and 2 if it is not valid or the search took too long.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

var timeout = flag.Duration("timeout", time.Minute, "time for the search in the history of a state machine")

func main() {
	flag.Parse()
	if flag.NArg() != 1 {
		exit("expected one file")
	}
	file, err := os.Open(flag.Arg(0))
	if err != nil {
		exit(err)
	}
	history, err := readHistory(file)
	if err != nil {
		exit(err)
	}
	begin := time.Now()
	for name, model := range map[string]porcupine.Model{"state machine": searchModel, "execution": executionModel} {
		checkModel(name, model, history)
	}
	fmt.Printf("%d calls, %d without a known outcome: linearizable (checked in %v)\n", len(history), countUnknown(history),
		time.Since(begin).Round(time.Millisecond))
}

func exit(reason any) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(2)
}

func countUnknown(history []porcupine.Operation) (count int) {
	for _, o := range history {
		if o.Output.(output).outcome == unknown {
			count++
		}
	}
	return
}

// checkModel ends the process if a part of the history is not linearizable.
func checkModel(name string, model porcupine.Model, history []porcupine.Operation) {
	for _, part := range model.Partition(history) {
		switch result, problem := check(model, part); result {
		case porcupine.Illegal:
			in := part[0].Input.(input)
			fmt.Printf("%s %s: %d calls are not linearizable:\n%s", name, in.machine, len(part), problem)
			os.Exit(1)
		case porcupine.Unknown:
			exit(fmt.Sprintf("%s: the search in %d calls took longer than %v", name, len(part), *timeout))
		}
	}
}
