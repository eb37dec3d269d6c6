//! Reads and runs the vectors of the protocol.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Request, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sfn_alias::{Clock, Limits, Options, Outcomes, Scope, StepFunctions, Timestamp};
use sfn_alias_server::protocol::{App, HostName};
use sfn_alias_vectors::{expand, first_difference, substitute};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A vector.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    pub name: String,
    pub behaviour: String,
    pub source: Source,
    #[serde(default)]
    pub options: VectorOptions,
    #[serde(default)]
    pub given: Vec<Step>,
    pub request: RequestSpec,
    pub response: ResponseSpec,
}

/// The source of a behaviour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub kind: String,
    pub basis: String,
}

/// Options that differ from the defaults.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct VectorOptions {
    pub request_bytes: Option<usize>,
    pub deletion_delay_seconds: u64,
    /// Rules that decide how executions end.
    pub outcomes: Option<Value>,
    /// The host names of the endpoint.
    pub allowed_hosts: Vec<String>,
}

/// A request before the tested one, and its expected response. The default is status 200.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub request: RequestSpec,
    pub response: Option<ResponseSpec>,
    /// Seconds before the request, in addition to one second.
    #[serde(default)]
    pub after: i64,
    #[serde(default)]
    pub save: HashMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestSpec {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    /// A string is sent unchanged, other values as JSON.
    pub body: Value,
    /// `gzip`: compresses the body; `gzip-cut`: and removes the last ten bytes.
    pub pack: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseSpec {
    pub status: u16,
    /// The headers to compare; `null` for a header that must be absent.
    pub headers: BTreeMap<String, Value>,
    /// A string is the exact body, other values are matched as JSON.
    pub body: Value,
}

/// Loads all vectors, in the order of the files.
pub fn load() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/protocol");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: std::path::PathBuf| -> Vec<Vector> {
        let text = std::fs::read_to_string(&path).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.into_iter().flat_map(read).collect()
}

impl Vector {
    /// Returns the operations of its requests.
    pub fn targets(&self) -> Vec<String> {
        let requests = self.given.iter().map(|step| &step.request).chain([&self.request]);
        let target = |spec: &RequestSpec| Some(spec.headers.get("X-Amz-Target")?.split('.').nth(1)?.to_owned());
        requests.filter_map(target).collect()
    }
}

/// 2025-04-09T20:23:57Z, as in the other vectors.
const START_MILLIS: i64 = 1_744_230_237_000;

struct Runner {
    app: App,
    now: Arc<AtomicI64>,
    saved: Map<String, Value>,
    request_ids: BTreeSet<String>,
}

/// Runs a vector. The error describes the difference.
pub fn run(vector: &Vector) -> Result<(), String> {
    let mut runner = Runner::new(&vector.options);
    for (index, step) in vector.given.iter().enumerate() {
        runner.step(step).map_err(|difference| format!("given {index}: {difference}"))?;
    }
    let last = Step {
        request: vector.request.clone(),
        response: Some(vector.response.clone()),
        after: 0,
        save: HashMap::new(),
    };
    runner.step(&last)
}

impl Runner {
    fn new(vector_options: &VectorOptions) -> Self {
        let now = Arc::new(AtomicI64::new(START_MILLIS));
        let clock = Arc::clone(&now);
        let limits = Limits::default();
        let outcomes = vector_options.outcomes.as_ref();
        let outcomes = outcomes.map(|rules| Outcomes::parse(&rules.to_string(), &limits).unwrap());
        let options = Options {
            outcomes,
            limits: Limits { request_bytes: vector_options.request_bytes.unwrap_or(limits.request_bytes), ..limits },
            deletion_delay: Duration::from_secs(vector_options.deletion_delay_seconds),
            clock: Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst))),
            ..Options::default()
        };
        let scope = Scope::new("aws", "123456789012", "us-east-1").unwrap();
        let allowed_hosts = vector_options.allowed_hosts.iter().map(|name| name.parse::<HostName>().unwrap()).collect();
        let service = StepFunctions::in_memory_with(options).unwrap().in_scope(scope);
        let app = App::new(service).with_allowed_hosts(allowed_hosts);
        Self { app, now, saved: Map::new(), request_ids: BTreeSet::new() }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        self.now.fetch_add(1000 * (1 + step.after), Ordering::SeqCst);
        let response = self.app.handle(self.request(&step.request));
        if let Some(id) = response.headers().get("x-amzn-requestid") {
            assert!(self.request_ids.insert(id.to_str().unwrap().to_owned()), "duplicate request id");
        }
        match &step.response {
            Some(expected) => self.compare(expected, &response)?,
            None if response.status() == 200 => {}
            None => return Err(format!("unexpected response {response:?}")),
        }
        for (name, pointer) in &step.save {
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            self.saved.insert(name.clone(), body.pointer(pointer).expect("the value to save").clone());
        }
        Ok(())
    }

    fn request(&self, spec: &RequestSpec) -> Request<Bytes> {
        let mut request = Request::builder().method(&*spec.method).uri(&*spec.path);
        for (name, value) in &spec.headers {
            request = request.header(name, value);
        }
        let body = match self.substitute(&spec.body) {
            Value::String(text) => text.into_bytes(),
            other => other.to_string().into_bytes(),
        };
        request.body(compress(body, spec.pack.as_deref()).into()).unwrap()
    }

    fn substitute(&self, value: &Value) -> Value {
        expand(&substitute(value, &self.saved))
    }

    fn compare(&self, expected: &ResponseSpec, response: &Response<Bytes>) -> Result<(), String> {
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        let received = || format!("{} {:?} {body}", response.status(), response.headers());
        let header = |name: &String| response.headers().get(name).map(|value| json!(value.to_str().unwrap()));
        for (name, value) in &expected.headers {
            if first_difference(value, &header(name).unwrap_or_default()).is_some() {
                return Err(format!("header {name}: expected {value}, received {}", received()));
            }
        }
        if response.status() != expected.status {
            return Err(format!("expected {}, received {}", expected.status, received()));
        }
        let expected_body = self.substitute(&expected.body);
        let received_body = if expected_body.is_string() { json!(body) } else { serde_json::from_str(&body).unwrap() };
        match first_difference(&expected_body, &received_body) {
            None => Ok(()),
            Some(place) => Err(format!("at {place}\n  expected {expected_body}\n  received {}", received())),
        }
    }
}

fn compress(body: Vec<u8>, pack: Option<&str>) -> Vec<u8> {
    match pack {
        None => body,
        Some("gzip") => gzip(&body),
        Some("gzip-cut") => {
            let mut packed = gzip(&body);
            packed.truncate(packed.len() - 10);
            packed
        }
        Some(other) => panic!("unknown value of `pack`: `{other}`"),
    }
}

/// Compresses bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
