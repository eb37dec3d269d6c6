//! Floors: the minimum cost of an operation.

use serde::Deserialize;
use sfn_alias::model::{Routing, VersionNumber};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
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

/// Parses a request into a struct that borrows.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> T {
    serde_json::from_slice(body).unwrap()
}

/// Computes a SHA-256 hash.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Compares a random number below 100 with the first weight.
pub fn pick(random: &mut fastrand::Rng, routing: &Routing) -> VersionNumber {
    let mut routes = routing.routes();
    let (first, second) = (routes.next().unwrap(), routes.next().unwrap());
    if random.u32(0..100) < u32::from(first.weight.get()) { first.version } else { second.version }
}

/// A file to which rows of 300 bytes are appended, with a sync per call.
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

/// A file of 4 MB whose pages are overwritten in turn, with a sync per page. Overwriting adds no blocks, which are
/// expensive to sync. SQLite writes its log like this once the log has its full length.
pub struct Pages {
    file: File,
    next: u64,
}

impl Pages {
    const COUNT: u64 = 1024;
    const SIZE: usize = 4096;

    pub fn create(path: &Path) -> Self {
        let mut file = File::create(path).unwrap();
        (0..Self::COUNT).for_each(|_| file.write_all(&[0; Self::SIZE]).unwrap());
        file.sync_all().unwrap();
        Self { file, next: 0 }
    }

    pub fn overwrite(&mut self) {
        self.next = (self.next + 1) % Self::COUNT;
        self.file.seek(SeekFrom::Start(self.next * Self::SIZE as u64)).unwrap();
        self.file.write_all(&[b'x'; Self::SIZE]).unwrap();
        self.file.sync_data().unwrap();
    }
}
