//! TLS, client certificates, users and roles.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sfn_alias_cluster::engine::{Engine, EngineError, Successor};
use sfn_alias_cluster::etcd::{Compaction, EtcdEngine, EtcdOptions};

use crate::nodes::Nodes;
use crate::support::{commit, key, options, put, soon, value, write};

struct Ca(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key in PEM format.
struct Pair {
    certificate: String,
    key: String,
}

impl Ca {
    fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn sign(&self, name: &str) -> Pair {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        Pair { certificate: params.signed_by(&key, &self.0).unwrap().pem(), key: key.serialize_pem() }
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }
}

/// Starts a node with TLS, which requires client certificates if it has a CA for them.
fn start_with_tls(ca: &Ca, client_ca: Option<&Ca>) -> (Nodes, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let write_file = |name: &str, text: &[u8]| {
        let file: PathBuf = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let server = ca.sign("127.0.0.1");
    let certificate = write_file("server.pem", server.certificate.as_bytes());
    let key = write_file("server.key", server.key.as_bytes());
    let mut arguments = vec!["--cert-file".to_owned(), certificate, "--key-file".to_owned(), key];
    if let Some(ca) = client_ca {
        let file = write_file("clients.pem", &ca.pem());
        arguments.extend(["--client-cert-auth".to_owned(), "--trusted-ca-file".to_owned(), file]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    (Nodes::start_with(1, &arguments), folder)
}

fn connect_tls(nodes: &Nodes, ca: &Ca, pair: Option<&Pair>) -> EtcdEngine {
    let certificate = pair.map(|pair| pair.certificate.clone().into_bytes());
    let key = pair.map(|pair| pair.key.clone().into_bytes());
    EtcdEngine::connect(EtcdOptions { ca: Some(ca.pem()), certificate, key, ..options(&nodes.url("team")) }).unwrap()
}

/// Returns why a commit certainly did nothing.
#[track_caller]
fn unavailable(engine: &EtcdEngine) -> String {
    let result = engine.commit(&commit(vec![], vec![put("k", "no")], vec![]), Instant::now() + Duration::from_secs(2));
    let Err(EngineError::Unavailable(reason)) = result else { panic!("{result:?}") };
    reason
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn tls_trusts_only_the_specified_ca() {
    let (ca, other) = (Ca::new(), Ca::new());
    let (nodes, _folder) = start_with_tls(&ca, None);
    let engine = connect_tls(&nodes, &ca, None);
    write(&engine, vec![put("k", "yes")]);
    assert_eq!(value(&engine, "k"), Some("yes".into()));

    let reason = unavailable(&connect_tls(&nodes, &other, None));
    assert!(reason.contains("invalid peer certificate"), "{reason}");
    // The certificates that the system trusts do not contain the CA of the test.
    let system = EtcdEngine::connect(options(&nodes.url("team"))).map(|engine| unavailable(&engine));
    assert!(system.as_ref().map_or_else(String::clone, String::clone).contains("ertificate"), "{system:?}");
    // Without TLS, the node closes the connection.
    let plain = EtcdEngine::connect(options(&nodes.url("team").replace("etcds", "etcd"))).unwrap();
    assert!(plain.read(&[key("k")], Instant::now() + Duration::from_secs(2)).is_err());
    assert_eq!(value(&engine, "k"), Some("yes".into()));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn client_certificates_are_sent_and_required() {
    let (ca, clients, other) = (Ca::new(), Ca::new(), Ca::new());
    let (nodes, _folder) = start_with_tls(&ca, Some(&clients));
    let engine = connect_tls(&nodes, &ca, Some(&clients.sign("client")));
    write(&engine, vec![put("k", "yes")]);
    for pair in [None, Some(other.sign("client"))] {
        let engine = connect_tls(&nodes, &ca, pair.as_ref());
        let result =
            engine.commit(&commit(vec![], vec![put("k", "no")], vec![]), Instant::now() + Duration::from_secs(2));
        assert!(matches!(result, Err(EngineError::Unavailable(_) | EngineError::Unknown(_))), "{result:?}");
    }
    assert_eq!(value(&engine, "k"), Some("yes".into()));
}

#[test]
fn options_that_do_not_belong_together_are_errors() {
    let ca = Ca::new();
    let pair = ca.sign("client");
    let plain = options("etcd://127.0.0.1:1/test");
    let secure = options("etcds://127.0.0.1:1/test");
    let certificate = Some(pair.certificate.into_bytes());
    let cases = [
        (
            EtcdOptions { ca: Some(ca.pem()), ..plain.clone() },
            "certificates need a URL with `etcds://`; the URL is `etcd://127.0.0.1:1/test/`",
        ),
        (
            EtcdOptions { certificate, ..secure.clone() },
            "a client certificate needs a key, and a key needs a certificate",
        ),
        (
            EtcdOptions { ca: Some(b"text".to_vec()), ..secure },
            "the file of the store's CA has no certificate in PEM format",
        ),
        (
            EtcdOptions { user: Some("u".into()), ..plain.clone() },
            "a user of etcd needs a password, and a password needs a user",
        ),
        (
            EtcdOptions { password: Some("p".into()), ..plain },
            "a user of etcd needs a password, and a password needs a user",
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(EtcdEngine::connect(options).unwrap_err(), expected);
    }
}

/// Creates `root`, and `store` with a role for one prefix, and enables authentication.
fn enable_authentication(nodes: &mut Nodes) {
    let encode = |text: &str| base64(text.as_bytes());
    let permission = format!(
        r#"{{"name":"store","perm":{{"permType":"READWRITE","key":"{}","range_end":"{}"}}}}"#,
        encode("team/"),
        encode("team0")
    );
    let node = nodes.node(0);
    for (path, body) in [
        ("/v3/auth/user/add", r#"{"name":"root","password":"secret"}"#),
        ("/v3/auth/role/add", r#"{"name":"root"}"#),
        ("/v3/auth/user/grant", r#"{"user":"root","role":"root"}"#),
        ("/v3/auth/user/add", r#"{"name":"store","password":"pass"}"#),
        ("/v3/auth/role/add", r#"{"name":"store"}"#),
        ("/v3/auth/role/grant", permission.as_str()),
        ("/v3/auth/user/grant", r#"{"user":"store","role":"store"}"#),
        ("/v3/auth/enable", "{}"),
    ] {
        node.call(path, body);
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |chunk: &[u8]| {
        let bits = chunk.iter().chain([0, 0].iter()).take(3).fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        let digit = |index: usize| if index > chunk.len() { '=' } else { DIGITS[bits >> (18 - 6 * index) & 63].into() };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(encode).collect()
}

fn connect_as(nodes: &Nodes, prefix: &str, user: &str, password: &str) -> EtcdEngine {
    let user_and_password =
        EtcdOptions { user: Some(user.into()), password: Some(password.into()), ..options(&nodes.url(prefix)) };
    EtcdEngine::connect(user_and_password).unwrap()
}

#[track_caller]
fn rejected(engine: &EtcdEngine) -> String {
    let until = Instant::now() + Duration::from_secs(5);
    let result = engine.commit(&commit(vec![], vec![put("k", "no")], vec![]), until);
    let Err(EngineError::Rejected(reason)) = result else { panic!("{result:?}") };
    let found = engine.read(&[key("k")], until);
    assert_eq!(found, Err(EngineError::Rejected(reason.clone())));
    reason
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_user_has_access_to_the_prefix_of_its_role() {
    let mut nodes = Nodes::start_with(1, &["--auth-token-ttl", "2"]);
    // Without authentication, the user is not needed.
    write(&connect_as(&nodes, "team", "store", "pass"), vec![put("k", "1")]);
    enable_authentication(&mut nodes);
    let engine = connect_as(&nodes, "team", "store", "pass");
    assert_eq!(value(&engine, "k"), Some("1".into()));
    write(&engine, vec![put("k", "2")]);
    assert!(engine.status().nodes[0].error.is_none(), "{:?}", engine.status());

    let reason = rejected(&connect_as(&nodes, "teams", "store", "pass"));
    assert!(
        reason.ends_with(
            "permission denied; help: grant the user a role that can read and write all keys with the prefix"
        ),
        "{reason}"
    );
    let reason = rejected(&connect_as(&nodes, "team", "store", "wrong"));
    assert!(reason.contains("authentication failed, invalid user ID or password; help: specify a user"), "{reason}");
    let reason = rejected(&EtcdEngine::connect(options(&nodes.url("team"))).unwrap());
    assert!(
        reason.ends_with("user name is empty; help: the cluster has authentication: specify a user and a password"),
        "{reason}"
    );

    // Tokens expire after 2 seconds without a request, and when the node restarts.
    wait_for_expiry(&mut nodes);
    assert_eq!(value(&engine, "k"), Some("2".into()));
    wait_for_expiry(&mut nodes);
    write(&engine, vec![put("k", "3")]);
    nodes.node(0).restart();
    // The first attempt finds the broken connection.
    drop(engine.read(&[key("k")], Instant::now() + Duration::from_secs(1)));
    assert_eq!(value(&engine, "k"), Some("3".into()));
    // A change of the users makes tokens old.
    let body = nodes.node(0).call("/v3/auth/authenticate", r#"{"name":"root","password":"secret"}"#);
    nodes
        .node(0)
        .call_with("/v3/auth/user/add", r#"{"name":"more","password":"p"}"#, Some(&find_token(&body)))
        .unwrap();
    write(&engine, vec![put("k", "4")]);
    assert_eq!(value(&engine, "k"), Some("4".into()));
}

fn find_token(body: &str) -> String {
    body.split(r#""token":""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned()
}

/// Waits until the tokens that exist now are no longer valid.
fn wait_for_expiry(nodes: &mut Nodes) {
    let body = nodes.node(0).call("/v3/auth/authenticate", r#"{"name":"root","password":"secret"}"#);
    let token = find_token(&body);
    let limit = Instant::now() + Duration::from_secs(30);
    // Each request with the token makes it valid for longer: the first one is after the limit.
    std::thread::sleep(Duration::from_millis(3500));
    while nodes.node(0).call_with("/v3/kv/range", r#"{"key":"cA=="}"#, Some(&token)).is_ok() {
        assert!(Instant::now() < limit, "the token does not expire");
        std::thread::sleep(Duration::from_millis(3500));
    }
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn compaction_needs_the_role_root_and_reports_that() {
    let mut nodes = Nodes::start(1);
    enable_authentication(&mut nodes);
    let connect = |user: &str, password: &str| {
        let compaction =
            Some(Compaction { interval: Duration::from_millis(200), retention: Duration::from_millis(400) });
        let (user, password) = (Some(user.to_owned()), Some(password.to_owned()));
        EtcdEngine::connect(EtcdOptions { compaction, user, password, ..options(&nodes.url("team")) }).unwrap()
    };
    let limit = Instant::now() + Duration::from_secs(60);
    let engine = connect("store", "pass");
    let error = loop {
        match engine.status().compaction_error {
            Some(error) if error.starts_with("cannot compact: ") => break error,
            error => assert!(Instant::now() < limit, "{error:?}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(error.contains("permission denied; help: compact with etcd's --auto-compaction-mode"), "{error}");
    // Also between two attempts: for some intervals.
    let until = Instant::now() + Duration::from_secs(1);
    while Instant::now() < until {
        assert_eq!(engine.status().compaction_error.as_ref(), Some(&error));
    }

    let failing = engine;
    let engine = connect("root", "secret");
    let first = write(&engine, vec![put("k", "1")]);
    write(&engine, vec![put("k", "2")]);
    while engine.find_successor(b"k", first, soon()) != Ok(Successor::Forgotten) {
        assert!(Instant::now() < limit, "the history was not compacted");
        write(&engine, vec![put("k", "3")]);
    }
    assert_eq!(engine.status().compaction_error, None);
    while failing.status().compaction_error.is_some() {
        assert!(Instant::now() < limit, "another engine has compacted");
    }
}
