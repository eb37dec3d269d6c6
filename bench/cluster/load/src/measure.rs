//! When clients send requests, and what is measured.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A result with any error.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// When to stop.
#[derive(Clone, Copy)]
pub enum Limit {
    /// After a time.
    Time(Duration),
    /// After a number of requests.
    Requests(u64),
}

impl Limit {
    /// Parses `2s` or `10000`.
    pub fn parse(text: &str) -> Outcome<Self> {
        Ok(match text.strip_suffix('s') {
            Some(seconds) => Self::Time(Duration::from_secs_f64(seconds.parse()?)),
            None => Self::Requests(text.parse()?),
        })
    }
}

/// A run of several clients.
pub struct Plan {
    /// Addresses of the servers, each HOST:PORT.
    pub addresses: Rc<[String]>,
    /// The name of the case.
    pub case: String,
    /// The number of clients.
    pub clients: usize,
    /// A text that differs in each run.
    pub run: String,
    limit: Limit,
}

impl Plan {
    /// Creates a plan.
    pub fn new<'a>(
        addresses: impl Iterator<Item = &'a str>,
        case: &str,
        clients: usize,
        limit: Limit,
    ) -> Outcome<Self> {
        let micros = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
        let (addresses, run) = (addresses.map(str::to_owned).collect(), format!("{micros:x}"));
        Ok(Self { addresses, case: case.to_owned(), clients, run, limit })
    }

    /// Starts the clock.
    pub fn start(&self) -> Rc<Recorder> {
        Rc::new(Recorder { began: Instant::now(), limit: self.limit, begun: Cell::default(), data: RefCell::default() })
    }
}

/// Records the requests of all clients.
pub struct Recorder {
    began: Instant,
    limit: Limit,
    begun: Cell<u64>,
    data: RefCell<Data>,
}

#[derive(Default)]
struct Data {
    micros: Vec<u64>,
    failed: u64,
    unanswered: u64,
    first_failure: Option<String>,
    last_success: Duration,
    longest_gap: Duration,
}

impl Recorder {
    /// Whether a client is to send another request.
    pub fn goes_on(&self) -> bool {
        let begun = self.begun.get();
        self.begun.set(begun.saturating_add(1));
        match self.limit {
            Limit::Time(limit) => self.began.elapsed() < limit,
            Limit::Requests(limit) => begun < limit,
        }
    }

    /// Records a successful request.
    pub fn succeed(&self, sent: Instant) {
        let (mut data, now) = (self.data.borrow_mut(), self.began.elapsed());
        data.longest_gap = data.longest_gap.max(now.saturating_sub(data.last_success));
        data.last_success = now;
        data.micros.push(u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX));
    }

    /// Records a request whose response is an error.
    pub fn fail(&self, text: impl FnOnce() -> String) {
        let mut data = self.data.borrow_mut();
        data.failed = data.failed.saturating_add(1);
        data.first_failure.get_or_insert_with(text);
    }

    /// Records a request without a response.
    pub fn lose(&self) {
        let mut data = self.data.borrow_mut();
        data.unanswered = data.unanswered.saturating_add(1);
    }

    /// Returns the result as JSON. `operations` is the number of operations in a request.
    pub fn finish(&self, operations: u64) -> serde_json::Value {
        let mut data = self.data.borrow_mut();
        let elapsed = self.began.elapsed();
        data.longest_gap = data.longest_gap.max(elapsed.saturating_sub(data.last_success));
        data.micros.sort_unstable();
        let count = data.micros.len();
        let at = |share: f64| data.micros.get((count as f64 * share) as usize).or(data.micros.last()).copied();
        serde_json::json!({
            "operations": (count as u64).saturating_mul(operations),
            "seconds": elapsed.as_secs_f64(),
            "p50": at(0.5), "p99": at(0.99), "max": at(1.0),
            "failed": data.failed, "unanswered": data.unanswered, "failure": data.first_failure,
            "gap": data.longest_gap.as_secs_f64(),
        })
    }
}
