package main

func (r routing) references(version int) bool { return r[0][0] == version || r[1][0] == version }

// hasVersions returns whether all versions of a routing exist.
func (m machine) hasVersions(r routing) bool {
	return m.versions[r[0][0]] && (r[1][0] == 0 || m.versions[r[1][0]])
}

// createAlias returns the creation date of an existing alias if the request is equal.
func createAlias(m machine, in arguments, out result) effect {
	if !m.exists || !m.hasVersions(*in.Routing) {
		return fail(m, "ResourceNotFound")
	}
	stored, exists := m.aliases[in.Alias]
	if !exists {
		m.aliases = with(m.aliases, in.Alias, alias{*in.Description, *in.Routing, out.Created})
		return effect{ok, m, true}
	}
	if stored.description != *in.Description || stored.routing != *in.Routing {
		return fail(m, "ConflictException")
	}
	return m.observeCreated(in.Alias, out.Created)
}

// observeCreated compares the creation date of an alias with the known one, which is stored if it was unknown.
func (m machine) observeCreated(name string, created int64) effect {
	stored := m.aliases[name]
	if stored.created == 0 && created != 0 {
		stored.created = created
		m.aliases = with(m.aliases, name, stored)
	}
	return effect{ok, m, isSame(stored.created, created)}
}

func updateAlias(m machine, in arguments, _ result) effect {
	stored, exists := m.aliases[in.Alias]
	if !exists || in.Routing != nil && !m.hasVersions(*in.Routing) {
		return fail(m, "ResourceNotFound")
	}
	if in.Description != nil {
		stored.description = *in.Description
	}
	if in.Routing != nil {
		stored.routing = *in.Routing
	}
	m.aliases = with(m.aliases, in.Alias, stored)
	return effect{ok, m, true}
}

func deleteAlias(m machine, in arguments, _ result) effect {
	if _, exists := m.aliases[in.Alias]; exists {
		m.aliases = without(m.aliases, in.Alias)
	}
	return effect{ok, m, true}
}

func describeAlias(m machine, in arguments, out result) effect {
	stored, exists := m.aliases[in.Alias]
	if !exists {
		return fail(m, "ResourceNotFound")
	}
	observed := m.observeCreated(in.Alias, out.Created)
	observed.matches = observed.matches && stored.description == out.Description && stored.routing == out.Routing
	return observed
}

func listAliases(m machine, _ arguments, out result) effect {
	if !m.exists {
		return fail(m, "StateMachineDoesNotExist")
	}
	listed := effect{ok, m, len(m.aliases) == len(out.Aliases)}
	for name := range m.aliases {
		created, contains := out.Aliases[name]
		observed := listed.next.observeCreated(name, created)
		listed.next, listed.matches = observed.next, listed.matches && contains && observed.matches
	}
	return listed
}

// startExecution starts a version that the alias routes to. An equal request returns the existing execution.
func startExecution(m machine, in arguments, out result) effect {
	stored, exists := m.aliases[in.Alias]
	if !exists {
		return fail(m, "StateMachineDoesNotExist")
	}
	if !in.isRepeated {
		return effect{ok, m, out.Version == 0 || stored.routing.references(out.Version)}
	}
	if version, exists := m.executions[in.Execution]; exists {
		return effect{ok, m, version == 0 || out.Version == 0 || version == out.Version}
	}
	m.executions = with(m.executions, in.Execution, out.Version)
	return effect{ok, m, out.Version == 0 || stored.routing.references(out.Version)}
}
