//! A store in memory. One lock, held for microseconds; what it holds is gone with it.

use super::{Change, Decide, NamedAlias, RevisionOf, Session, Store, View, Which};
use crate::error::{Error, Result};
use crate::model::{Alias, Execution, Machine, Revision, Stopped, Timestamp, Version};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard};

/// A store in memory.
pub struct MemoryStore {
    state: RwLock<State>,
    occasions: AtomicU64,
    token_key: [u8; 32],
}

#[derive(Default)]
struct State {
    machines: HashMap<Arc<str>, Box<Entry>>,
    /// The keys of `machines` in order, for lists.
    order: BTreeSet<Arc<str>>,
    /// Those whose deletion has begun.
    deleting: BTreeSet<Arc<str>>,
}

struct Entry {
    machine: Machine,
    current: Arc<Revision>,
    /// In order of number.
    versions: Vec<(Version, Arc<Revision>)>,
    /// Boxed, since most of a table is empty: most state machines have one alias or two.
    aliases: HashMap<Box<str>, Box<Alias>>,
    executions: Executions,
    /// Starts by version; the state machine's own under 0.
    starts: BTreeMap<u32, u64>,
}

/// The latest executions, in the order of their starts.
#[derive(Default)]
struct Executions {
    /// The sequence number of the first in `kept`.
    first: u64,
    kept: VecDeque<(Execution, Arc<Revision>)>,
    by_name: HashMap<Box<str>, u64>,
}

impl MemoryStore {
    /// An empty store.
    ///
    /// # Errors
    /// [`Error::Store`] where the operating system has no randomness for the key of page tokens.
    pub fn new() -> Result<Self> {
        let mut token_key = [0; 32];
        let no_entropy = |error| Error::Store { fault: format!("no randomness to be had: {error}") };
        getrandom::fill(&mut token_key).map_err(no_entropy)?;
        Ok(Self { state: RwLock::default(), occasions: AtomicU64::new(0), token_key })
    }

    fn read_state(&self) -> RwLockReadGuard<'_, State> {
        // A panic under the lock can only come from a caller's closure, before anything is applied.
        self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Shows neither the key nor what is stored.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Session for MemoryStore {
    fn read(&self, machine: &str, look: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        match self.read_state().machines.get(machine) {
            Some(entry) => look(&**entry),
            None => look(&super::Nothing),
        }
    }

    fn update(&self, machine: &str, decide: Decide<'_>) -> Result<()> {
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let change = match state.machines.get_mut(machine) {
            Some(entry) => decide(&**entry)?.and_then(|change| entry.apply(change)),
            None => decide(&super::Nothing)?,
        };
        match change {
            Some(change) => state.apply(machine, change),
            None => Ok(()),
        }
    }

    fn machines(&self, prefix: &str, after: Option<&str>, take: usize) -> Result<Vec<(String, Machine)>> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let state = self.read_state();
        let from = after.map_or(Included(prefix), Excluded);
        let arns = state.order.range::<str, _>((from, Unbounded)).take_while(|arn| arn.starts_with(prefix));
        let found = arns.filter_map(|arn| Some((arn.to_string(), state.machines.get(arn)?.machine.clone())));
        Ok(found.take(take).collect())
    }

    fn gone(&self, now: Timestamp, take: usize) -> Result<Vec<String>> {
        let state = self.read_state();
        let over = |arn: &&Arc<str>| {
            state.machines.get(*arn).is_some_and(|entry| entry.machine.deleted.is_some_and(|gone| gone <= now))
        };
        Ok(state.deleting.iter().filter(over).take(take).map(|arn| arn.to_string()).collect())
    }
}

impl Store for MemoryStore {
    /// There is no commit to share.
    fn batch(&self, work: &mut dyn FnMut(&dyn Session)) -> Result<()> {
        work(self);
        Ok(())
    }

    fn occasion(&self) -> Result<u64> {
        Ok(self.occasions.fetch_add(1, Ordering::Relaxed))
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }
}

impl State {
    /// The changes that make or end a whole entry.
    fn apply(&mut self, arn: &str, change: Change) -> Result<()> {
        match change {
            Change::CreateMachine { machine, revision, version } => {
                let key: Arc<str> = arn.into();
                self.deleting.remove(arn);
                self.order.insert(Arc::clone(&key));
                self.machines.insert(key, Box::new(Entry::new(*machine, revision, version)));
                Ok(())
            }
            Change::DropMachine => {
                self.machines.remove(arn);
                self.order.remove(arn);
                self.deleting.remove(arn);
                Ok(())
            }
            Change::MarkDeleted(gone) => {
                if let Some(entry) = self.machines.get_mut(arn) {
                    entry.machine.deleted = Some(gone);
                    self.deleting.insert(arn.into());
                }
                Ok(())
            }
            _ => Err(Error::Store { fault: format!("a change to a state machine that is not stored: {arn}") }),
        }
    }
}

impl Entry {
    fn new(machine: Machine, revision: Revision, version: Option<Version>) -> Self {
        let mut entry = Self {
            machine,
            current: Arc::new(revision),
            versions: Vec::new(),
            aliases: HashMap::new(),
            executions: Executions::default(),
            starts: BTreeMap::new(),
        };
        version.into_iter().for_each(|version| entry.put_version(version));
        entry
    }

    /// Applies a change within the entry; hands back one that is about the entry itself.
    fn apply(&mut self, change: Change) -> Option<Change> {
        match change {
            Change::PutRevision { revision, version } => {
                self.current = Arc::new(revision);
                self.machine.published = None;
                version.into_iter().for_each(|version| self.put_version(version));
            }
            Change::PutVersion(version) => self.put_version(version),
            Change::DropVersion { number, published } => {
                self.versions.retain(|(version, _)| version.number != number);
                self.machine.published = published;
            }
            Change::PutAlias { name, alias } => drop(self.aliases.insert(name, Box::new(alias))),
            Change::DropAlias { name } => drop(self.aliases.remove(&name)),
            Change::PutTags(tags) => self.machine.tags = tags,
            Change::PutExecution { execution, keep } => self.put_execution(*execution, keep),
            Change::CountStart { version } => self.count(version),
            Change::StopExecution { name, stopped } => self.executions.stop(&name, stopped),
            about_entry @ (Change::CreateMachine { .. } | Change::MarkDeleted(_) | Change::DropMachine) => {
                return Some(about_entry);
            }
        }
        None
    }

    fn put_version(&mut self, version: Version) {
        self.machine.last_version = version.number;
        self.machine.published = Some(version.number);
        let place = self.versions.partition_point(|(earlier, _)| earlier.number < version.number);
        self.versions.insert(place, (version, Arc::clone(&self.current)));
    }

    fn find_version(&self, number: u32) -> Option<&(Version, Arc<Revision>)> {
        let index = self.versions.binary_search_by_key(&number, |(version, _)| version.number).ok()?;
        self.versions.get(index)
    }

    fn put_execution(&mut self, execution: Execution, keep: usize) {
        let revision = match execution.version.and_then(|number| self.find_version(number)) {
            Some((_, revision)) => revision,
            None => &self.current,
        };
        let revision = Arc::clone(revision);
        self.count(execution.version);
        self.executions.put(execution, revision, keep);
    }

    fn count(&mut self, version: Option<u32>) {
        *self.starts.entry(version.unwrap_or_default()).or_default() += 1;
    }
}

impl Executions {
    fn put(&mut self, execution: Execution, revision: Arc<Revision>, keep: usize) {
        let number = self.first + self.kept.len() as u64;
        self.by_name.insert(execution.name.clone(), number);
        self.kept.push_back((execution, revision));
        while self.kept.len() > keep {
            self.first += 1;
            if let Some((dropped, _)) = self.kept.pop_front() {
                self.by_name.remove(&dropped.name);
            }
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).and_then(|number| usize::try_from(number - self.first).ok())
    }

    fn get(&self, name: &str) -> Option<&(Execution, Arc<Revision>)> {
        self.kept.get(self.index(name)?)
    }

    fn stop(&mut self, name: &str, stopped: Stopped) {
        if let Some((execution, _)) = self.index(name).and_then(|index| self.kept.get_mut(index)) {
            execution.stopped = Some(Box::new(stopped));
        }
    }
}

impl View for Entry {
    fn machine(&self) -> Result<Option<Cow<'_, Machine>>> {
        Ok(Some(Cow::Borrowed(&self.machine)))
    }

    fn revision(&self, of: RevisionOf<'_>) -> Result<Option<Arc<Revision>>> {
        Ok(match of {
            RevisionOf::Current => Some(Arc::clone(&self.current)),
            RevisionOf::Version(number) => self.find_version(number).map(|(_, revision)| Arc::clone(revision)),
            RevisionOf::Execution(name) => self.executions.get(name).map(|(_, revision)| Arc::clone(revision)),
        })
    }

    fn version(&self, number: u32) -> Result<Option<Cow<'_, Version>>> {
        Ok(self.find_version(number).map(|(version, _)| Cow::Borrowed(version)))
    }

    fn version_count(&self) -> Result<usize> {
        Ok(self.versions.len())
    }

    fn versions(&self, below: Option<u32>, take: usize) -> Result<Vec<Version>> {
        let end = below.map_or(self.versions.len(), |below| self.versions.partition_point(|(v, _)| v.number < below));
        let found = self.versions.iter().take(end).rev().take(take);
        Ok(found.map(|(version, _)| version.clone()).collect())
    }

    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>> {
        Ok(self.aliases.get(name).map(|alias| Cow::Borrowed(&**alias)))
    }

    fn alias_count(&self) -> Result<usize> {
        Ok(self.aliases.len())
    }

    fn aliases(&self, after: Option<(Timestamp, &str)>, take: usize) -> Result<Vec<NamedAlias<'_>>> {
        let mut found: Vec<_> = self.aliases.iter().map(|(name, alias)| ((alias.created, &**name), alias)).collect();
        found.retain(|(place, _)| after.is_none_or(|after| *place > after));
        found.sort_unstable_by_key(|(place, _)| *place);
        Ok(found.into_iter().take(take).map(|((_, name), alias)| (name.into(), Cow::Borrowed(&**alias))).collect())
    }

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        Ok(self.executions.get(name).map(|(execution, _)| Cow::Borrowed(execution)))
    }

    fn executions(&self, below: Option<u64>, which: Which<'_>, take: usize) -> Result<Vec<(u64, Execution)>> {
        let Executions { first, kept, .. } = &self.executions;
        let end = first + kept.len() as u64;
        let latest_first = (*first..end).rev().zip(kept.iter().rev());
        let found = latest_first.skip_while(|(number, _)| below.is_some_and(|below| *number >= below));
        let found = found.filter(|(_, (execution, _))| which.matches(execution)).take(take);
        Ok(found.map(|(number, (execution, _))| (number, execution.clone())).collect())
    }

    fn starts(&self) -> Result<Vec<(Option<u32>, u64)>> {
        Ok(self.starts.iter().map(|(version, count)| ((*version != 0).then_some(*version), *count)).collect())
    }
}
