//! The service: validates, decides, commits. Only this module reads the clock and random numbers.

mod contain;
mod operations;
mod requests;
mod statistics;

use crate::engine::{Context, Decision, machine, version};
use crate::error::{Error, Result};
use crate::json::{Json, Reply, SerializeResponse};
use crate::model::{Resource, Scope, Timestamp, parse_arn};
use crate::options::Options;
use crate::page::Tokens;
use crate::picker::WeightedPicker;
use crate::problem::Problem;
use crate::rng::Rng;
use crate::store::{EmptyView, MemoryStore, Store, Transaction, View};
use crate::wire::DeserializeRequest;
use contain::contain;
use requests::{Operate, answer};
pub(crate) use requests::{problems_of, refusal_of};
pub use statistics::{StartCount, Statistics};
use std::fmt;
use std::sync::Arc;

/// Seeds the generator of names and ids independently of the routing generator.
const IDS: u64 = 0x1D5;
/// Number of expired state machines that one create or delete purges.
const PURGE_BATCH: usize = 16;

/// An in-process emulator of AWS Step Functions state machines, versions, aliases and executions.
///
/// Cheap to clone; clones and threads share one store. A clone made by [`StepFunctions::in_scope`] sees
/// the resources of another account or region.
///
/// Executions are routed and recorded, **not interpreted**: an execution stays RUNNING until it is stopped.
///
/// ```
/// use sfn_alias::StepFunctions;
/// let aliases = StepFunctions::in_memory()?;
/// let reply = aliases.call("ListStateMachines", b"{}");
/// assert_eq!((reply.status, &*reply.body), (200, &br#"{"stateMachines":[]}"#[..]));
/// # Ok::<(), sfn_alias::Error>(())
/// ```
#[derive(Clone)]
pub struct StepFunctions {
    inner: Arc<Inner>,
    scope: Arc<Scope>,
}

struct Inner {
    store: Box<dyn Store>,
    options: Options,
    picker: WeightedPicker,
    ids: Rng,
    tokens: Tokens,
}

impl StepFunctions {
    /// Creates an empty service in memory with default options.
    ///
    /// # Errors
    /// [`Error::Entropy`] if the operating system's random number generator fails.
    pub fn in_memory() -> Result<Self> {
        Self::in_memory_with(Options::default())
    }

    /// Creates an empty service in memory.
    ///
    /// # Errors
    /// As [`StepFunctions::in_memory`].
    pub fn in_memory_with(options: Options) -> Result<Self> {
        Self::with_store(Box::new(MemoryStore::new()?), options)
    }

    /// Opens a durable service in an SQLite file, which is created if it does not exist. Several
    /// processes may open the same file at once.
    ///
    /// # Errors
    /// [`Error::Store`] if the file cannot be opened or was not written by sfn-alias.
    #[cfg(feature = "sqlite")]
    pub fn open(path: impl AsRef<std::path::Path>) -> Result<Self> {
        Self::open_with(path, Options::default())
    }

    /// As [`StepFunctions::open`], with options.
    ///
    /// # Errors
    /// As [`StepFunctions::open`].
    #[cfg(feature = "sqlite")]
    pub fn open_with(path: impl AsRef<std::path::Path>, options: Options) -> Result<Self> {
        Self::with_store(Box::new(crate::store::SqliteStore::open(path.as_ref())?), options)
    }

    /// As [`StepFunctions::open_with`], but locks the file exclusively and serves reads from memory: for
    /// a server.
    ///
    /// # Errors
    /// As [`StepFunctions::open`], and [`Error::Store`] if another process has the file open.
    #[cfg(feature = "sqlite")]
    pub fn open_exclusive(path: impl AsRef<std::path::Path>, options: Options) -> Result<Self> {
        Self::with_store(Box::new(crate::store::CachedStore::open(path.as_ref())?), options)
    }

    /// Creates a service on a store that the caller provides.
    ///
    /// # Errors
    /// As [`StepFunctions::in_memory`].
    pub fn with_store(store: Box<dyn Store>, options: Options) -> Result<Self> {
        let tokens = Tokens::new(store.token_key());
        let (picker, ids) = match options.seed {
            Some(seed) => {
                let id_seed = seed ^ IDS ^ store.next_session_number()?.rotate_right(16);
                (WeightedPicker::new(seed), Rng::new(id_seed))
            }
            None => (WeightedPicker::from_entropy()?, Rng::from_entropy()?),
        };
        let inner = Inner { store, options, picker, ids, tokens };
        Ok(Self { inner: Arc::new(inner), scope: Arc::default() })
    }

    /// Returns the same service in another partition, account or region.
    #[must_use]
    pub fn in_scope(&self, scope: Scope) -> Self {
        Self { inner: Arc::clone(&self.inner), scope: Arc::new(scope) }
    }

    /// Returns the partition, account and region of this service.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Returns the options of this service.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Executes one AWS JSON 1.0 request: takes an operation's name and a body, returns a status and a
    /// body. Does not panic on any input.
    pub fn call(&self, operation: &str, body: &[u8]) -> Reply {
        Reply::of(self.try_call(operation, body))
    }

    /// As [`StepFunctions::call`], with the error as an [`Error`].
    ///
    /// # Errors
    /// What AWS would answer, or [`Error::Store`].
    pub fn try_call(&self, operation: &str, body: &[u8]) -> Result<Vec<u8>> {
        self.invoke_on(&*self.inner.store, operation, body)
    }

    /// As [`StepFunctions::try_call`], for requests and answers that are not JSON bytes: the values of another
    /// language.
    ///
    /// # Errors
    /// As [`StepFunctions::try_call`].
    pub fn call_with<K: SerializeResponse>(
        &self,
        operation: &str,
        source: &(impl DeserializeRequest + ?Sized),
        sink: &K,
    ) -> Result<K::Answer> {
        answer(operation.parse()?, source, sink, &self.on(&*self.inner.store))
    }

    /// Executes several requests, in this order, with one commit. Each response is the same as if the
    /// request were alone. If the commit fails, every request gets that error.
    pub fn call_batch(&self, requests: &[(&str, &[u8])]) -> Vec<Reply> {
        let requests: Vec<_> = requests.iter().map(|(operation, body)| (&*self.scope, *operation, *body)).collect();
        self.try_call_batch(&requests).into_iter().map(Reply::of).collect()
    }

    /// As [`StepFunctions::call_batch`], each request in its own scope, with errors as [`Error`]s.
    pub fn try_call_batch(&self, requests: &[(&Scope, &str, &[u8])]) -> Vec<Result<Vec<u8>>> {
        let mut answers = Vec::with_capacity(requests.len());
        let answer_one = |transaction: &dyn Transaction, (scope, operation, body): &(&Scope, &str, &[u8])| {
            contain(|| answer(operation.parse()?, *body, &Json, &self.call_on(transaction, scope)))
        };
        let mut answer_all = |transaction: &dyn Transaction| {
            answers.clear();
            answers.extend(requests.iter().map(|request| answer_one(transaction, request)));
        };
        let committed = contain(|| self.inner.store.batch(&mut answer_all));
        match committed {
            Ok(()) => answers,
            Err(error) => requests.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    /// Whether writes can succeed: the files are those that were opened, and the last write did not fail. After a
    /// failure it tries a write, once a second at most, so that it is well again when the disk is.
    ///
    /// # Errors
    /// [`Error::Store`] with the reason why writes fail.
    pub fn check_health(&self) -> Result<()> {
        self.inner.store.check_health()
    }

    /// As [`crate::validate`], within this service's limits.
    ///
    /// # Errors
    /// As [`crate::validate`].
    pub fn validate(&self, operation: &str, input: &[u8]) -> Result<()> {
        refusal_of(operation.parse()?, input, &self.inner.options.limits)
    }

    /// As [`crate::check`], within this service's limits.
    ///
    /// # Errors
    /// As [`crate::check`].
    pub fn check(&self, operation: &str, input: &[u8]) -> Result<Vec<Problem>> {
        Ok(problems_of(operation.parse()?, input, &self.inner.options.limits))
    }

    /// Returns the number of starts of the unqualified state machine, followed by each of its versions.
    ///
    /// # Errors
    /// [`Error::StateMachineDoesNotExist`] if it does not exist, [`Error::ArnPrefix`] if the
    /// argument is not an ARN, [`Error::Store`].
    pub fn start_counts(&self, state_machine_arn: &str) -> Result<Vec<StartCount>> {
        let arn = parse_arn(state_machine_arn)?;
        if !matches!(arn.resource, Resource::StateMachine { .. }) {
            return Err(Error::StateMachineDoesNotExist { arn: state_machine_arn.to_owned() });
        }
        let call = self.on(&*self.inner.store);
        let counted =
            call.read(state_machine_arn, |view, context| version::starts(view, state_machine_arn, context))?;
        Ok(counted.into_iter().map(|(version, count)| StartCount::new(state_machine_arn, version, count)).collect())
    }

    fn invoke_on(&self, transaction: &dyn Transaction, operation: &str, body: &[u8]) -> Result<Vec<u8>> {
        contain(|| answer(operation.parse()?, body, &Json, &self.on(transaction)))
    }

    fn run<I: Operate>(&self, input: &I) -> Result<I::Output> {
        contain(|| self.on(&*self.inner.store).run(input))
    }

    fn on<'c>(&'c self, transaction: &'c dyn Transaction) -> Call<'c> {
        self.call_on(transaction, &self.scope)
    }

    fn call_on<'c>(&'c self, transaction: &'c dyn Transaction, scope: &'c Scope) -> Call<'c> {
        let options = &self.inner.options;
        let context = Context {
            now: options.clock.now(),
            limits: &options.limits,
            update_delay: options.update_delay,
            deletion_delay: options.deletion_delay,
            tokens: &self.inner.tokens,
        };
        Call { transaction, context, scope, picker: &self.inner.picker, ids: &self.inner.ids }
    }
}

impl fmt::Debug for StepFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepFunctions").field("scope", &self.scope.prefix()).finish_non_exhaustive()
    }
}

/// The context of one call: store, time and scope.
struct Call<'c> {
    transaction: &'c dyn Transaction,
    context: Context<'c>,
    scope: &'c Scope,
    picker: &'c WeightedPicker,
    ids: &'c Rng,
}

impl Call<'_> {
    fn run<I: Operate>(&self, input: &I) -> Result<I::Output> {
        I::run(crate::command::accept(input, self.context.limits)?, self)
    }

    fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Purges up to [`PURGE_BATCH`] deleted state machines.
    fn purge_expired(&self) -> Result<()> {
        for arn in self.transaction.expired_state_machines(self.now(), PURGE_BATCH)? {
            self.transaction.update(&arn, &mut |view| machine::purge_expired(view, &self.context))?;
        }
        Ok(())
    }

    /// Reads a state machine. One of another scope does not exist for this call.
    fn read<R>(&self, machine: &str, look: impl Fn(&dyn View, &Context<'_>) -> Result<R>) -> Result<R> {
        if !self.scope.contains(machine) {
            return look(&EmptyView, &self.context);
        }
        let mut found = None;
        self.transaction.read(machine, &mut |view| {
            found = Some(look(view, &self.context)?);
            Ok(())
        })?;
        found.ok_or_else(not_run)
    }

    /// Decides on a state machine and commits.
    fn write<R>(&self, machine: &str, decide: impl Fn(&dyn View, &Context<'_>) -> Result<Decision<R>>) -> Result<R> {
        if !self.scope.contains(machine) {
            return decide(&EmptyView, &self.context).map(|decision| decision.reply);
        }
        let mut reply = None;
        self.transaction.update(machine, &mut |view| {
            let decision = decide(view, &self.context)?;
            reply = Some(decision.reply);
            Ok(decision.change)
        })?;
        reply.ok_or_else(not_run)
    }
}

/// What a store of the caller's that does not run what it is given leads to.
fn not_run() -> Error {
    Error::Internal { detail: "the store did not run the request".to_owned() }
}
