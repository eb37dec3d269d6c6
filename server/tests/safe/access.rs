//! Signed requests on a socket: who reaches what.

use crate::signatures::{Profile, profiles, written};
use crate::support::{Client, Server, head, machine};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::{Value, json};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

/// A request that a profile signs now.
pub fn signed(who: &Profile, operation: &str, body: &str) -> String {
    signed_with(who, operation, body, None)
}

/// The same with the header `X-Amz-Content-Sha256`, where one is given.
fn signed_with(who: &Profile, operation: &str, body: &str, hash: Option<&str>) -> String {
    let identity = Credentials::new(&*who.aws_access_key_id, &*who.aws_secret_access_key, None, None, "test").into();
    let params = v4::SigningParams::builder().identity(&identity).region("us-east-1").name("states");
    let params = params.time(SystemTime::now()).settings(SigningSettings::default()).build().unwrap().into();
    let target = format!("AWSStepFunctions.{operation}");
    let declared = hash.map(|hash| ("x-amz-content-sha256", hash));
    let headers = [("host", "localhost"), ("x-amz-target", &*target)].into_iter().chain(declared);
    let payload = hash.map_or(SignableBody::Bytes(body.as_bytes()), |hash| SignableBody::Precomputed(hash.to_owned()));
    let request = SignableRequest::new("POST", "http://localhost/", headers, payload);
    let (instructions, _) = sign(request.unwrap(), &params).unwrap().into_parts();
    let headers = instructions.headers().chain(declared);
    let added: String = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{}{added}content-length: {}\r\n\r\n{body}", head(operation), body.len())
}

fn server(args: &[&str]) -> (Server, Vec<Profile>, tempfile::NamedTempFile) {
    let profiles = profiles();
    let file = written(&profiles);
    let server = Server::start(&[args, &["--credentials", file.path().to_str().unwrap()]].concat());
    (server, profiles, file)
}

fn call(client: &mut Client, who: &Profile, operation: &str, body: &Value) -> (u16, Value) {
    let answer = client.raw(signed(who, operation, &body.to_string())).unwrap();
    (answer.status, answer.json())
}

#[test]
fn a_principal_reaches_its_own_account_and_no_other() {
    let (server, who, _file) = server(&[]);
    let (alice, digits) = (&who[0], &who[1]);
    let mut client = server.client();
    let (_, made) = call(&mut client, alice, "CreateStateMachine", &machine("orders"));
    let arn = made["stateMachineArn"].as_str().unwrap().to_owned();
    assert_eq!(arn, "arn:aws:states:us-east-1:111122223333:stateMachine:orders");
    let unknown = |arn: &str| {
        let text = format!("State Machine Does Not Exist: '{arn}'");
        (400, json!({"__type": "com.amazonaws.swf.service.v2.model#StateMachineDoesNotExist", "message": text}))
    };
    assert_eq!(call(&mut client, digits, "DescribeStateMachine", &json!({"stateMachineArn": arn})), unknown(&arn));
    assert_eq!(call(&mut client, digits, "ListStateMachines", &json!({})), (200, json!({"stateMachines": []})));
    // The other's key looks like this account, and it is not the other's.
    let (_, made) = call(&mut client, digits, "CreateStateMachine", &machine("orders"));
    assert_eq!(made["stateMachineArn"], "arn:aws:states:us-east-1:222233334444:stateMachine:orders");
    let routing = json!([{"stateMachineVersionArn": format!("{arn}:1"), "weight": 100}]);
    let (status, _) =
        call(&mut client, digits, "CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": routing}));
    assert_eq!(status, 400);
    for operation in ["DeleteStateMachine", "StartExecution", "UpdateStateMachine", "ListStateMachineVersions"] {
        let (_, answer) = call(&mut client, digits, operation, &json!({"stateMachineArn": arn}));
        assert!(answer.get("executionArn").is_none() && answer.get("updateDate").is_none(), "{operation}: {answer}");
    }
    assert_eq!(
        call(&mut client, alice, "DescribeStateMachine", &json!({"stateMachineArn": arn})).1["status"],
        "ACTIVE"
    );
}

#[test]
fn who_does_not_sign_is_refused_before_the_body_is_there() {
    let (server, who, _file) = server(&[]);
    let mut client = server.client();
    let answer = client.raw(crate::support::request("ListStateMachines", "{}")).unwrap();
    let refused = (400, "MissingAuthenticationTokenException".to_owned(), "Missing Authentication Token".to_owned());
    assert_eq!(answer.error(), refused);
    // The connection is still good: the body was read to its end.
    assert_eq!(call(&mut client, &who[0], "ListStateMachines", &json!({})), (200, json!({"stateMachines": []})));
}

/// Where the body's hash is signed, a wrong signature is refused while the body has not come, and a body that has
/// another hash is refused when it has.
#[test]
fn a_signature_with_a_hash_is_checked_before_the_body() {
    const HASH: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let (server, who, _file) = server(&[]);
    let request = signed_with(&who[0], "ListStateMachines", "{}", Some(HASH));
    let mut client = server.client();
    assert_eq!(client.raw(&request).unwrap().json(), json!({"stateMachines": []}));
    let answer = client.raw(request.replace("{}", "[]")).unwrap();
    assert_eq!((answer.status, answer.error().1), (400, "InvalidSignatureException".to_owned()));
    let (begin, signature) = request.split_once("Signature=").unwrap();
    let head =
        format!("{begin}Signature={}{}", "0".repeat(64), &signature[64..]).replace("length: 2", "length: 1000000");
    let answer = server.client().raw(head.strip_suffix("{}").unwrap()).unwrap();
    assert_eq!((answer.status, answer.error().1), (400, "InvalidSignatureException".to_owned()));
}

/// Each name that is signed would be a copy of its header: 6,000 of 30 KB are 180 MB.
#[test]
fn a_header_that_is_signed_many_times_is_refused_at_once() {
    let (server, who, _file) = server(&[]);
    let request = signed(&who[0], "ListStateMachines", "{}");
    let many = format!("SignedHeaders={}", "x;".repeat(6000));
    let request =
        request.replace("SignedHeaders=", &many).replacen("host: ", &format!("x: {}\r\nhost: ", "x".repeat(30_000)), 1);
    let began = Instant::now();
    let answer = server.client().raw(request).unwrap();
    assert_eq!((answer.status, answer.error().1), (400, "InvalidSignatureException".to_owned()));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

/// The address at which this machine is reached from elsewhere, where it has one.
fn outer(port: u16) -> Option<SocketAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("198.51.100.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then(|| SocketAddr::new(address, port))
}

#[test]
fn metrics_are_for_this_machine() {
    const SCRAPE: &str = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";
    for host in ["0.0.0.0", "::"] {
        let (server, _, _file) = server(&["--host", host]);
        let port = server.address.port();
        let inner = Client::to(SocketAddr::new("127.0.0.1".parse().unwrap(), port)).unwrap().raw(SCRAPE).unwrap();
        assert!(inner.body.ends_with(b"# EOF\n"));
        if let Some(address) = outer(port) {
            let answer = Client::to(address).unwrap().raw(SCRAPE).unwrap();
            assert_eq!(answer.body, br#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#);
        }
    }
}
