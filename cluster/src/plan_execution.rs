//! Turns a change of an execution into one commit.

use crate::engine::{Commit, Guard, Read, Write};
use crate::key::{self, Id, Kind};
use crate::own::OwnWrite;
use crate::plan::{After, Plan};
use crate::read_execution::ReadExecution;
use crate::record::{ExecutionTags, IndexRecord, StoredExecution, Tag, UnstoredRecord, write};
use crate::state_machine::Loaded;
use sfn_alias::Result;
use sfn_alias::model::{Ending, Execution, Redrive, UnstoredEnding, VersionNumber};
use sfn_alias::store::ExecutionPosition;

/// Plans changes of the executions of a state machine.
pub(crate) struct ExecutionPlanner<'a> {
    pub arn: &'a str,
    pub loaded: &'a Loaded,
    pub tag: Tag,
}

impl ExecutionPlanner<'_> {
    fn id(&self) -> Id {
        self.loaded.id
    }

    /// Plans the start of an execution that is stored.
    pub fn plan_start(&self, execution: Execution, sequence: u64) -> Result<Plan> {
        let version = execution.version;
        let of_version = version.and_then(|version| self.loaded.versions.get(&version)).map(|(_, revision)| *revision);
        let stored = StoredExecution { execution, sequence, revision: of_version.unwrap_or(self.loaded.revision) };
        let name_key = Kind::Execution.key(self.id(), &stored.execution.name);
        let sequence_key = Kind::Sequence.key(self.id(), key::number_suffix(sequence));
        // The execution may be deleted before an earlier attempt of its start is applied.
        let mark = Kind::StartMark.key(self.id(), key::number_suffix(sequence));
        let absent = [&name_key, &sequence_key, &mark].map(|key| Guard::Absent(key.clone()));
        let guards = std::iter::once(self.head_guard()).chain(absent).collect();
        let tags = ExecutionTags { start: self.tag, last: self.tag };
        let writes = vec![
            Write::Put(name_key.clone(), stored.write(tags)?),
            Write::Put(sequence_key, stored.execution.name.as_bytes().to_vec()),
            Write::Put(index_key(self.id(), &stored), write(&IndexRecord::new(&stored))?),
            self.count_start(version),
        ];
        let own = OwnWrite::Start { key: name_key.clone(), mark, tag: self.tag };
        Ok(self.finish(guards, writes, own, Some((name_key, stored, tags))))
    }

    /// Plans a start that is only counted, with how it ended if that is known.
    pub fn plan_count(
        &self,
        version: Option<VersionNumber>,
        ending: Option<&UnstoredEnding>,
        sequence: u64,
    ) -> Result<Plan> {
        let (kind, value) = match ending {
            Some(ending) => (Kind::UnstoredEnding, write(&UnstoredRecord::new(self.tag, version, ending))?),
            None => (Kind::StartMark, write(&self.tag)?),
        };
        let key = kind.key(self.id(), key::number_suffix(sequence));
        let guards = vec![self.head_guard(), Guard::Absent(key.clone())];
        let writes = vec![self.count_start(version), Write::Put(key.clone(), value)];
        let (tag, has_ending) = (self.tag, ending.is_some());
        let own = if has_ending { OwnWrite::Unstored { key, tag } } else { OwnWrite::StartMark { key, tag } };
        Ok(self.finish(guards, writes, own, None))
    }

    /// Plans another ending of an execution.
    pub fn plan_ending(&self, read: &ReadExecution, ending: Ending) -> Result<Plan> {
        let mut stored = read.stored.clone();
        stored.execution.ending = Some(Box::new(ending));
        self.plan_replacement(read, stored)
    }

    /// Plans a redrive of an execution.
    pub fn plan_redrive(&self, read: &ReadExecution, redrive: Redrive, ending: Option<Ending>) -> Result<Plan> {
        let mut stored = read.stored.clone();
        stored.execution.redrives.push(redrive);
        stored.execution.ending = ending.map(Box::new);
        self.plan_replacement(read, stored)
    }

    fn plan_replacement(&self, read: &ReadExecution, stored: StoredExecution) -> Result<Plan> {
        let key = Kind::Execution.key(self.id(), &stored.execution.name);
        let guards = vec![self.head_guard(), Guard::At(key.clone(), read.generation)];
        let tags = ExecutionTags { last: self.tag, ..read.tags };
        let (old_index, new_index) = (index_key(self.id(), &read.stored), index_key(self.id(), &stored));
        let mut writes = vec![Write::Put(key.clone(), stored.write(tags)?)];
        if old_index != new_index {
            writes.push(Write::Delete(old_index));
        }
        writes.push(Write::Put(new_index, write(&IndexRecord::new(&stored))?));
        let own = OwnWrite::Execution { key: key.clone(), previous: read.generation, tag: self.tag };
        Ok(self.finish(guards, writes, own, Some((key, stored, tags))))
    }

    fn head_guard(&self) -> Guard {
        Guard::At(key::head(self.arn), self.loaded.generation)
    }

    fn count_start(&self, version: Option<VersionNumber>) -> Write {
        Write::Increment(Kind::StartCount.key(self.id(), key::version_suffix(version)))
    }

    fn finish(
        &self,
        guards: Vec<Guard>,
        writes: Vec<Write>,
        own: OwnWrite,
        execution: Option<(Vec<u8>, StoredExecution, ExecutionTags)>,
    ) -> Plan {
        let mut otherwise = vec![Read::Generation(key::head(self.arn))];
        otherwise.extend(execution.iter().map(|(key, ..)| Read::Key(key.clone())));
        let commit = Commit { guards, writes, otherwise };
        Plan { commit, own, after: After::Unchanged, execution, released_revisions: Vec::new() }
    }
}

/// Returns the key of an execution in the index of its list.
pub(crate) fn index_key(id: Id, stored: &StoredExecution) -> Vec<u8> {
    let (kind, time) = match &stored.execution.ending {
        Some(ending) => (Kind::Ended, ending.stopped),
        None => (Kind::Open, stored.execution.last_started()),
    };
    kind.key(id, key::position_suffix(ExecutionPosition { time, sequence: stored.sequence }))
}
