//! The bare cost of what nothing can do without.

use serde::Deserialize;
use sfn_alias::model::Routing;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Create<'a> {
    pub description: Option<&'a str>,
    pub name: &'a str,
    #[serde(borrow)]
    pub routing_configuration: Vec<Route<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Route<'a> {
    pub state_machine_version_arn: &'a str,
    pub weight: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Describe<'a> {
    pub state_machine_alias_arn: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List<'a> {
    pub state_machine_arn: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Start<'a> {
    pub state_machine_arn: &'a str,
    pub input: std::borrow::Cow<'a, str>,
}

/// A bare parse into a plain struct, borrowed.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> T {
    serde_json::from_slice(body).unwrap()
}

/// A bare SHA-256.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A draw below 100 and a comparison with the first weight.
pub fn draw(random: &mut fastrand::Rng, routing: &Routing) -> u32 {
    let mut routes = routing.routes();
    let (first, second) = (routes.next().unwrap(), routes.next().unwrap());
    if random.u32(0..100) < u32::from(first.weight) { first.version } else { second.version }
}

/// A file that rows of 300 bytes are appended to, each synced.
pub struct Log(File);

impl Log {
    pub fn create(path: &Path) -> Self {
        Self(File::create(path).unwrap())
    }

    pub fn append(&mut self, rows: usize) {
        self.0.write_all(&[b'x'; 300].repeat(rows)).unwrap();
        self.0.sync_data().unwrap();
    }
}
