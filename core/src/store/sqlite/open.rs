//! Identifies the file, creates it if it does not exist, and opens connections.

use super::busy::{OPENING, WRITING, busy_handler};
use super::error::{path_error, sqlite_error};
use super::generation::{self, Generation};
use super::query::query_first;
use super::transaction_guard::TransactionGuard;
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
pub(super) enum LockingMode {
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
pub(super) fn open(path: &Path, locking: LockingMode) -> Result<Connection> {
    let mut connection = if is_new(path)? { create(path, locking)? } else { open_existing(path, locking)? };
    wal::enable(&connection)?;
    check_header(path, read_header(&connection)?)?;
    keep_wal_on_close(&connection, true)?;
    verify(path, &connection)?;
    keep_wal_on_close(&connection, false)?;
    wal::preallocate(&connection, path)?;
    connection.busy_handler(Some(busy_handler(WRITING))).map_err(sqlite_error)?;
    Ok(connection)
}

fn open_existing(path: &Path, locking: LockingMode) -> Result<Connection> {
    let header = read_header_without_wal(path)?;
    if header == (Header { application: APPLICATION_ID, format: FORMAT_WITHOUT_CHECKSUMS }) {
        upgrade(path)?;
    } else {
        check_header(path, header)?;
    }
    let connection = connect(path, FLAGS, locking)?;
    keep_wal_on_close(&connection, true)?;
    Ok(connection)
}

/// Whether the log is left as it is when the connection closes: until it is known that it belongs to the file.
fn keep_wal_on_close(connection: &Connection, keep: bool) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep).map_err(sqlite_error).map(drop)
}

/// Reads all of the file, and refuses what is not as it was written.
fn verify(path: &Path, connection: &Connection) -> Result<()> {
    generation::check_wal(path, connection, || read_generation_without_wal(path))?;
    meta::check_schema(connection)?;
    checksum::verify(connection)
}

/// Reads all of the file through a connection of its own, which has nothing of it in its cache.
pub(super) fn verify_again(path: &Path) -> Result<()> {
    checksum::verify(&reader(path)?)
}

/// Gives each row of a file of the format before a checksum, in one transaction, while nobody else has it open: a
/// process of the release before would go on to write rows without.
fn upgrade(path: &Path) -> Result<()> {
    let since = Instant::now();
    loop {
        match try_upgrade(path)? {
            Upgrade::Done => return Ok(()),
            // Another process was faster, and may have it open by now.
            Upgrade::Busy(_) if read_header_without_wal(path).is_ok_and(|header| header.format == FORMAT) => {
                return Ok(());
            }
            Upgrade::Busy(error) if since.elapsed() >= OPENING => return Err(error),
            Upgrade::Busy(_) => sleep_randomly()?,
        }
    }
}

enum Upgrade {
    Done,
    Busy(Error),
}

/// Does not wait for others: several that wait with the file open would wait for each other.
fn try_upgrade(path: &Path) -> Result<Upgrade> {
    let connection = match connect_with_timeout(path, FLAGS, LockingMode::Exclusive, None) {
        Ok(connection) => connection,
        Err(error) => return Ok(Upgrade::Busy(error)),
    };
    let transaction = match TransactionGuard::exclusive(&connection) {
        Ok(transaction) => transaction,
        Err(error) => return Ok(Upgrade::Busy(error)),
    };
    if read_header(&connection)?.format == FORMAT_WITHOUT_CHECKSUMS {
        checksum::check_integrity(&connection)?;
        checksum::add_to_tables(&connection)?;
        finish_format(&connection)?;
        transaction.commit()?;
    }
    Ok(Upgrade::Done)
}

/// Sleeps up to 16 ms, not as long as others do.
fn sleep_randomly() -> Result<()> {
    let mut random = [0];
    meta::fill_random(&mut random)?;
    std::thread::sleep(Duration::from_micros(u64::from(u8::from_le_bytes(random)) << 6));
    Ok(())
}

/// What stands in each file of this format besides the tables.
fn finish_format(connection: &Connection) -> Result<()> {
    generation::write_first(connection)?;
    meta::write_schema_checksum(connection)?;
    connection.pragma_update(None, "user_version", FORMAT).map_err(sqlite_error)
}

/// A further connection, which only reads.
pub(super) fn reader(path: &Path) -> Result<Connection> {
    let mut connection = connect(path, FLAGS, LockingMode::Shared)?;
    connection.busy_handler(Some(busy_handler(WRITING))).map_err(sqlite_error)?;
    connection.pragma_update(None, "query_only", true).map_err(sqlite_error)?;
    Ok(connection)
}

/// The path as it stays when the process changes its folder, and never one of SQLite's own names.
pub(super) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| path_error(path, &format!("is not a valid path: {error}")))
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
        Ok(_) => Err(path_error(path, "is a directory or a special file; specify the path of a regular file")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(path_error(path, &format!("cannot be read: {error}"))),
    }
}

/// Reads the header and leaves no trace. `immutable` keeps SQLite from recovering what might be
/// another application's file, and going through SQLite keeps the locks that this process holds on
/// the file: closing it by other means would drop them. Without its log the file may look cut off,
/// which `WRITABLE_SCHEMA` has SQLite pass over.
fn read_header_without_wal(path: &Path) -> Result<Header> {
    read_header(&open_without_wal(path)?)
}

/// The generation in the file itself; `None` where it cannot be read without the log.
fn read_generation_without_wal(path: &Path) -> Option<Generation> {
    let connection = open_without_wal(path).ok()?;
    checksum::register(&connection).ok()?;
    generation::read(&connection).ok()?
}

fn open_without_wal(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format_uri(path), flags).map_err(sqlite_error)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true).map_err(sqlite_error)?;
    Ok(connection)
}

fn format_uri(path: &Path) -> String {
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

fn read_header(connection: &Connection) -> Result<Header> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get(0)).map_err(sqlite_error);
    Ok(Header { application: number("application_id")?, format: number("user_version")? })
}

fn check_header(path: &Path, header: Header) -> Result<()> {
    let Header { application, format } = header;
    match header {
        Header { application: APPLICATION_ID, format: FORMAT } => Ok(()),
        Header { application: APPLICATION_ID, .. } => {
            let text = format!("has format {format}, and this release knows format {FORMAT}; use a newer release");
            Err(path_error(path, &text))
        }
        _ => {
            let text = format!("belongs to another application ({application:#010x}); choose another path");
            Err(path_error(path, &text))
        }
    }
}

fn connect(path: &Path, flags: OpenFlags, locking: LockingMode) -> Result<Connection> {
    connect_with_timeout(path, flags, locking, Some(OPENING))
}

/// Waits for others so long at most, each time.
fn connect_with_timeout(
    path: &Path,
    flags: OpenFlags,
    locking: LockingMode,
    longest: Option<Duration>,
) -> Result<Connection> {
    let mut connection = Connection::open_with_flags(path, flags).map_err(sqlite_error)?;
    // What may not be written is opened for reading only, and fails later with less to say.
    if connection.is_readonly("main").map_err(sqlite_error)? {
        return Err(path_error(path, "is read-only; make it and its folder writable"));
    }
    connection.busy_handler(longest.map(busy_handler)).map_err(sqlite_error)?;
    configure(connection, locking).map_err(sqlite_error)
}

fn configure(connection: Connection, locking: LockingMode) -> rusqlite::Result<Connection> {
    if locking == LockingMode::Exclusive {
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
fn create(path: &Path, locking: LockingMode) -> Result<Connection> {
    let connection = connect(path, FLAGS | OpenFlags::SQLITE_OPEN_CREATE, locking)?;
    let transaction = TransactionGuard::exclusive(&connection)?;
    if is_empty(&connection)? {
        create_tables(&connection)?;
        transaction.commit()?;
    } else {
        drop(transaction);
    }
    Ok(connection)
}

fn is_empty(connection: &Connection) -> Result<bool> {
    let tables: Option<i64> = query_first(connection, "SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == Some(0) && read_header(connection)? == Header { application: 0, format: 0 })
}

fn create_tables(connection: &Connection) -> Result<()> {
    let mut token_key = [0; 32];
    meta::fill_random(&mut token_key)?;
    connection.execute_batch(include_str!("schema.sql")).map_err(sqlite_error)?;
    meta::put(connection, "token_key", &token_key)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(sqlite_error)?;
    finish_format(connection)
}
