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
            self.runtime.spawn(send_groups(Arc::clone(&self.nodes), Arc::clone(&self.state), vec![ticket]));
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

/// Sends a group, and then groups of the calls that wait.
async fn send_groups<C: Call>(nodes: Arc<Nodes>, state: Arc<Mutex<State<C>>>, first: Vec<Ticket<C>>) {
    let mut group = first;
    while let Some(until) = group.iter().map(|ticket| ticket.until).max() {
        let (calls, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|ticket| (ticket.call, ticket.answer)).unzip();
        let results = C::send(calls, &nodes, until).await;
        for (result, answer) in results.into_iter().zip(answers) {
            send_answer(&answer, result.map_err(C::error));
        }
        group = take_group(&state);
    }
}

/// Takes calls that can be sent together. If none wait, one request less is open.
fn take_group<C: Call>(state: &Mutex<State<C>>) -> Vec<Ticket<C>> {
    let mut state = lock(state);
    let mut group = C::Group::default();
    let waiting = std::mem::take(&mut state.waiting);
    let (taken, left): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|ticket| group.add(&ticket.call));
    state.waiting = left.into();
    if taken.is_empty() {
        state.open = state.open.saturating_sub(1);
    }
    taken
}

/// The caller may no longer wait.
fn send_answer<A>(answer: &SyncSender<Result<A, EngineError>>, result: Result<A, EngineError>) {
    drop(answer.try_send(result));
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
