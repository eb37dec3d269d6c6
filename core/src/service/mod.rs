//! The stored service: validates, decides, commits. Time and chance enter here and nowhere else.

mod census;
mod contain;
mod operations;
mod requests;

use crate::engine::{Context, Decision, machine, version};
use crate::error::{Error, Result};
use crate::json::{Json, Reply, Sink};
use crate::model::{Resource, Scope, Timestamp, parse_arn};
use crate::options::Options;
use crate::page::Tokens;
use crate::problem::Problem;
use crate::router::Router;
use crate::store::{MemoryStore, Nothing, Session, Store, View};
use crate::wire::Source;
pub use census::{Census, Starts};
use contain::contain;
use requests::{Operate, answer};
pub(crate) use requests::{problems_of, refusal_of};
use std::fmt;
use std::sync::Arc;

/// Keeps generated names and ids apart from the draws, so that a seed fixes each by itself.
const IDS: u64 = 0x1D5;
/// So many state machines are cleared up by one that is created or deleted.
const SWEPT: usize = 16;

/// State machines, versions, aliases and executions that answer as AWS does.
///
/// Cheap to clone; clones and threads share one store. A clone made by [`Aliases::in_scope`] sees
/// the resources of another account or region.
///
/// Executions are routed and recorded, **not interpreted**: they stay RUNNING until stopped.
///
/// ```
/// use sfn_alias::Aliases;
/// let aliases = Aliases::in_memory()?;
/// let reply = aliases.call("ListStateMachines", b"{}");
/// assert_eq!((reply.status, &*reply.body), (200, &br#"{"stateMachines":[]}"#[..]));
/// # Ok::<(), sfn_alias::Error>(())
/// ```
#[derive(Clone)]
pub struct Aliases {
    inner: Arc<Inner>,
    scope: Arc<Scope>,
}

struct Inner {
    store: Box<dyn Store>,
    options: Options,
    router: Router,
    ids: Router,
    tokens: Tokens,
}

/// How often a version, or the state machine itself, was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartCount {
    /// The version's number; `None` for starts with the state machine's own ARN.
    pub version: Option<u32>,
    /// Starts since the state machine was created, also of executions no longer kept.
    pub count: u64,
}

impl Aliases {
    /// An empty service in memory, with the default options.
    ///
    /// # Errors
    /// [`Error::Store`] where the operating system has no randomness to give.
    pub fn in_memory() -> Result<Self> {
        Self::in_memory_with(Options::default())
    }

    /// An empty service in memory.
    ///
    /// # Errors
    /// As [`Aliases::in_memory`].
    pub fn in_memory_with(options: Options) -> Result<Self> {
        Self::with_store(Box::new(MemoryStore::new()?), options)
    }

    /// A durable service in an SQLite file, made where there is none. Several processes may open
    /// the same file at once.
    ///
    /// # Errors
    /// [`Error::Store`] when the file cannot be opened or is not one of ours.
    #[cfg(feature = "sqlite")]
    pub fn open(path: impl AsRef<std::path::Path>) -> Result<Self> {
        Self::open_with(path, Options::default())
    }

    /// As [`Aliases::open`], with options.
    ///
    /// # Errors
    /// As [`Aliases::open`].
    #[cfg(feature = "sqlite")]
    pub fn open_with(path: impl AsRef<std::path::Path>, options: Options) -> Result<Self> {
        Self::with_store(Box::new(crate::store::SqliteStore::open(path.as_ref())?), options)
    }

    /// As [`Aliases::open_with`], but the file is this process's alone as long as it is open, and all
    /// that is in it is read from memory: for a server.
    ///
    /// # Errors
    /// As [`Aliases::open`], and [`Error::Store`] when another process has the file open.
    #[cfg(feature = "sqlite")]
    pub fn open_exclusive(path: impl AsRef<std::path::Path>, options: Options) -> Result<Self> {
        Self::with_store(Box::new(crate::store::CachedStore::open(path.as_ref())?), options)
    }

    /// A service on a store of the caller's.
    ///
    /// # Errors
    /// As [`Aliases::in_memory`].
    pub fn with_store(store: Box<dyn Store>, options: Options) -> Result<Self> {
        let tokens = Tokens::new(store.token_key());
        let (router, ids) = match options.seed {
            Some(seed) => (Router::new(seed), Router::new(seed ^ IDS ^ store.occasion()?.rotate_right(16))),
            None => (Router::from_entropy()?, Router::from_entropy()?),
        };
        let inner = Inner { store, options, router, ids, tokens };
        Ok(Self { inner: Arc::new(inner), scope: Arc::default() })
    }

    /// The same service as seen from another partition, account or region.
    #[must_use]
    pub fn in_scope(&self, scope: Scope) -> Self {
        Self { inner: Arc::clone(&self.inner), scope: Arc::new(scope) }
    }

    /// The partition, account and region that calls run in.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The options it was made with.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// One AWS JSON 1.0 request: an operation's name and a body in, a status and a body out.
    /// Never panics, whatever comes in.
    pub fn call(&self, operation: &str, body: &[u8]) -> Reply {
        Reply::of(self.invoke(operation, body))
    }

    /// As [`Aliases::call`], with the refusal as an [`Error`].
    ///
    /// # Errors
    /// What AWS would answer, or [`Error::Store`].
    pub fn invoke(&self, operation: &str, body: &[u8]) -> Result<Vec<u8>> {
        self.invoke_on(&*self.inner.store, operation, body)
    }

    /// As [`Aliases::invoke`], for requests and answers that are not JSON bytes: the values of another
    /// language.
    ///
    /// # Errors
    /// As [`Aliases::invoke`].
    pub fn invoke_with<K: Sink>(
        &self,
        operation: &str,
        source: &(impl Source + ?Sized),
        sink: &K,
    ) -> Result<K::Answer> {
        answer(operation.parse()?, source, sink, &self.on(&*self.inner.store))
    }

    /// Many requests with one commit, for writers that come at the same time. Each is answered as
    /// if it had come alone, in this order. When the commit fails, all are answered with the failure.
    pub fn call_many(&self, requests: &[(&str, &[u8])]) -> Vec<Reply> {
        let requests: Vec<_> = requests.iter().map(|(operation, body)| (&*self.scope, *operation, *body)).collect();
        self.invoke_many(&requests).into_iter().map(Reply::of).collect()
    }

    /// As [`Aliases::call_many`], each request in a scope of its own, with refusals as [`Error`]s.
    pub fn invoke_many(&self, requests: &[(&Scope, &str, &[u8])]) -> Vec<Result<Vec<u8>>> {
        let mut answers = Vec::with_capacity(requests.len());
        let answer_one = |session: &dyn Session, (scope, operation, body): &(&Scope, &str, &[u8])| {
            contain(|| answer(operation.parse()?, *body, &Json, &self.call_on(session, scope)))
        };
        let mut answer_all = |session: &dyn Session| {
            answers.clear();
            answers.extend(requests.iter().map(|request| answer_one(session, request)));
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

    /// How often each version of a state machine was started, and the state machine itself first.
    ///
    /// # Errors
    /// [`Error::MachineDoesNotExist`] when there is none of that ARN, [`Error::ArnPrefix`] when it
    /// is no ARN, [`Error::Store`].
    pub fn start_counts(&self, state_machine_arn: &str) -> Result<Vec<StartCount>> {
        let arn = parse_arn(state_machine_arn)?;
        if !matches!(arn.resource, Resource::StateMachine { .. }) {
            return Err(Error::MachineDoesNotExist { arn: state_machine_arn.to_owned() });
        }
        let call = self.on(&*self.inner.store);
        let counted =
            call.read(state_machine_arn, |view, context| version::starts(view, state_machine_arn, context))?;
        Ok(counted.into_iter().map(|(version, count)| StartCount { version, count }).collect())
    }

    fn invoke_on(&self, session: &dyn Session, operation: &str, body: &[u8]) -> Result<Vec<u8>> {
        contain(|| answer(operation.parse()?, body, &Json, &self.on(session)))
    }

    fn run<I: Operate>(&self, input: &I) -> Result<I::Output> {
        contain(|| self.on(&*self.inner.store).run(input))
    }

    fn on<'c>(&'c self, session: &'c dyn Session) -> Call<'c> {
        self.call_on(session, &self.scope)
    }

    fn call_on<'c>(&'c self, session: &'c dyn Session, scope: &'c Scope) -> Call<'c> {
        let options = &self.inner.options;
        let context = Context {
            now: options.clock.now(),
            limits: &options.limits,
            update_delay: options.update_delay,
            deletion_delay: options.deletion_delay,
            tokens: &self.inner.tokens,
        };
        Call { session, context, scope, router: &self.inner.router, ids: &self.inner.ids }
    }
}

impl fmt::Debug for Aliases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aliases").field("scope", &self.scope.prefix()).finish_non_exhaustive()
    }
}

/// One call: where it reads and writes, when it is, whose it is.
struct Call<'c> {
    session: &'c dyn Session,
    context: Context<'c>,
    scope: &'c Scope,
    router: &'c Router,
    ids: &'c Router,
}

impl Call<'_> {
    fn run<I: Operate>(&self, input: &I) -> Result<I::Output> {
        I::run(crate::command::accept(input, self.context.limits)?, self)
    }

    fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Clears up what is left of deleted state machines, some at a time.
    fn sweep(&self) -> Result<()> {
        for arn in self.session.gone(self.now(), SWEPT)? {
            self.session.update(&arn, &mut |view| machine::sweep(view, &self.context))?;
        }
        Ok(())
    }

    /// Looks at a state machine; one of another scope is as if it were not there.
    fn read<R>(&self, machine: &str, look: impl Fn(&dyn View, &Context<'_>) -> Result<R>) -> Result<R> {
        if !self.scope.contains(machine) {
            return look(&Nothing, &self.context);
        }
        let mut found = None;
        self.session.read(machine, &mut |view| {
            found = Some(look(view, &self.context)?);
            Ok(())
        })?;
        found.ok_or_else(not_run)
    }

    /// Decides on a state machine and commits.
    fn write<R>(&self, machine: &str, decide: impl Fn(&dyn View, &Context<'_>) -> Result<Decision<R>>) -> Result<R> {
        if !self.scope.contains(machine) {
            return decide(&Nothing, &self.context).map(|decision| decision.reply);
        }
        let mut reply = None;
        self.session.update(machine, &mut |view| {
            let decision = decide(view, &self.context)?;
            reply = Some(decision.reply);
            Ok(decision.change)
        })?;
        reply.ok_or_else(not_run)
    }
}

/// What a store of the caller's that does not run what it is given leads to.
fn not_run() -> Error {
    Error::Store { fault: "the store did not run the request".to_owned() }
}
