//! The public service type.

use super::call::AfterStart;
use super::call::{Call, NOTHING_CHANGED, RESPONSE_LOST, catch_panic};
use super::operations::{Execute, execute, execute_request};
use super::outcomes::SharedOutcomes;
use crate::command::{EndExecution, read_ending};
use crate::engine::{Context, ending};
use crate::error::Result;
use crate::json::{Json, Reply, SerializeResponse};
use crate::model::{Outcome, Scope};
use crate::options::Options;
use crate::outcomes::{EndingRequest, Outcomes};
use crate::page::PageTokenCodec;
use crate::random::{Rng, WeightedPicker};
use crate::store::{MemoryStore, Session, Store};
use crate::wire::DeserializeRequest;
use crate::wire::input::*;
use crate::wire::output::*;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Separates the seed of names and ids from the seed of routing decisions.
const ID_SEED_MASK: u64 = 0x1D5;

/// An in-process emulator of AWS Step Functions state machines, versions, aliases and executions.
///
/// A clone is cheap and shares the store. [`StepFunctions::in_scope`] returns a clone for another account or
/// region. All methods can be called from several threads.
///
/// Executions are routed and recorded, **not interpreted**: an execution ends as rules ([`Options::outcomes`]), a callback
/// ([`Options::on_start`]) or [`StepFunctions::end_execution`] specify, and is RUNNING until then.
///
/// ```
/// use sfn_alias::StepFunctions;
/// let sfn = StepFunctions::in_memory()?;
/// let reply = sfn.call("ListStateMachines", b"{}");
/// assert_eq!((reply.status, &*reply.body), (200, &br#"{"stateMachines":[]}"#[..]));
/// # Ok::<(), sfn_alias::Error>(())
/// ```
#[derive(Clone)]
pub struct StepFunctions {
    pub(super) inner: Arc<Inner>,
    pub(super) scope: Arc<Scope>,
    pub(super) skips_faults: bool,
}

pub(super) struct Inner {
    pub store: Box<dyn Store>,
    pub options: Options,
    picker: WeightedPicker,
    id_rng: Rng,
    pub outcomes: SharedOutcomes,
    tokens: PageTokenCodec,
}

impl StepFunctions {
    /// Creates an empty service in memory with default options.
    ///
    /// # Errors
    /// [`crate::Error::Entropy`] if the operating system's random number generator fails.
    pub fn in_memory() -> Result<Self> {
        Self::in_memory_with(Options::default())
    }

    /// Creates an empty service in memory.
    ///
    /// # Errors
    /// Like [`StepFunctions::in_memory`].
    pub fn in_memory_with(options: Options) -> Result<Self> {
        Self::with_store(Box::new(MemoryStore::new()?), options)
    }

    /// Opens a service that stores its data in an SQLite file, which is created if it does not exist. Several
    /// processes may open the same file at once.
    ///
    /// # Errors
    /// [`crate::Error::Store`] if the file cannot be opened or was not written by sfn-alias.
    #[cfg(feature = "sqlite")]
    pub fn open(path: impl AsRef<std::path::Path>) -> Result<Self> {
        Self::open_with(path, Options::default())
    }

    /// Like [`StepFunctions::open`], with options.
    ///
    /// # Errors
    /// Like [`StepFunctions::open`].
    #[cfg(feature = "sqlite")]
    pub fn open_with(path: impl AsRef<std::path::Path>, options: Options) -> Result<Self> {
        Self::with_store(Box::new(crate::store::SqliteStore::open(path.as_ref())?), options)
    }

    /// Like [`StepFunctions::open_with`], but locks the file exclusively and serves reads from memory. Suitable
    /// for a server.
    ///
    /// # Errors
    /// Like [`StepFunctions::open`], and [`crate::Error::Store`] if another process has the file open.
    #[cfg(feature = "sqlite")]
    pub fn open_exclusive(path: impl AsRef<std::path::Path>, options: Options) -> Result<Self> {
        Self::with_store(Box::new(crate::store::CachedStore::open(path.as_ref())?), options)
    }

    /// Creates a service on a store that the caller provides.
    ///
    /// # Errors
    /// Like [`StepFunctions::in_memory`].
    pub fn with_store(store: Box<dyn Store>, options: Options) -> Result<Self> {
        let tokens = PageTokenCodec::new(store.token_key());
        let (picker, id_rng) = match options.seed {
            Some(seed) => {
                let id_seed = seed ^ ID_SEED_MASK ^ store.next_session_number()?.rotate_right(16);
                (WeightedPicker::new(seed), Rng::new(id_seed))
            }
            None => (WeightedPicker::from_entropy()?, Rng::from_entropy()?),
        };
        let outcomes = SharedOutcomes::new(options.outcomes.clone(), options.seed)?;
        let inner = Inner { store, options, picker, id_rng, outcomes, tokens };
        Ok(Self { inner: Arc::new(inner), scope: Arc::default(), skips_faults: false })
    }

    /// Returns the same service in another partition, account or region.
    #[must_use]
    pub fn in_scope(&self, scope: Scope) -> Self {
        Self { inner: Arc::clone(&self.inner), scope: Arc::new(scope), skips_faults: self.skips_faults }
    }

    /// Returns the partition, account and region of this service.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Returns the options of this service.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Executes one AWS JSON 1.0 request and returns the response. `operation` is its name, for example
    /// `CreateStateMachineAlias`. Never panics.
    pub fn call(&self, operation: &str, body: &[u8]) -> Reply {
        Reply::from_result(self.call_from(operation, body, &Json))
    }

    /// Like [`StepFunctions::call`], for JSON bytes or values of another programming language. `serializer` creates
    /// the response: [`Json`] bytes, or values of that language.
    ///
    /// # Errors
    /// The error that AWS would return, or [`crate::Error::Store`].
    pub fn call_from<K: SerializeResponse>(
        &self,
        operation: &str,
        source: &(impl DeserializeRequest + ?Sized),
        serializer: &K,
    ) -> Result<K::Output> {
        catch_panic(NOTHING_CHANGED, || {
            self.with_call(self.after_start(), |call| execute_request(operation.parse()?, source, serializer, call))
        })
    }

    /// Deletes all state machines of all partitions, accounts and regions, with their versions, aliases, executions and
    /// tags, in one commit. With a seed, routing, outcomes and faults start again from the seed. Faults of
    /// the first calls count again. Ids continue, so that no id repeats.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    ///
    /// ```
    /// use sfn_alias::StepFunctions;
    /// let sfn = StepFunctions::in_memory()?;
    /// let definition = r#"{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"#;
    /// let create = format!(r#"{{"name": "orders", "roleArn": "arn:aws:iam::123456789012:role/orders", "definition": "{definition}"}}"#);
    /// assert_eq!(sfn.call("CreateStateMachine", create.as_bytes()).status, 200);
    /// sfn.reset()?;
    /// assert_eq!(&*sfn.call("ListStateMachines", b"{}").body, br#"{"stateMachines":[]}"#);
    /// # Ok::<(), sfn_alias::Error>(())
    /// ```
    pub fn reset(&self) -> Result<()> {
        self.delete_all(None)?;
        if let Some(seed) = self.inner.options.seed {
            self.inner.picker.reseed(seed);
        }
        self.inner.outcomes.reset(self.inner.options.seed);
        Ok(())
    }

    /// Like [`StepFunctions::reset`], but only for the account of this service, in all partitions and regions. Routing
    /// continues.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub fn reset_account(&self) -> Result<()> {
        self.delete_all(Some(self.scope.account()))
    }

    fn delete_all(&self, account: Option<&str>) -> Result<()> {
        catch_panic(NOTHING_CHANGED, || {
            let mut batch = self.inner.store.begin_batch()?;
            self.new_call(&mut *batch, &self.scope, AfterStart::Nothing).delete_all(account)?;
            batch.commit()
        })
    }

    /// Sets how an execution ends, and after which time. Until then it is RUNNING. This is not an operation of AWS.
    /// Idempotent: repeating the request returns the existing ending. An ending in the future is replaced.
    ///
    /// # Errors
    /// [`crate::Error::ExecutionDoesNotExist`], [`crate::Error::InvalidEnding`] if the execution has ended with another
    /// outcome or if the outcome is not valid (an output up to 256 KiB of JSON, an error up to 256 and a cause up to 32,768
    /// characters), [`crate::Error::ArnPrefix`] and [`crate::Error::ArnType`] for other ARNs, or [`crate::Error::Store`].
    pub fn end_execution(&self, execution_arn: &str, outcome: Outcome, after: Duration) -> Result<EndExecutionOutput> {
        catch_panic(NOTHING_CHANGED, || {
            let command = EndExecution::parse(execution_arn, outcome, after, &self.inner.options.limits)?;
            self.with_call(AfterStart::Nothing, |call| {
                call.write(&command.execution.state_machine_arn, |context| ending::end(&command, context))
            })
        })
    }

    /// Like [`StepFunctions::end_execution`], for JSON bytes or values of another programming language. The request has the
    /// members `executionArn`, `status` (SUCCEEDED, FAILED or TIMED_OUT), `output` (any value), `error`, `cause` and `after`
    /// (`500ms`, `2s`, `5m`, `1h`, or a number of seconds).
    ///
    /// # Errors
    /// Like [`StepFunctions::end_execution`], [`crate::Error::Malformed`] for values that JSON does not
    /// have, and [`crate::Error::InvalidEnding`] for a text that is not JSON and for members that are unknown, not valid or exclude each other.
    ///
    /// ```
    /// use sfn_alias::{Json, StepFunctions};
    /// let sfn = StepFunctions::in_memory()?;
    /// let request = br#"{"executionArn": "arn:aws:states:us-east-1:000000000000:execution:orders:1", "causes": "?"}"#;
    /// let error = sfn.end_execution_from(&request[..], &Json).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "cannot end the execution: `/causes`: unknown member `causes`; did you mean `cause`?",
    /// );
    /// # Ok::<(), sfn_alias::Error>(())
    /// ```
    pub fn end_execution_from<K: SerializeResponse>(
        &self,
        source: &(impl DeserializeRequest + ?Sized),
        serializer: &K,
    ) -> Result<K::Output> {
        catch_panic(NOTHING_CHANGED, || {
            let EndingRequest { execution_arn, outcome, after } = read_ending(source, &self.inner.options.limits)?;
            let output = source.run_without_global_lock(|| self.end_execution(&execution_arn, outcome, after))?;
            catch_panic(RESPONSE_LOST, || serializer.write(&output))
        })
    }

    /// Replaces the rules that decide how executions end, and the faults of operations. Executions that were started before
    /// keep their endings. Faults of the first calls count again.
    ///
    /// ```
    /// use sfn_alias::{Limits, Outcomes, StepFunctions};
    /// let sfn = StepFunctions::in_memory()?;
    /// let rules = r#"{"faults": [{"operation": "ListStateMachines", "error": "ThrottlingException", "first": 2}]}"#;
    /// sfn.set_outcomes(Some(Outcomes::parse(rules, &Limits::default())?));
    /// let statuses = [(); 3].map(|()| sfn.call("ListStateMachines", b"{}").status);
    /// assert_eq!(statuses, [400, 400, 200]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_outcomes(&self, outcomes: Option<Outcomes>) {
        self.inner.outcomes.replace(outcomes.map(Arc::new));
    }

    /// Writes a copy of all data to a new file, while the service is used. The copy is complete, verified and on disk when
    /// this returns. A service that has locked its file ([`StepFunctions::open_exclusive`]) delays writes meanwhile.
    ///
    /// # Errors
    /// [`crate::Error::Store`] if the copy exists or cannot be written, and for a service without a file.
    pub fn back_up(&self, copy: impl AsRef<std::path::Path>) -> Result<()> {
        catch_panic(NOTHING_CHANGED, || self.inner.store.back_up(copy.as_ref()))
    }

    /// Checks that writes can succeed: the files are the ones that were opened, and the last write succeeded. After
    /// a failed write, tries another write, at most once per second.
    ///
    /// # Errors
    /// [`crate::Error::Store`] with the reason why writes fail.
    pub fn check_health(&self) -> Result<()> {
        self.inner.store.check_health()
    }

    fn execute<I: Execute>(&self, input: &I) -> Result<I::Output> {
        catch_panic(NOTHING_CHANGED, || self.with_call(self.after_start(), |call| execute(input, call)))
    }

    /// Runs a call whose transactions are committed one by one.
    pub(super) fn with_call<R>(&self, after_start: AfterStart<'_>, run: impl FnOnce(&mut Call<'_>) -> R) -> R {
        let mut session = &*self.inner.store;
        run(&mut self.new_call(&mut session, &self.scope, after_start))
    }

    fn after_start(&self) -> AfterStart<'_> {
        self.inner.options.on_start.as_ref().map_or(AfterStart::Nothing, AfterStart::Run)
    }

    pub(super) fn new_call<'c>(
        &'c self,
        session: &'c mut dyn Session,
        scope: &'c Scope,
        after_start: AfterStart<'c>,
    ) -> Call<'c> {
        let options = &self.inner.options;
        let context = Context { view: None, now: options.clock.now(), options, tokens: &self.inner.tokens };
        let Inner { picker, id_rng, outcomes, .. } = &*self.inner;
        let skips_faults = self.skips_faults;
        Call { session, context, scope, picker, id_rng, outcomes, skips_faults, after_start, reported: None }
    }
}

/// Defines one method per operation, with the inputs and outputs of AWS.
macro_rules! define_methods {
    ($(
        $(#[$doc:meta])*
        $name:ident $method:ident { $input:ident => $output:ident $($details:tt)* }
    )*) => {
        impl StepFunctions {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!(
                    "[Source of each behaviour](", env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/fidelity/",
                    stringify!($name), ".md).",
                )]
                ///
                /// # Errors
                /// The error that AWS would return, or [`crate::Error::Store`].
                pub fn $method(&self, input: &$input<'_>) -> Result<$output> {
                    self.execute(input).map(Into::into)
                }
            )*
        }
    };
}

crate::for_each_operation!(define_methods);

impl fmt::Debug for StepFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepFunctions").field("scope", &self.scope.arn_prefix()).finish_non_exhaustive()
    }
}
