//! Identifies the file, creates it if it does not exist, and opens connections.

use super::connection::{OPEN_TIMEOUT, TransactionGuard, WRITE_TIMEOUT, busy_handler};
use super::error::{path_error, sqlite_error};
use super::generation::{self, Generation};
use super::query::query_first;
use super::{checksum, meta, upgrade, wal};
use crate::error::{Error, Result};
use crate::random::fill_random;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// `SfnA`: identifies the files of this crate.
const APPLICATION_ID: i32 = 0x5366_6E41;
/// The format that this release reads and writes.
const FORMAT: i32 = 4;
/// The first format. Opening a file of an earlier format upgrades it.
const FIRST_FORMAT: i32 = 1;
/// Capacity of the statement cache; larger than the number of statements in this crate.
const STATEMENT_CACHE_CAPACITY: usize = 128;
/// Without `SQLITE_OPEN_URI`, because a file name may begin with `file:`, and without SQLite's mutexes, because
/// connections are not shared between threads.
const OPEN_FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// Whether other connections may use the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LockingMode {
    /// Several processes may open the file.
    Shared,
    /// Only this connection may use the file.
    Exclusive,
}

/// The two identifying numbers of a file's header; zero in an empty file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    application: i32,
    format: i32,
}

/// Opens the writer's connection. Creates the file if it does not exist or is empty.
pub(super) fn open(path: &Path, locking: LockingMode) -> Result<Connection> {
    let mut connection = if needs_creation(path)? { create(path, locking)? } else { open_existing(path, locking)? };
    wal::enable(&connection)?;
    check_header(path, read_header(&connection)?)?;
    set_keep_wal_on_close(&connection, true)?;
    verify(path, &connection)?;
    set_keep_wal_on_close(&connection, false)?;
    wal::preallocate(&connection, path)?;
    connection.busy_handler(Some(busy_handler(WRITE_TIMEOUT))).map_err(sqlite_error)?;
    Ok(connection)
}

fn open_existing(path: &Path, locking: LockingMode) -> Result<Connection> {
    let header = read_header_without_wal(path)?;
    if header.application == APPLICATION_ID && (FIRST_FORMAT..FORMAT).contains(&header.format) {
        upgrade(path)?;
    } else {
        check_header(path, header)?;
    }
    let connection = connect(path, OPEN_FLAGS, locking, Some(OPEN_TIMEOUT))?;
    set_keep_wal_on_close(&connection, true)?;
    Ok(connection)
}

/// Sets whether closing the connection leaves the write-ahead log (WAL) unchanged. It must, until `verify` has checked
/// that the log belongs to the file.
fn set_keep_wal_on_close(connection: &Connection, keep: bool) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep).map_err(sqlite_error).map(drop)
}

/// Returns whether another connection has locked the file: exclusively, or, for `LockingMode::Exclusive`, at all.
pub(super) fn is_locked(path: &Path, locking: LockingMode) -> bool {
    let read = || {
        let mut connection = Connection::open_with_flags(path, OPEN_FLAGS)?;
        connection.busy_handler(None::<fn(i32) -> bool>)?;
        // A log that exists may belong to another file. A new one is empty, and deleted.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wal::wal_path(path).exists())?;
        configure(connection, locking)?.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    let busy = [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked];
    read().is_err_and(|error: rusqlite::Error| error.sqlite_error_code().is_some_and(|code| busy.contains(&code)))
}

/// Returns an error for a file that this crate has not written.
pub(super) fn check_application(path: &Path) -> Result<()> {
    match read_header_without_wal(path) {
        Ok(Header { application: APPLICATION_ID, .. }) => Ok(()),
        _ => Err(path_error(path, "is not a file of sfn-alias; delete it first, or choose another path")),
    }
}

/// Reads all of the file and returns an error if it is corrupt or its log belongs to another file.
fn verify(path: &Path, connection: &Connection) -> Result<()> {
    generation::check_wal(path, connection, || read_generation_without_wal(path))?;
    meta::check_schema(connection)?;
    checksum::verify(connection)
}

/// Upgrades a file of an earlier format, in one transaction and with an exclusive lock: a process of an earlier release
/// would continue to write rows of its format.
fn upgrade(path: &Path) -> Result<()> {
    let start = Instant::now();
    loop {
        match try_upgrade(path)? {
            None => return Ok(()),
            // Another process upgraded the file and may still have it open.
            Some(_) if read_header_without_wal(path).is_ok_and(|header| header.format == FORMAT) => {
                return Ok(());
            }
            Some(error) if start.elapsed() >= OPEN_TIMEOUT => return Err(error),
            Some(_) => sleep_randomly()?,
        }
    }
}

/// Upgrades the file, or returns the error of the lock if it is locked. Does not wait for the lock, because several
/// processes that wait with the file open would block each other.
fn try_upgrade(path: &Path) -> Result<Option<Error>> {
    let connection = match connect(path, OPEN_FLAGS, LockingMode::Exclusive, None) {
        Ok(connection) => connection,
        Err(error) => return Ok(Some(error)),
    };
    set_keep_wal_on_close(&connection, true)?;
    // The connection keeps the lock after the transaction.
    match TransactionGuard::begin(&connection, TransactionBehavior::Exclusive) {
        Ok(transaction) => drop(transaction),
        Err(error) => return Ok(Some(error)),
    }
    upgrade_locked(path, &connection).map(|()| None)
}

/// Upgrades a file that the connection has locked. Changes nothing if its log belongs to another state of the file.
fn upgrade_locked(path: &Path, connection: &Connection) -> Result<()> {
    let format = read_header(connection)?.format;
    let mut checkpointed = None;
    // Format 1 has no generations.
    if format > FIRST_FORMAT {
        generation::check_wal(path, connection, || read_generation_without_wal(path))?;
        checkpointed = generation::find_checkpointed(connection)?;
    }
    if format < FORMAT {
        let transaction = TransactionGuard::begin(connection, TransactionBehavior::Exclusive)?;
        upgrade::upgrade_tables(connection, format)?;
        if format > FIRST_FORMAT {
            generation::advance(connection, checkpointed)?;
        } else {
            generation::write_first(connection)?;
        }
        write_format(connection)?;
        transaction.commit()?;
    }
    set_keep_wal_on_close(connection, false)
}

/// Sleeps for up to 16 ms. The time is random so that several processes do not retry at the same time.
fn sleep_randomly() -> Result<()> {
    let mut random = [0];
    fill_random(&mut random)?;
    std::thread::sleep(Duration::from_micros(u64::from(u8::from_le_bytes(random)) << 6));
    Ok(())
}

/// Writes the values that identify a complete file of this format.
fn write_format(connection: &Connection) -> Result<()> {
    meta::write_schema_checksum(connection)?;
    connection.pragma_update(None, "user_version", FORMAT).map_err(sqlite_error)
}

/// Opens a connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = connect(path, OPEN_FLAGS, LockingMode::Shared, Some(WRITE_TIMEOUT))?;
    connection.pragma_update(None, "query_only", true).map_err(sqlite_error)?;
    Ok(connection)
}

/// Returns the absolute path, which does not depend on the current directory and is never one of SQLite's
/// special names.
pub(super) fn make_absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| path_error(path, &format!("is not a valid path: {error}")))
}

/// Returns the target of a symbolic link: SQLite stores the log next to it.
pub(super) fn resolve_link(path: PathBuf) -> PathBuf {
    match std::fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_symlink() => std::fs::canonicalize(&path).unwrap_or(path),
        _ => path,
    }
}

/// Returns whether the file does not exist or is empty.
pub(super) fn needs_creation(path: &Path) -> Result<bool> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(metadata.len() == 0),
        Ok(metadata) if metadata.is_dir() => Err(path_error(path, "is a directory; specify a file")),
        Ok(_) => Err(path_error(path, "is not a regular file; choose another path")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(path_error(path, &format!("cannot be read: {error}"))),
    }
}

/// Reads the header without changing any file. `immutable` prevents SQLite from recovering a file that may
/// belong to another application. The file is read through SQLite: if this process opened and closed the file itself,
/// POSIX would release the locks that SQLite holds. Without its log the file may look truncated; `WRITABLE_SCHEMA` makes
/// SQLite ignore that.
fn read_header_without_wal(path: &Path) -> Result<Header> {
    read_header(&open_without_wal(path)?)
}

/// Returns the generation in the file itself, or `None` if it cannot be read without the log.
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
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    if cfg!(windows) {
        uri.push('/');
    }
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            byte if is_unreserved(*byte) => uri.push(char::from(*byte)),
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
            let text = format!(
                "was written by a newer release of sfn-alias; upgrade sfn-alias (the file has format {format}, this \
                 release supports formats up to {FORMAT})"
            );
            Err(path_error(path, &text))
        }
        _ => {
            let text = format!(
                "belongs to another application (SQLite application id {application:#010x}); choose another path"
            );
            Err(path_error(path, &text))
        }
    }
}

/// Opens a connection that waits up to `timeout` for each lock, or does not wait.
fn connect(path: &Path, flags: OpenFlags, locking: LockingMode, timeout: Option<Duration>) -> Result<Connection> {
    let mut connection = Connection::open_with_flags(path, flags).map_err(sqlite_error)?;
    // SQLite opens a file that is not writable as read-only, and its later error is less clear.
    if connection.is_readonly("main").map_err(sqlite_error)? {
        return Err(path_error(path, "is read-only; make the file and its directory writable"));
    }
    connection.busy_handler(timeout.map(busy_handler)).map_err(sqlite_error)?;
    configure(connection, locking).map_err(sqlite_error)
}

fn configure(connection: Connection, locking: LockingMode) -> rusqlite::Result<Connection> {
    if locking == LockingMode::Exclusive {
        // Before the first read, so that SQLite excludes other connections from the beginning.
        connection.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    }
    checksum::register(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE_CAPACITY);
    // Otherwise SQLite prepares a statement with a range again whenever its bounds change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // FULL: a commit is on disk before it returns. The schema declares no foreign keys.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

/// Creates the file in one transaction, unless another process already did. The file is switched to WAL mode
/// only afterwards, so that its header always identifies this crate.
fn create(path: &Path, locking: LockingMode) -> Result<Connection> {
    let connection = connect(path, OPEN_FLAGS | OpenFlags::SQLITE_OPEN_CREATE, locking, Some(OPEN_TIMEOUT))?;
    let transaction = TransactionGuard::begin(&connection, TransactionBehavior::Exclusive)?;
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
    fill_random(&mut token_key)?;
    connection.execute_batch(include_str!("schema.sql")).map_err(sqlite_error)?;
    meta::put(connection, "token_key", &token_key)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(sqlite_error)?;
    generation::write_first(connection)?;
    write_format(connection)
}
