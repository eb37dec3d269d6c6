//! etcd nodes for tests: one or three on loopback, with data in a temporary folder. Other crates include this file with
//! `#[path]`; it needs the crate `tempfile`.
//!
//! The program is `target/etcd` of the repository (`make -C tools/etcd`), or the one in the environment variable `ETCD`.
#![allow(dead_code, reason = "each test program uses a part")]

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const START_LIMIT: Duration = Duration::from_secs(60);

/// Nodes of one etcd cluster. They end when this value is dropped.
pub struct Nodes {
    nodes: Vec<Node>,
    secure: bool,
    folder: tempfile::TempDir,
}

/// A node, which may have been ended.
pub struct Node {
    /// The port of clients.
    pub port: u16,
    metrics_port: u16,
    arguments: Vec<String>,
    log: PathBuf,
    process: Option<Child>,
}

impl Nodes {
    /// Starts nodes and waits until they are ready.
    pub fn start(count: usize) -> Self {
        Self::start_with(count, &[])
    }

    /// Starts nodes with additional arguments and waits until they are ready. With `--cert-file`, clients use TLS.
    pub fn start_with(count: usize, arguments: &[&str]) -> Self {
        for _ in 0..5 {
            let mut nodes = Self::prepare(count, arguments);
            for index in 0..count {
                nodes.nodes[index].spawn();
            }
            // A node exits if another process took one of its ports.
            if nodes.wait() {
                return nodes;
            }
            eprintln!("{}", std::fs::read_to_string(&nodes.nodes[0].log).unwrap_or_default());
        }
        panic!("etcd did not start");
    }

    fn prepare(count: usize, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secure = arguments.contains(&"--cert-file");
        let ports = find_ports(3 * count);
        let peers = ports[2 * count..].iter().enumerate();
        let members: Vec<String> = peers.map(|(index, port)| format!("n{index}=http://127.0.0.1:{port}")).collect();
        let prepare_node = |index: usize| {
            let (port, metrics_port, peer_port) = (ports[index], ports[count + index], ports[2 * count + index]);
            let mut all = list_arguments(secure, port, metrics_port, peer_port);
            all.extend(["--name".to_owned(), format!("n{index}"), "--data-dir".to_owned()]);
            all.push(folder.path().join(format!("n{index}")).to_string_lossy().into_owned());
            all.extend(["--initial-cluster".to_owned(), members.join(",")]);
            all.extend(arguments.iter().map(ToString::to_string));
            let log = folder.path().join(format!("n{index}.log"));
            Node { port, metrics_port, arguments: all, log, process: None }
        };
        let nodes = (0..count).map(prepare_node).collect();
        Self { nodes, secure, folder }
    }

    fn wait(&mut self) -> bool {
        self.nodes.iter_mut().all(Node::wait)
    }

    /// Returns the URL of all nodes with a prefix of keys.
    pub fn url(&self, prefix: &str) -> String {
        let hosts: Vec<String> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        let scheme = if self.secure { "etcds" } else { "etcd" };
        format!("{scheme}://{}/{prefix}", hosts.join(","))
    }

    /// Returns a node by its index.
    pub fn node(&mut self, index: usize) -> &mut Node {
        &mut self.nodes[index]
    }

    /// Returns the index of the leader, after waiting until there is one.
    pub fn find_leader(&mut self) -> usize {
        let limit = Instant::now() + START_LIMIT;
        loop {
            if let Some(index) = self.nodes.iter().position(Node::is_leader) {
                return index;
            }
            assert!(Instant::now() < limit, "the cluster has no leader");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Returns the temporary folder, for example for other files of the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Node {
    /// Ends the node as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Stops the node (SIGSTOP), so that it accepts connections but does not answer.
    pub fn stop(&self) {
        self.signal("-STOP");
        // The threads stop one after the other, and until then they answer.
        let limit = Instant::now() + START_LIMIT;
        while !self.is_stopped() {
            assert!(Instant::now() < limit, "the node does not stop");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether all threads of the node are stopped. Systems without `/proc` report only the process.
    fn is_stopped(&self) -> bool {
        let pid = self.pid().expect("the node runs").to_string();
        let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
            let output = Command::new("ps").args(["-o", "state=", "-p", &pid]).output().unwrap();
            return output.stdout.trim_ascii_start().starts_with(b"T");
        };
        // The state is after the name, which is in parentheses.
        let is_stopped = |stat: String| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'));
        threads.flatten().all(|thread| std::fs::read_to_string(thread.path().join("stat")).is_ok_and(is_stopped))
    }

    /// Continues a stopped node.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Starts the node again with its data, after it was killed, and waits until it is ready.
    pub fn restart(&mut self) {
        self.kill();
        self.spawn();
        assert!(self.wait(), "{}", std::fs::read_to_string(&self.log).unwrap_or_default());
    }

    /// Returns what the node logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Returns the node's process ID, unless it ended.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Replaces or appends an argument, for the next start.
    pub fn set_argument(&mut self, name: &str, value: &str) {
        match self.arguments.iter().position(|argument| argument == name) {
            Some(index) => value.clone_into(&mut self.arguments[index + 1]),
            None => self.arguments.extend([name.to_owned(), value.to_owned()]),
        }
    }

    /// Starts the process without waiting until it is ready.
    pub fn spawn(&mut self) {
        let program = std::env::var_os("ETCD").map_or_else(default_program, PathBuf::from);
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        let mut command = Command::new(&program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let spawned = command.spawn();
        self.process =
            Some(spawned.unwrap_or_else(|error| panic!("{}: {error}: run `make -C tools/etcd`", program.display())));
    }

    /// Waits until the node answers reads. Returns false if it exits.
    pub fn wait(&mut self) -> bool {
        let limit = Instant::now() + START_LIMIT;
        while !self.is_ready() {
            if self.process.as_mut().is_none_or(|process| process.try_wait().unwrap().is_some()) {
                return false;
            }
            assert!(Instant::now() < limit, "etcd is not ready: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        true
    }

    /// Whether the node answers reads: there is a quorum.
    pub fn is_ready(&self) -> bool {
        self.get("/health?exclude=NOSPACE").is_some_and(|body| body.contains(r#""health":"true""#))
    }

    /// Whether the node is the leader.
    pub fn is_leader(&self) -> bool {
        self.metrics().is_some_and(|text| text.lines().any(|line| line == "etcd_server_is_leader 1"))
    }

    /// Returns the node's metrics in the format of Prometheus.
    pub fn metrics(&self) -> Option<String> {
        self.get("/metrics")
    }

    /// Calls the node's JSON interface, for example to administer users, and returns the response's body.
    pub fn call(&self, path: &str, body: &str) -> String {
        self.call_with(path, body, None).unwrap_or_else(|response| panic!("{path}: {response}"))
    }

    /// The same with the token of a user. Returns the whole response if its status is not 200.
    pub fn call_with(&self, path: &str, body: &str, token: Option<&str>) -> Result<String, String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let header = token.map_or_else(String::new, |token| format!("Authorization: {token}\r\n"));
        let length = body.len();
        write!(stream, "POST {path} HTTP/1.0\r\nContent-Length: {length}\r\n{header}\r\n{body}").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        match response.split_once("\r\n\r\n") {
            Some((head, body)) if head.contains(" 200 ") => Ok(body.to_owned()),
            _ => Err(response),
        }
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.metrics_port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut response = String::new();
        stream.read_to_string(&mut response).ok()?;
        Some(response)
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid().expect("the node runs").to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop((process.kill(), process.wait()));
        }
    }
}

fn list_arguments(secure: bool, port: u16, metrics_port: u16, peer_port: u16) -> Vec<String> {
    let scheme = if secure { "https" } else { "http" };
    let (client, peer) = (format!("{scheme}://127.0.0.1:{port}"), format!("http://127.0.0.1:{peer_port}"));
    let metrics = format!("http://127.0.0.1:{metrics_port}");
    let arguments = [
        ["--listen-client-urls", &client],
        ["--advertise-client-urls", &client],
        ["--listen-peer-urls", &peer],
        ["--initial-advertise-peer-urls", &peer],
        ["--listen-metrics-urls", &metrics],
        ["--log-level", "warn"],
    ];
    arguments.concat().into_iter().map(ToOwned::to_owned).collect()
}

fn default_program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/etcd")
}

/// Returns free ports that no outgoing connection gets while a node is down: they are below the usual ephemeral ports.
fn find_ports(count: usize) -> Vec<u16> {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos();
    let mut next = clock.wrapping_mul(2_654_435_761) ^ std::process::id().wrapping_mul(40_503);
    let mut found: Vec<TcpListener> = Vec::new();
    while found.len() < count {
        next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let port = 12_000 + u16::try_from((next >> 8) % 20_000).unwrap();
        found.extend(TcpListener::bind(("127.0.0.1", port)));
    }
    found.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}
