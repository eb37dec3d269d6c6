//! Tests the access of signed requests through a socket.

use crate::signatures::{Profile, load_profiles, write_credentials};
use crate::support::{Client, Server, create_machine_request, head};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::{Value, json};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

/// Returns a request signed with a profile.
pub fn signed_request(profiles: &Profile, operation: &str, body: &str) -> String {
    signed_request_with_hash(profiles, operation, body, None)
}

/// Returns a signed request, optionally with the header `X-Amz-Content-Sha256`.
fn signed_request_with_hash(profiles: &Profile, operation: &str, body: &str, hash: Option<&str>) -> String {
    let identity =
        Credentials::new(&*profiles.aws_access_key_id, &*profiles.aws_secret_access_key, None, None, "test").into();
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

/// Returns the headers that sign a request of the console without a body.
pub fn sign_read(profile: &Profile, path: &str) -> String {
    let identity = Credentials::new(&*profile.aws_access_key_id, &*profile.aws_secret_access_key, None, None, "test");
    let identity = identity.into();
    let params = v4::SigningParams::builder().identity(&identity).region("us-east-1").name("states");
    let params = params.time(SystemTime::now()).settings(SigningSettings::default()).build().unwrap().into();
    let (uri, headers) = (format!("http://localhost{path}"), [("host", "localhost")].into_iter());
    let request = SignableRequest::new("GET", uri, headers, SignableBody::Bytes(b"")).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();
    instructions.headers().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

pub fn start_server(args: &[&str]) -> (Server, Vec<Profile>, tempfile::NamedTempFile) {
    let profiles = load_profiles();
    let file = write_credentials(&profiles);
    let server = Server::start(&[args, &["--credentials", file.path().to_str().unwrap()]].concat());
    (server, profiles, file)
}

fn call(client: &mut Client, profiles: &Profile, operation: &str, body: &Value) -> (u16, Value) {
    let response = client.send_raw(signed_request(profiles, operation, &body.to_string())).unwrap();
    (response.status, response.json())
}

#[test]
fn principal_can_access_only_its_account() {
    let (server, profiles, _file) = start_server(&[]);
    let (alice, bob) = (&profiles[0], &profiles[1]);
    let mut client = server.client();
    let (_, created) = call(&mut client, alice, "CreateStateMachine", &create_machine_request("orders"));
    let arn = created["stateMachineArn"].as_str().unwrap().to_owned();
    assert_eq!(arn, "arn:aws:states:us-east-1:111122223333:stateMachine:orders");
    let unknown = |arn: &str| {
        let text = format!("State Machine Does Not Exist: '{arn}'");
        (400, json!({"__type": "com.amazonaws.swf.service.v2.model#StateMachineDoesNotExist", "message": text}))
    };
    assert_eq!(call(&mut client, bob, "DescribeStateMachine", &json!({"stateMachineArn": arn})), unknown(&arn));
    assert_eq!(call(&mut client, bob, "ListStateMachines", &json!({})), (200, json!({"stateMachines": []})));
    // The access key id of this principal is the account id of the other one.
    let (_, created) = call(&mut client, bob, "CreateStateMachine", &create_machine_request("orders"));
    assert_eq!(created["stateMachineArn"], "arn:aws:states:us-east-1:222233334444:stateMachine:orders");
    let routing = json!([{"stateMachineVersionArn": format!("{arn}:1"), "weight": 100}]);
    let (status, _) =
        call(&mut client, bob, "CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": routing}));
    assert_eq!(status, 400);
    for operation in ["DeleteStateMachine", "StartExecution", "UpdateStateMachine", "ListStateMachineVersions"] {
        let (_, response) = call(&mut client, bob, operation, &json!({"stateMachineArn": arn}));
        assert!(
            response.get("executionArn").is_none() && response.get("updateDate").is_none(),
            "{operation}: {response}"
        );
    }
    assert_eq!(
        call(&mut client, alice, "DescribeStateMachine", &json!({"stateMachineArn": arn})).1["status"],
        "ACTIVE"
    );
}

#[test]
fn unsigned_request_is_rejected_before_body() {
    let (server, profiles, _file) = start_server(&[]);
    let mut client = server.client();
    let response = client.send_raw(crate::support::request("ListStateMachines", "{}")).unwrap();
    let expected = (400, "MissingAuthenticationTokenException".to_owned(), "Missing Authentication Token".to_owned());
    assert_eq!(response.error(), expected);
    // The connection remains usable, because the body was drained.
    assert_eq!(call(&mut client, &profiles[0], "ListStateMachines", &json!({})), (200, json!({"stateMachines": []})));
}

/// If the hash of the body is signed, a wrong signature is rejected before the body arrives, and a body with another
/// hash after it has arrived.
#[test]
fn signature_with_hash_is_verified_before_body() {
    const HASH: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let (server, profiles, _file) = start_server(&[]);
    let request = signed_request_with_hash(&profiles[0], "ListStateMachines", "{}", Some(HASH));
    let mut client = server.client();
    assert_eq!(client.send_raw(&request).unwrap().json(), json!({"stateMachines": []}));
    let response = client.send_raw(request.replace("{}", "[]")).unwrap();
    assert_eq!((response.status, response.error().1), (400, "InvalidSignatureException".to_owned()));
    let (begin, signature) = request.split_once("Signature=").unwrap();
    let head =
        format!("{begin}Signature={}{}", "0".repeat(64), &signature[64..]).replace("length: 2", "length: 1000000");
    let response = server.client().send_raw(head.strip_suffix("{}").unwrap()).unwrap();
    assert_eq!((response.status, response.error().1), (400, "InvalidSignatureException".to_owned()));
}

/// Each listed name would copy its header: 6,000 copies of 30 KB are 180 MB.
#[test]
fn repeated_signed_header_is_rejected_immediately() {
    let (server, profiles, _file) = start_server(&[]);
    let request = signed_request(&profiles[0], "ListStateMachines", "{}");
    let many = format!("SignedHeaders={}", "x;".repeat(6000));
    let request =
        request.replace("SignedHeaders=", &many).replacen("host: ", &format!("x: {}\r\nhost: ", "x".repeat(30_000)), 1);
    let began = Instant::now();
    let response = server.client().send_raw(request).unwrap();
    assert_eq!((response.status, response.error().1), (400, "InvalidSignatureException".to_owned()));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

/// Returns the public address of this machine, if it has one.
fn public_address(port: u16) -> Option<SocketAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("198.51.100.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then(|| SocketAddr::new(address, port))
}

#[test]
fn metrics_are_available_only_from_this_machine() {
    const SCRAPE: &str = "GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for host in ["0.0.0.0", "::"] {
        let (server, _, _file) = start_server(&["--host", host]);
        let port = server.address.port();
        let response =
            Client::connect(SocketAddr::new("127.0.0.1".parse().unwrap(), port)).unwrap().send_raw(SCRAPE).unwrap();
        assert!(response.body.ends_with(b"# EOF\n"));
        if let Some(address) = public_address(port) {
            let response = Client::connect(address).unwrap().send_raw(SCRAPE).unwrap();
            assert_eq!(response.body, br#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#);
        }
    }
}
