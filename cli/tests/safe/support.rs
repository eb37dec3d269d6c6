//! The program in a process, and a client that sends raw bytes.

use serde_json::{Value, json};
use sfn_alias::StepFunctions;
use sfn_alias_server::http::{CallMode, Limits, Server as Endpoint, ServerConfig};
use std::io::{BufRead, BufReader, Error, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

pub const PREFIX: &str = "arn:aws:states:us-east-1:000000000000:stateMachine";

pub fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
    let changes_behaviour = |name: &String| name.starts_with("AWS_") || name.starts_with("SFN_ALIAS_");
    for name in std::env::vars().map(|(name, _)| name).filter(changes_behaviour) {
        command.env_remove(name);
    }
    command.args(args).env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    command
}

/// `sfn-alias serve` in a process, on a free port. Dropping it kills the process.
pub struct Server {
    child: Child,
    url: String,
    pub address: SocketAddr,
}

impl Server {
    pub fn start(args: &[&str]) -> Self {
        let mut all = vec!["serve", "--port", "0", "--log", "error"];
        all.extend(args);
        Self::spawn(program(&all))
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("export AWS_ENDPOINT_URL_SFN=").expect("the URL").to_owned();
        let (_, host) = url.split_once("://").unwrap();
        let address = host.replace("localhost", "127.0.0.1").parse().unwrap();
        Self { child, url, address }
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    pub fn take_stderr(&mut self) -> ChildStderr {
        self.child.stderr.take().unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.pid().to_string()]).status().unwrap().success());
    }

    /// Kills the process with SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs `serve` with options that make it fail. Returns its exit code and standard error.
pub fn serve_error(args: &[&str]) -> (i32, String) {
    let output = program(&[&["serve", "--log", "error"], args].concat()).output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// Starts a server in this process, in memory, with the specified limits.
pub fn start_with_limits(limits: Limits) -> SocketAddr {
    start_in_process(ServerConfig {
        limits,
        ..ServerConfig::new(StepFunctions::in_memory().unwrap(), CallMode::InPlace)
    })
}

/// Starts a server in this process.
pub fn start_in_process(config: ServerConfig) -> SocketAddr {
    let (send, receive) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let address = "127.0.0.1:0".parse().unwrap();
            let server = Endpoint::bind(address, config).await.unwrap();
            send.send(server.address()).unwrap();
            server.run(std::future::pending()).await;
        });
    });
    receive.recv().unwrap()
}

pub struct Client(BufReader<TcpStream>);

pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Returns the status, the error code without its namespace, and the message.
    pub fn error(&self) -> (u16, String, String) {
        let body = self.json();
        let code = body["__type"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
        (self.status, code, body["message"].as_str().unwrap_or_default().to_owned())
    }
}

/// Returns the head of a request, without its length.
pub fn head(operation: &str) -> String {
    format!("POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSStepFunctions.{operation}\r\n")
}

/// Returns a complete request.
pub fn request(operation: &str, body: &str) -> String {
    format!("{}content-length: {}\r\n\r\n{body}", head(operation), body.len())
}

impl Client {
    pub fn connect(address: SocketAddr) -> Result<Self> {
        Self::from_stream(TcpStream::connect(address)?)
    }

    pub fn from_stream(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self(BufReader::new(stream)))
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<()> {
        self.0.get_mut().write_all(bytes.as_ref())
    }

    pub fn read_response(&mut self) -> Result<Response> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(Error::other("the connection ended"));
            }
        }
        let lower = head.to_ascii_lowercase();
        let length =
            lower.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |it| it.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(Response { status: lower[9..12].parse().unwrap(), head: lower, body })
    }

    pub fn read_response_within(&mut self, timeout: Duration) -> Result<Response> {
        self.0.get_ref().set_read_timeout(Some(timeout))?;
        self.read_response()
    }

    pub fn send_raw(&mut self, bytes: impl AsRef<[u8]>) -> Result<Response> {
        self.send(bytes)?;
        self.read_response()
    }

    pub fn call(&mut self, operation: &str, body: &Value) -> Result<Response> {
        self.send_raw(request(operation, &body.to_string()))
    }

    #[track_caller]
    pub fn call_ok(&mut self, operation: &str, body: &Value) -> Value {
        let response = self.call(operation, body).unwrap();
        assert_eq!(response.status, 200, "{operation}: {}", String::from_utf8_lossy(&response.body));
        response.json()
    }

    /// Returns whether the server has closed the connection without sending more.
    /// Reads lines, without their ends.
    pub fn read_lines(&mut self, count: usize) -> Vec<String> {
        (&mut self.0).lines().take(count).map(Result::unwrap).collect()
    }

    pub fn is_closed(&mut self) -> bool {
        self.0.read(&mut [0]).map_or(true, |read| read == 0)
    }
}

pub fn create_machine_request(name: &str) -> Value {
    let definition = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;
    json!({"name": name, "definition": definition, "roleArn": "arn:aws:iam::000000000000:role/r", "publish": true})
}

pub fn start_request(machine: &str, name: &str, input: &Value) -> Value {
    json!({"stateMachineArn": format!("{PREFIX}:{machine}"), "name": name, "input": input.to_string()})
}

/// Returns a request for an alias of `orders` that routes everything to version 1.
pub fn create_alias_request(name: &str, description: &str) -> Value {
    let routing = json!([{"stateMachineVersionArn": format!("{PREFIX}:orders:1"), "weight": 100}]);
    json!({"name": name, "description": description, "routingConfiguration": routing})
}

pub fn alias_arn_request(name: &str) -> Value {
    json!({"stateMachineAliasArn": format!("{PREFIX}:orders:{name}")})
}
