//! The connections to the nodes: one is in use until it fails, then the next one.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::uri::PathAndQuery;
use tokio::sync::Mutex;
use tokio::time::timeout_at;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

use super::failure::{Failure, Kind, classify};
use super::options::EtcdOptions;
use super::proto;

const TXN: &str = "/etcdserverpb.KV/Txn";
const COMPACT: &str = "/etcdserverpb.KV/Compact";
const STATUS: &str = "/etcdserverpb.Maintenance/Status";
const AUTHENTICATE: &str = "/etcdserverpb.Auth/Authenticate";

/// etcd closes connections with more frequent pings than every 5 seconds, or with pings while no request is open.
const PING_INTERVAL: Duration = Duration::from_secs(6);
const PING_TIMEOUT: Duration = Duration::from_secs(2);
const CONNECT_TIMEOUT: Duration = Duration::from_millis(800);
/// How long a node that did not answer is avoided, in milliseconds.
const AVOIDED: u64 = 5000;
/// How long a node that did not answer is a part of reasons, in milliseconds.
const REPORTED: u64 = 10_000;
/// A page of executions arrives without waiting for the window.
const WINDOW: u32 = 4 << 20;

/// What authenticates a user: `None` if the cluster has no authentication.
type Token = Option<MetadataValue<Ascii>>;

/// The nodes of a cluster.
#[derive(Debug)]
pub(super) struct Nodes {
    nodes: Vec<Node>,
    start: Instant,
    current: AtomicUsize,
    credentials: Option<proto::AuthenticateRequest>,
    token: Mutex<Option<Token>>,
    full: AtomicBool,
}

#[derive(Debug)]
struct Node {
    host: String,
    endpoint: Endpoint,
    channel: Mutex<Option<Channel>>,
    /// When the node last failed to answer, in milliseconds after `start`, or 0.
    failed: AtomicU64,
}

impl Nodes {
    /// Prepares connections without connecting.
    pub fn new(options: &EtcdOptions) -> Result<Self, String> {
        let tls = build_tls(options)?;
        let hosts = options.url.hosts();
        let nodes: Result<Vec<Node>, String> = hosts.iter().map(|host| Node::new(host, tls.as_ref())).collect();
        let credentials = match (&options.user, &options.password) {
            (Some(name), Some(password)) => {
                Some(proto::AuthenticateRequest { name: name.clone(), password: password.clone() })
            }
            (None, None) => None,
            _ => return Err("a user of etcd needs a password, and a password needs a user".to_owned()),
        };
        // Clients of a cluster start at different nodes.
        let current = AtomicUsize::new(fastrand::usize(..hosts.len().max(1)));
        let start = Instant::now();
        Ok(Self { nodes: nodes?, start, current, credentials, token: Mutex::new(None), full: AtomicBool::new(false) })
    }

    /// Whether the database is full: an alarm was raised, and no put succeeded since.
    pub fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Notes that a put succeeded.
    pub fn clear_full(&self) {
        self.full.store(false, Ordering::Relaxed);
    }

    /// Notes whether the cluster has the alarm for a full database.
    pub async fn check_full(&self, until: Instant) {
        if let Ok(status) = self.status(self.current.load(Ordering::Relaxed), until).await {
            self.full.store(status.errors.iter().any(|error| error.contains("NOSPACE")), Ordering::Relaxed);
        }
    }

    /// Sends a transaction.
    pub async fn txn(&self, request: proto::TxnRequest, until: Instant) -> Result<proto::TxnResponse, Failure> {
        self.call(TXN, request, until).await
    }

    /// Removes the history before a revision.
    pub async fn compact(&self, revision: i64, until: Instant) -> Result<proto::CompactionResponse, Failure> {
        self.call(COMPACT, proto::CompactionRequest { revision }, until).await
    }

    /// Returns the nodes, each as host and port.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| node.host.as_str())
    }

    /// Asks the node with this index for its status.
    pub async fn status(&self, index: usize, until: Instant) -> Result<proto::StatusResponse, Failure> {
        let node = self.nodes.get(index).ok_or_else(no_node)?;
        self.call_node(node, STATUS, proto::StatusRequest {}, until).await
    }

    /// Makes one attempt with the node in use. After a failure of the node, the next call uses the next node.
    async fn call<M, R>(&self, path: &'static str, message: M, until: Instant) -> Result<R, Failure>
    where
        M: prost::Message + Clone + 'static,
        R: prost::Message + Default + 'static,
    {
        let index = self.current.load(Ordering::Relaxed);
        let node = self.nodes.get(index).ok_or_else(no_node)?;
        match self.call_node(node, path, message, until).await {
            Err(failure) if failure.is_of_node() => {
                self.replace_node(index, node, &failure);
                Err(self.explain_majority(failure))
            }
            result => result,
        }
    }

    /// Adds that most nodes did not respond lately: the failure of one node would not be the reason.
    fn explain_majority(&self, failure: Failure) -> Failure {
        let now = self.now();
        let is_failed = |node: &&Node| match node.failed.load(Ordering::Relaxed) {
            0 => false,
            failed => now.saturating_sub(failed) < REPORTED,
        };
        let (failed, all) = (self.nodes.iter().filter(is_failed).count(), self.nodes.len());
        if all == 1 || failed * 2 <= all {
            return failure;
        }
        let most = format!("most of the {all} nodes did not respond in the last {} s", REPORTED / 1000);
        Failure { reason: format!("{} ({most})", failure.reason), ..failure }
    }

    /// Returns the time in milliseconds after `start`, at least 1.
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    /// Chooses the node of the next calls after a failure: the one whose last failure is the longest ago.
    fn replace_node(&self, index: usize, node: &Node, failure: &Failure) {
        let now = self.now();
        if failure.breaks_connection() {
            node.failed.store(now, Ordering::Relaxed);
        }
        let others = (1..self.nodes.len()).map(|step| (index + step) % self.nodes.len());
        let failed = |next: usize| self.nodes.get(next).map_or(0, |node| node.failed.load(Ordering::Relaxed));
        let Some((failed, next)) = others.map(|next| (failed(next), next)).min_by_key(|(failed, _)| *failed) else {
            return;
        };
        // A node that answers that it has no leader is better than one that does not answer.
        if failure.kind == Kind::NotReady && failed > 0 && now - failed.min(now) < AVOIDED {
            return;
        }
        // Fails if another call already replaced the node.
        let _replaced = self.current.compare_exchange(index, next, Ordering::Relaxed, Ordering::Relaxed);
    }

    async fn call_node<M, R>(&self, node: &Node, path: &'static str, message: M, until: Instant) -> Result<R, Failure>
    where
        M: prost::Message + Clone + 'static,
        R: prost::Message + Default + 'static,
    {
        let Some(credentials) = &self.credentials else {
            let result = node.send(path, message, None, until).await;
            return result.map_err(Failure::reject_unauthenticated);
        };
        let token = self.token(credentials, node, None, until).await?;
        let result = node.send(path, message.clone(), token.as_ref(), until).await;
        if result.as_ref().is_err_and(|failure| failure.kind == Kind::Unauthenticated) {
            let token = self.token(credentials, node, Some(token), until).await?;
            return node.send(path, message, token.as_ref(), until).await;
        }
        result
    }

    /// Returns the token of the user. `expired` is a token that is no longer valid.
    async fn token(
        &self,
        credentials: &proto::AuthenticateRequest,
        node: &Node,
        expired: Option<Token>,
        until: Instant,
    ) -> Result<Token, Failure> {
        let timeout = |_| Failure::new(Kind::Unreachable, format!("etcd at {}: timed out", node.host));
        let mut token = timeout_at(until.into(), self.token.lock()).await.map_err(timeout)?;
        match &*token {
            Some(known) if expired.as_ref() != Some(known) => Ok(known.clone()),
            _ => {
                *token = None;
                Ok(token.insert(node.authenticate(credentials, until).await?).clone())
            }
        }
    }
}

impl Node {
    fn new(host: &str, tls: Option<&ClientTlsConfig>) -> Result<Self, String> {
        let explain =
            |error: tonic::transport::Error| format!("cannot connect to etcd at {host}: {}", list_causes(&error));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let endpoint = Endpoint::from_shared(format!("{scheme}://{host}")).map_err(explain)?;
        let mut endpoint = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(2 * WINDOW);
        if let Some(tls) = tls {
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            let tls = tls.clone().domain_name(name.trim_start_matches('[').trim_end_matches(']'));
            endpoint = endpoint.tls_config(tls).map_err(explain)?;
        }
        Ok(Self { host: host.to_owned(), endpoint, channel: Mutex::new(None), failed: AtomicU64::new(0) })
    }

    /// Sends a request and waits for the response. Closes the connection if it may be broken.
    async fn send<M, R>(
        &self,
        path: &'static str,
        message: M,
        token: Option<&MetadataValue<Ascii>>,
        until: Instant,
    ) -> Result<R, Failure>
    where
        M: prost::Message + 'static,
        R: prost::Message + Default + 'static,
    {
        let mut request = Request::new(message);
        // A node without a leader refuses the request before it processes it, but returns its status.
        if path != STATUS {
            request.metadata_mut().insert("hasleader", MetadataValue::from_static("true"));
        }
        if let Some(token) = token {
            request.metadata_mut().insert("token", token.clone());
        }
        let channel = self.connect(until).await?;
        let result = match timeout_at(until.into(), send_unary(channel, path, request)).await {
            Ok(result) => result.map_err(|status| classify(&status, &self.host)),
            Err(_) => Err(Failure::new(Kind::Unknown, format!("etcd at {}: no answer in time", self.host))),
        };
        if result.as_ref().is_err_and(Failure::breaks_connection) {
            *self.channel.lock().await = None;
        }
        result
    }

    /// Returns the connection, which is opened if there is none.
    async fn connect(&self, until: Instant) -> Result<Channel, Failure> {
        let explain = |problem: &str| Failure::new(Kind::Unreachable, format!("etcd at {}: {problem}", self.host));
        let open = async {
            let mut channel = self.channel.lock().await;
            if let Some(channel) = &*channel {
                return Ok(channel.clone());
            }
            let opened = self.endpoint.connect().await.map_err(|error| explain(&list_causes(&error)))?;
            Ok(channel.insert(opened).clone())
        };
        timeout_at(until.into(), open).await.unwrap_or_else(|_| Err(explain("cannot connect in time")))
    }

    async fn authenticate(&self, credentials: &proto::AuthenticateRequest, until: Instant) -> Result<Token, Failure> {
        let sent = self.send(AUTHENTICATE, credentials.clone(), None, until).await;
        let response: proto::AuthenticateResponse = match sent {
            Ok(response) => response,
            Err(failure) if failure.kind == Kind::NoAuthentication => return Ok(None),
            // The request that needs the token was not sent.
            Err(failure) if failure.kind == Kind::Unknown => {
                return Err(Failure { kind: Kind::Unreachable, ..failure });
            }
            Err(failure) => return Err(failure),
        };
        let explain = |_| Failure::new(Kind::Rejected, format!("etcd at {}: the token is not valid", self.host));
        response.token.parse().map(Some).map_err(explain)
    }
}

async fn send_unary<M, R>(channel: Channel, path: &'static str, request: Request<M>) -> Result<R, Status>
where
    M: prost::Message + 'static,
    R: prost::Message + Default + 'static,
{
    let mut client = tonic::client::Grpc::new(channel).max_decoding_message_size(usize::MAX);
    client.ready().await.map_err(|error| Status::from_error(Box::new(tonic::ConnectError(Box::new(error)))))?;
    let codec = tonic_prost::ProstCodec::<M, R>::default();
    Ok(client.unary(request, PathAndQuery::from_static(path), codec).await?.into_inner())
}

fn build_tls(options: &EtcdOptions) -> Result<Option<ClientTlsConfig>, String> {
    let files = options.ca.is_some() || options.certificate.is_some() || options.key.is_some();
    if !options.url.is_secure() {
        let problem = format!("certificates need a URL with `etcds://`; the URL is `{}`", options.url);
        return if files { Err(problem) } else { Ok(None) };
    }
    let mut tls = ClientTlsConfig::new();
    tls = match &options.ca {
        Some(ca) => tls.ca_certificate(Certificate::from_pem(find_certificate(ca, "of the store's CA")?)),
        None => tls.with_native_roots(),
    };
    match (&options.certificate, &options.key) {
        (Some(certificate), Some(key)) => {
            let certificate = find_certificate(certificate, "with the client's certificate")?;
            Ok(Some(tls.identity(Identity::from_pem(certificate, key))))
        }
        (None, None) => Ok(Some(tls)),
        _ => Err("a client certificate needs a key, and a key needs a certificate".to_owned()),
    }
}

fn find_certificate<'a>(pem: &'a [u8], what: &str) -> Result<&'a [u8], String> {
    let begin: &[u8] = b"-----BEGIN CERTIFICATE-----";
    if pem.windows(begin.len()).any(|window| window == begin) {
        return Ok(pem);
    }
    Err(format!("the file {what} has no certificate in PEM format"))
}

fn list_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
        source = error.source();
    }
    text
}

fn no_node() -> Failure {
    Failure::new(Kind::Rejected, "the URL of etcd has no node")
}
