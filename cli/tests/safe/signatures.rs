//! Verifies the signatures of `vectors/auth/signatures.json`, which botocore created.

use http::Request;
use serde::Deserialize;
use serde_json::Value;
use sfn_alias_server::auth::{Credentials, PendingAuth};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tempfile::NamedTempFile;
use time::PrimitiveDateTime;
use time::macros::format_description;

#[derive(Deserialize)]
struct File {
    credentials: Vec<Profile>,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
pub struct Profile {
    pub aws_access_key_id: String,
    pub aws_secret_access_key: String,
    pub aws_account_id: String,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    now: String,
    request: RequestSpec,
    expect: Value,
}

#[derive(Deserialize)]
struct RequestSpec {
    /// `POST` if it is absent.
    method: Option<String>,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

fn load_file() -> File {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors/auth/signatures.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Writes a credentials file.
pub fn write_credentials(profiles: &[Profile]) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let profile = |(number, it): (usize, &Profile)| {
        let (id, secret, account) = (&it.aws_access_key_id, &it.aws_secret_access_key, &it.aws_account_id);
        format!("[p{number}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_account_id={account}\n")
    };
    fs::write(file.path(), profiles.iter().enumerate().map(profile).collect::<String>()).unwrap();
    file
}

pub fn load_profiles() -> Vec<Profile> {
    load_file().credentials
}

fn parse_amz_date(text: &str) -> SystemTime {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    let seconds = PrimitiveDateTime::parse(text, form).unwrap().assume_utc().unix_timestamp();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap())
}

/// Returns the result of the verification in the format of the vector.
fn verify_vector(credentials: &Credentials, vector: &Vector) -> Value {
    let method = vector.request.method.as_deref().unwrap_or("POST");
    let mut request = Request::builder().method(method).uri(&vector.request.path);
    for (name, value) in &vector.request.headers {
        request = request.header(name, value);
    }
    let (head, ()) = request.body(()).unwrap().into_parts();
    let pending = PendingAuth::check_head(credentials, &head, parse_amz_date(&vector.now));
    match pending.and_then(|pending| pending.verify_body(vector.request.body.as_bytes())) {
        Ok(scope) => serde_json::json!({"account": scope.account(), "region": scope.region()}),
        Err(error) => {
            let body: Value = serde_json::from_slice(&error.body()).unwrap();
            serde_json::json!({"status": error.status(), "body": body})
        }
    }
}

#[test]
fn vectors_pass() {
    let File { credentials, vectors } = load_file();
    let credentials = Credentials::read(write_credentials(&credentials).path()).unwrap();
    assert!(vectors.len() > 40);
    for vector in &vectors {
        assert_eq!(verify_vector(&credentials, vector), vector.expect, "{}", vector.name);
    }
}

/// A changed byte anywhere in the body or signature is detected.
#[test]
fn changed_byte_is_rejected() {
    let File { credentials, mut vectors } = load_file();
    let credentials = Credentials::read(write_credentials(&credentials).path()).unwrap();
    let vector = &mut vectors[0];
    assert_eq!(verify_vector(&credentials, vector), vector.expect);
    for at in 0..vector.request.body.len() {
        let before = vector.request.body.clone();
        vector.request.body.replace_range(at..=at, "~");
        assert_eq!(verify_vector(&credentials, vector)["status"], 400);
        vector.request.body = before;
    }
    let (_, authorization) = vector.request.headers.last().unwrap().clone();
    for at in authorization.find("Signature=").unwrap() + 10..authorization.len() {
        let mut changed = authorization.clone();
        changed.replace_range(at..=at, if &authorization[at..=at] == "0" { "1" } else { "0" });
        vector.request.headers.last_mut().unwrap().1 = changed;
        assert_eq!(verify_vector(&credentials, vector)["status"], 400);
    }
}
