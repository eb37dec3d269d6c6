package main

import (
	"maps"
	"slices"
)

// The sequential behavior of a state machine with its versions, aliases and started executions. States are immutable.
type machine struct {
	exists      bool
	definition  string
	created     int64
	versions    map[int]bool
	last        int // the latest version number
	publishedAs int // the version of the current definition, or 0
	aliases     map[string]alias
	executions  map[string]int // the version of each execution, or 0 if it is unknown
}

type alias struct {
	description string
	routing     routing
	created     int64 // 0 until a response contains it
}

// What a call does in a state: its outcome, the next state, and whether its result can be the recorded one.
type effect struct {
	outcome string
	next    machine
	matches bool
}

type operation func(m machine, in arguments, out result) effect

var operations = map[string]operation{
	"CreateStateMachine":         createMachine,
	"UpdateStateMachine":         updateMachine,
	"DescribeStateMachine":       describeMachine,
	"DeleteStateMachine":         deleteMachine,
	"PublishStateMachineVersion": publishVersion,
	"DeleteStateMachineVersion":  deleteVersion,
	"ListStateMachineVersions":   listVersions,
	"CreateStateMachineAlias":    createAlias,
	"UpdateStateMachineAlias":    updateAlias,
	"DescribeStateMachineAlias":  describeAlias,
	"DeleteStateMachineAlias":    deleteAlias,
	"ListStateMachineAliases":    listAliases,
	"StartExecution":             startExecution,
}

func (m machine) equal(n machine) bool {
	return m.exists == n.exists && m.definition == n.definition && m.created == n.created && m.last == n.last &&
		m.publishedAs == n.publishedAs && maps.Equal(m.versions, n.versions) && maps.Equal(m.aliases, n.aliases) &&
		maps.Equal(m.executions, n.executions)
}

// with returns a copy of a map with another entry.
func with[K comparable, V any](entries map[K]V, key K, value V) map[K]V {
	copied := make(map[K]V, len(entries)+1)
	maps.Copy(copied, entries)
	copied[key] = value
	return copied
}

// without returns a copy of a map without an entry.
func without[K comparable, V any](entries map[K]V, key K) map[K]V {
	copied := maps.Clone(entries)
	delete(copied, key)
	return copied
}

func fail(m machine, code string) effect { return effect{code, m, true} }

// isSame compares a recorded date with the known one. A date is unknown if no response contained it yet.
func isSame(known, recorded int64) bool { return known == 0 || recorded == 0 || known == recorded }

func createMachine(m machine, in arguments, out result) effect {
	if !m.exists {
		next := machine{exists: true, definition: in.Definition, created: out.Created, last: 1, publishedAs: 1}
		next.versions = map[int]bool{1: true}
		return effect{ok, next, true}
	}
	if m.definition != in.Definition {
		return fail(m, "StateMachineAlreadyExists")
	}
	matches := isSame(m.created, out.Created)
	m.created = max(m.created, out.Created)
	return effect{ok, m, matches}
}

func updateMachine(m machine, in arguments, _ result) effect {
	if !m.exists {
		return fail(m, "StateMachineDoesNotExist")
	}
	if m.definition != in.Definition {
		m.definition, m.publishedAs = in.Definition, 0
	}
	return effect{ok, m, true}
}

func describeMachine(m machine, _ arguments, out result) effect {
	if !m.exists {
		return fail(m, "StateMachineDoesNotExist")
	}
	return effect{ok, m, m.definition == out.Definition}
}

func deleteMachine(machine, arguments, result) effect { return effect{ok, machine{}, true} }

// publishVersion returns the version of the current definition if it has one.
func publishVersion(m machine, _ arguments, out result) effect {
	if !m.exists {
		return fail(m, "StateMachineDoesNotExist")
	}
	if m.publishedAs == 0 {
		m.last++
		m.publishedAs, m.versions = m.last, with(m.versions, m.last, true)
	}
	return effect{ok, m, m.publishedAs == out.Version}
}

func deleteVersion(m machine, in arguments, _ result) effect {
	if !m.versions[in.Version] {
		return effect{ok, m, true}
	}
	for _, alias := range m.aliases {
		if alias.routing.references(in.Version) {
			return fail(m, "ConflictException")
		}
	}
	m.versions = without(m.versions, in.Version)
	if m.publishedAs == in.Version {
		m.publishedAs = 0
	}
	return effect{ok, m, true}
}

func listVersions(m machine, _ arguments, out result) effect {
	if !m.exists {
		return fail(m, "StateMachineDoesNotExist")
	}
	versions := slices.Sorted(maps.Keys(m.versions))
	slices.Reverse(versions)
	return effect{ok, m, slices.Equal(versions, out.Versions)}
}
