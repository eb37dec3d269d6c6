//! Identifies the file, creates it if it does not exist, and opens connections.

use super::busy::{OPENING, WRITING, busy_handler};
use super::fault::{at, fault};
use super::generation::{self, Generation};
use super::query::first;
use super::transaction::Transaction;
use super::{checksum, meta, wal};
use crate::error::{Error, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// "SfnA" in the file's header, so that no other application's file is taken for ours.
const APPLICATION_ID: i32 = 0x5366_6E41;
/// The format that this release reads and writes.
const FORMAT: i32 = 2;
/// The format before: rows without checksums. It is upgraded when it is opened.
const FORMAT_WITHOUT_CHECKSUMS: i32 = 1;
/// More than there are statements.
const STATEMENTS: usize = 64;
/// Neither names with a meaning to SQLite (`file:`) nor its own mutexes: connections are not shared.
const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// Who else may use the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Several processes.
    Shared,
    /// This connection alone, as long as it is open: everybody else is refused.
    Exclusive,
}

/// Both numbers of a header; zero in a file that has nothing in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    application: i32,
    format: i32,
}

/// The writer's connection to the file at `path`, which is made when it is missing or empty.
pub(super) fn open(path: &Path, sharing: Sharing) -> Result<Connection> {
    let mut connection = if is_new(path)? { create(path, sharing)? } else { open_existing(path, sharing)? };
    wal::enable(&connection)?;
    check(path, header(&connection)?)?;
    keep_log(&connection, true)?;
    verify(path, &connection)?;
    keep_log(&connection, false)?;
    wal::grow(&connection, path)?;
    connection.busy_handler(Some(busy_handler(WRITING))).map_err(fault)?;
    Ok(connection)
}

fn open_existing(path: &Path, sharing: Sharing) -> Result<Connection> {
    let header = peek(path)?;
    if header == (Header { application: APPLICATION_ID, format: FORMAT_WITHOUT_CHECKSUMS }) {
        upgrade(path)?;
    } else {
        check(path, header)?;
    }
    let connection = connect(path, FLAGS, sharing)?;
    keep_log(&connection, true)?;
    Ok(connection)
}

/// Whether the log is left as it is when the connection closes: until it is known that it belongs to the file.
fn keep_log(connection: &Connection, keep: bool) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep).map_err(fault).map(drop)
}

/// Reads all of the file, and refuses what is not as it was written.
fn verify(path: &Path, connection: &Connection) -> Result<()> {
    generation::check(path, connection, || peek_generation(path))?;
    meta::check_schema(connection)?;
    checksum::verify(connection)
}

/// Reads all of the file through a connection of its own, which has nothing of it in its cache.
pub(super) fn verify_anew(path: &Path) -> Result<()> {
    checksum::verify(&reader(path)?)
}

/// Gives each row of a file of the format before a checksum, in one transaction, while nobody else has it open: a
/// process of the release before would go on to write rows without.
fn upgrade(path: &Path) -> Result<()> {
    let since = Instant::now();
    loop {
        match upgrade_alone(path)? {
            Upgrade::Done => return Ok(()),
            // Another process was faster, and may have it open by now.
            Upgrade::Busy(_) if peek(path).is_ok_and(|header| header.format == FORMAT) => return Ok(()),
            Upgrade::Busy(error) if since.elapsed() >= OPENING => return Err(error),
            Upgrade::Busy(_) => pause()?,
        }
    }
}

enum Upgrade {
    Done,
    Busy(Error),
}

/// Does not wait for others: several that wait with the file open would wait for each other.
fn upgrade_alone(path: &Path) -> Result<Upgrade> {
    let connection = match connect_within(path, FLAGS, Sharing::Exclusive, None) {
        Ok(connection) => connection,
        Err(error) => return Ok(Upgrade::Busy(error)),
    };
    let transaction = match Transaction::exclusive(&connection) {
        Ok(transaction) => transaction,
        Err(error) => return Ok(Upgrade::Busy(error)),
    };
    if header(&connection)?.format == FORMAT_WITHOUT_CHECKSUMS {
        checksum::check_structure(&connection)?;
        checksum::add_to_tables(&connection)?;
        complete(&connection)?;
        transaction.commit()?;
    }
    Ok(Upgrade::Done)
}

/// Sleeps up to 16 ms, not as long as others do.
fn pause() -> Result<()> {
    let mut random = [0];
    meta::fill_random(&mut random)?;
    std::thread::sleep(Duration::from_micros(u64::from(u8::from_le_bytes(random)) << 6));
    Ok(())
}

/// What stands in each file of this format besides the tables.
fn complete(connection: &Connection) -> Result<()> {
    generation::begin(connection)?;
    meta::seal_schema(connection)?;
    connection.pragma_update(None, "user_version", FORMAT).map_err(fault)
}

/// A further connection, which only reads.
pub(super) fn reader(path: &Path) -> Result<Connection> {
    let mut connection = connect(path, FLAGS, Sharing::Shared)?;
    connection.busy_handler(Some(busy_handler(WRITING))).map_err(fault)?;
    connection.pragma_update(None, "query_only", true).map_err(fault)?;
    Ok(connection)
}

/// The path as it stays when the process changes its folder, and never one of SQLite's own names.
pub(super) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| at(path, &format!("is not a valid path: {error}")))
}

/// The file that a link leads to: SQLite stores the log next to that file.
pub(super) fn resolve_link(path: PathBuf) -> PathBuf {
    match std::fs::symlink_metadata(&path) {
        Ok(found) if found.is_symlink() => std::fs::canonicalize(&path).unwrap_or(path),
        _ => path,
    }
}

fn is_new(path: &Path) -> Result<bool> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(found.len() == 0),
        Ok(_) => Err(at(path, "is a directory or a special file; specify the path of a regular file")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(at(path, &format!("cannot be read: {error}"))),
    }
}

/// Reads the header and leaves no trace. `immutable` keeps SQLite from recovering what might be
/// another application's file, and going through SQLite keeps the locks that this process holds on
/// the file: closing it by other means would drop them. Without its log the file may look cut off,
/// which `WRITABLE_SCHEMA` has SQLite pass over.
fn peek(path: &Path) -> Result<Header> {
    header(&open_without_log(path)?)
}

/// The generation in the file itself; `None` where it cannot be read without the log.
fn peek_generation(path: &Path) -> Option<Generation> {
    let connection = open_without_log(path).ok()?;
    checksum::register(&connection).ok()?;
    generation::read(&connection).ok()?
}

fn open_without_log(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri(path), flags).map_err(fault)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true).map_err(fault)?;
    Ok(connection)
}

fn uri(path: &Path) -> String {
    let mut uri = String::from("file://");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    if cfg!(windows) {
        uri.push('/');
    }
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            byte if plain(*byte) => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

fn header(connection: &Connection) -> Result<Header> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get(0)).map_err(fault);
    Ok(Header { application: number("application_id")?, format: number("user_version")? })
}

fn check(path: &Path, header: Header) -> Result<()> {
    let Header { application, format } = header;
    match header {
        Header { application: APPLICATION_ID, format: FORMAT } => Ok(()),
        Header { application: APPLICATION_ID, .. } => {
            let text = format!("has format {format}, and this release knows format {FORMAT}; use a newer release");
            Err(at(path, &text))
        }
        _ => {
            let text = format!("belongs to another application ({application:#010x}); choose another path");
            Err(at(path, &text))
        }
    }
}

fn connect(path: &Path, flags: OpenFlags, sharing: Sharing) -> Result<Connection> {
    connect_within(path, flags, sharing, Some(OPENING))
}

/// Waits for others so long at most, each time.
fn connect_within(path: &Path, flags: OpenFlags, sharing: Sharing, longest: Option<Duration>) -> Result<Connection> {
    let mut connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    // What may not be written is opened for reading only, and fails later with less to say.
    if connection.is_readonly("main").map_err(fault)? {
        return Err(at(path, "is read-only; make it and its folder writable"));
    }
    connection.busy_handler(longest.map(busy_handler)).map_err(fault)?;
    configure(connection, sharing).map_err(fault)
}

fn configure(connection: Connection, sharing: Sharing) -> rusqlite::Result<Connection> {
    if sharing == Sharing::Exclusive {
        // Before anything is read: only then SQLite keeps others out from the beginning.
        connection.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    }
    checksum::register(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Otherwise a statement with a range is planned anew each time its bounds change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // FULL: an answered write is on the disk. No foreign keys are declared.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

/// Makes the file in one transaction, header and all, unless another process was faster. Only then
/// is it switched to write-ahead logging: so its header is never one of a file that is nobody's.
fn create(path: &Path, sharing: Sharing) -> Result<Connection> {
    let connection = connect(path, FLAGS | OpenFlags::SQLITE_OPEN_CREATE, sharing)?;
    let transaction = Transaction::exclusive(&connection)?;
    if is_empty(&connection)? {
        fill(&connection)?;
        transaction.commit()?;
    } else {
        drop(transaction);
    }
    Ok(connection)
}

fn is_empty(connection: &Connection) -> Result<bool> {
    let tables: Option<i64> = first(connection, "SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == Some(0) && header(connection)? == Header { application: 0, format: 0 })
}

fn fill(connection: &Connection) -> Result<()> {
    let mut token_key = [0; 32];
    meta::fill_random(&mut token_key)?;
    connection.execute_batch(include_str!("schema.sql")).map_err(fault)?;
    meta::put(connection, "token_key", &token_key)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(fault)?;
    complete(connection)
}
