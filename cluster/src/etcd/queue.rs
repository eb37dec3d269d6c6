//! A queue of calls that share requests: while requests are open, the next calls wait and are sent together.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::runtime::Handle;

use super::failure::{Failure, Kind};
use super::nodes::Nodes;
use crate::engine::EngineError;

/// A call that can share a request with others.
pub(super) trait Call: Sized + Send + 'static {
    type Answer: Send + 'static;
    /// The calls of a request.
    type Group: Group<Self>;

    /// Sends a group and returns an answer for each of its calls, in order.
    fn send(calls: Vec<Self>, nodes: &Nodes, until: Instant) -> impl Future<Output = Answers<Self::Answer>> + Send;

    /// Returns the error for a call without an answer.
    fn error(failure: Failure) -> EngineError;
}

/// Decides which calls can share a request.
pub(super) trait Group<C>: Default {
    /// Adds a call, or returns false if it must be sent with another request.
    fn add(&mut self, call: &C) -> bool;
}

/// Answers of a group, in the order of its calls.
pub(super) type Answers<A> = Vec<Result<A, Failure>>;

/// The queue of a kind of calls.
pub(super) struct Queue<C: Call> {
    nodes: Arc<Nodes>,
    runtime: Handle,
    limit: usize,
    state: Arc<Mutex<State<C>>>,
    next: AtomicU64,
}

struct State<C: Call> {
    open: usize,
    waiting: VecDeque<Ticket<C>>,
}

struct Ticket<C: Call> {
    number: u64,
    call: C,
    until: Instant,
    answer: SyncSender<Result<C::Answer, EngineError>>,
}

impl<C: Call> Queue<C> {
    /// Creates a queue that has up to `limit` requests open.
    pub fn new(nodes: Arc<Nodes>, runtime: Handle, limit: usize) -> Self {
        let state = Arc::new(Mutex::new(State { open: 0, waiting: VecDeque::new() }));
        Self { nodes, runtime, limit, state, next: AtomicU64::new(0) }
    }

    /// Sends a call, alone or with others, and waits for its answer.
    pub fn call(&self, call: C, until: Instant) -> Result<C::Answer, EngineError> {
        let (answer, answers) = mpsc::sync_channel(1);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let ticket = Ticket { number, call, until, answer };
        if let Some(ticket) = self.enqueue(ticket) {
            let (nodes, runtime) = (Arc::clone(&self.nodes), self.runtime.clone());
            let slot = Slot { nodes, runtime, state: Arc::clone(&self.state), is_open: true };
            self.runtime.spawn(send_groups(slot, vec![ticket]));
        }
        match answers.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Disconnected) => {
                Err(C::error(Failure::new(Kind::Unknown, "the engine of etcd ended")))
            }
            Err(RecvTimeoutError::Timeout) if self.remove(number) => {
                Err(EngineError::Unavailable("etcd: earlier requests have no answer in time".to_owned()))
            }
            // The request may have ended at the same time.
            Err(RecvTimeoutError::Timeout) => answers
                .try_recv()
                .unwrap_or_else(|_| Err(C::error(Failure::new(Kind::Unknown, "etcd: no answer in time")))),
        }
    }

    /// Sends a call alone and at once, however many requests are open.
    pub fn call_alone(&self, call: C, until: Instant) -> Result<C::Answer, EngineError> {
        let (answer, answers) = mpsc::sync_channel(1);
        let nodes = Arc::clone(&self.nodes);
        self.runtime.spawn(async move {
            for result in C::send(vec![call], &nodes, until).await {
                send_answer(&answer, result.map_err(C::error));
            }
        });
        let received = answers.recv_timeout(until.saturating_duration_since(Instant::now()));
        received.unwrap_or_else(|_| Err(C::error(Failure::new(Kind::Unknown, "etcd: no answer in time"))))
    }

    /// Returns the ticket if it can be sent now.
    fn enqueue(&self, ticket: Ticket<C>) -> Option<Ticket<C>> {
        let mut state = lock(&self.state);
        if state.open < self.limit {
            state.open += 1;
            return Some(ticket);
        }
        state.waiting.push_back(ticket);
        None
    }

    /// Removes a call that was not sent.
    fn remove(&self, number: u64) -> bool {
        let mut state = lock(&self.state);
        let length = state.waiting.len();
        state.waiting.retain(|ticket| ticket.number != number);
        state.waiting.len() < length
    }
}

/// A request that is open, until this value is dropped.
struct Slot<C: Call> {
    nodes: Arc<Nodes>,
    runtime: Handle,
    state: Arc<Mutex<State<C>>>,
    is_open: bool,
}

impl<C: Call> Slot<C> {
    /// Takes calls that can be sent together. If none wait, the slot is closed.
    fn take_group(&mut self) -> Vec<Ticket<C>> {
        let mut state = lock(&self.state);
        let mut group = C::Group::default();
        let waiting = std::mem::take(&mut state.waiting);
        let (taken, left): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|ticket| group.add(&ticket.call));
        state.waiting = left.into();
        if taken.is_empty() {
            state.open = state.open.saturating_sub(1);
            self.is_open = false;
        }
        taken
    }
}

/// After a panic, the calls that wait are sent nevertheless.
impl<C: Call> Drop for Slot<C> {
    fn drop(&mut self) {
        if self.is_open {
            let (nodes, runtime) = (Arc::clone(&self.nodes), self.runtime.clone());
            let mut next = Self { nodes, runtime, state: Arc::clone(&self.state), is_open: true };
            let group = next.take_group();
            self.runtime.spawn(send_groups(next, group));
        }
    }
}

/// Sends a group, and then groups of the calls that wait.
async fn send_groups<C: Call>(mut slot: Slot<C>, first: Vec<Ticket<C>>) {
    let mut group = first;
    while let Some(until) = group.iter().map(|ticket| ticket.until).max() {
        let (calls, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|ticket| (ticket.call, ticket.answer)).unzip();
        let results = C::send(calls, &slot.nodes, until).await;
        for (result, answer) in results.into_iter().zip(answers) {
            send_answer(&answer, result.map_err(C::error));
        }
        group = slot.take_group();
    }
}

/// The caller may no longer wait.
fn send_answer<A>(answer: &SyncSender<Result<A, EngineError>>, result: Result<A, EngineError>) {
    drop(answer.try_send(result));
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use std::time::Duration;

    use tokio::runtime::{Builder, Runtime};

    use super::*;
    use crate::etcd::{EtcdOptions, EtcdUrl};

    /// What a call of the tests does. The answer is the number of calls of the request.
    #[derive(PartialEq)]
    enum Action {
        Answer,
        Wait(Duration),
        Panic,
    }

    #[derive(Default)]
    struct AllButPanics(Vec<()>);

    impl Group<Action> for AllButPanics {
        fn add(&mut self, call: &Action) -> bool {
            let fits = self.0.is_empty() || *call != Action::Panic;
            self.0.extend(fits.then_some(()));
            fits
        }
    }

    impl Call for Action {
        type Answer = usize;
        type Group = AllButPanics;

        async fn send(calls: Vec<Self>, _nodes: &Nodes, _until: Instant) -> Answers<usize> {
            for call in &calls {
                match call {
                    Self::Answer => {}
                    Self::Wait(time) => tokio::time::sleep(*time).await,
                    Self::Panic => panic!("a call of a test"),
                }
            }
            calls.iter().map(|_| Ok(calls.len())).collect()
        }

        fn error(failure: Failure) -> EngineError {
            failure.into_commit_error()
        }
    }

    fn queue() -> (Queue<Action>, Runtime) {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = EtcdOptions::new(EtcdUrl::parse("etcd://127.0.0.1:1").unwrap());
        (Queue::new(Arc::new(Nodes::new(&options).unwrap()), runtime.handle().clone(), 1), runtime)
    }

    fn after(milliseconds: u64) -> Instant {
        Instant::now() + Duration::from_millis(milliseconds)
    }

    #[test]
    fn calls_that_wait_are_sent_together() {
        let (queue, _runtime) = queue();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| queue.call(Action::Wait(Duration::from_secs(2)), after(10_000)));
            while lock(&queue.state).open == 0 {
                std::thread::yield_now();
            }
            let others: Vec<_> = (0..5).map(|_| scope.spawn(|| queue.call(Action::Answer, after(10_000)))).collect();
            assert_eq!(first.join().unwrap(), Ok(1));
            others.into_iter().for_each(|other| assert_eq!(other.join().unwrap(), Ok(5)));
        });
    }

    #[test]
    fn a_call_that_was_not_sent_in_time_did_nothing() {
        let (queue, _runtime) = queue();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| queue.call(Action::Wait(Duration::from_millis(500)), after(100)));
            while lock(&queue.state).open == 0 {
                std::thread::yield_now();
            }
            let second = queue.call(Action::Answer, after(50));
            assert!(matches!(second, Err(EngineError::Unavailable(_))), "{second:?}");
            assert!(lock(&queue.state).waiting.is_empty());
            let first = first.join().unwrap();
            assert!(matches!(first, Err(EngineError::Unknown(_))), "{first:?}");
        });
        assert_eq!(queue.call(Action::Answer, after(10_000)), Ok(1));
    }

    #[test]
    fn a_panic_does_not_stop_later_calls() {
        let (queue, _runtime) = queue();
        let result = queue.call(Action::Panic, after(10_000));
        assert!(matches!(result, Err(EngineError::Unknown(_))), "{result:?}");
        assert_eq!(queue.call(Action::Answer, after(10_000)), Ok(1));
    }
}
