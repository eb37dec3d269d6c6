//! Recognises the file, makes it where there is none, and opens connections to it.

use super::fault::{at, fault, store};
use super::patience::{OPENING, WRITING, patience};
use super::query::{first, run};
use super::transaction::Transaction;
use super::wal;
use crate::error::Result;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// "SfnA" in the file's header, so that no other application's file is taken for ours.
const APPLICATION_ID: i32 = 0x5366_6E41;
/// The format that this release reads and writes.
const FORMAT: i32 = 1;
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
    let mut connection = if is_new(path)? {
        create(path, sharing)?
    } else {
        check(path, peek(path)?)?;
        connect(path, FLAGS, sharing)?
    };
    wal::enable(&connection)?;
    check(path, header(&connection)?)?;
    wal::grow(&connection, path)?;
    connection.busy_handler(Some(patience(WRITING))).map_err(fault)?;
    Ok(connection)
}

/// A further connection, which only reads.
pub(super) fn reader(path: &Path) -> Result<Connection> {
    let mut connection = connect(path, FLAGS, Sharing::Shared)?;
    connection.busy_handler(Some(patience(WRITING))).map_err(fault)?;
    connection.pragma_update(None, "query_only", true).map_err(fault)?;
    Ok(connection)
}

/// The secret that was made with the file.
pub(super) fn token_key(connection: &Connection) -> Result<[u8; 32]> {
    let sql = "SELECT value FROM meta WHERE key = 'token_key'";
    first(connection, sql, [], |row| row.get(0))?
        .ok_or_else(|| store("the file has no key for page tokens; restore it from a copy".to_owned()))
}

/// How often this was asked before; inside a transaction.
pub(super) fn occasion(connection: &Connection) -> Result<u64> {
    let sql = "SELECT value FROM meta WHERE key = 'occasions'";
    let before: Option<[u8; 8]> = first(connection, sql, [], |row| row.get(0))?;
    let occasion = before.map_or(0, u64::from_be_bytes);
    let next = occasion.wrapping_add(1).to_be_bytes();
    run(connection, "REPLACE INTO meta (key, value) VALUES ('occasions', ?1)", [next])?;
    Ok(occasion)
}

/// The path as it stays when the process changes its folder, and never one of SQLite's own names.
pub(super) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| at(path, &format!("is no path: {error}")))
}

fn is_new(path: &Path) -> Result<bool> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(found.len() == 0),
        Ok(_) => Err(at(path, "is no file; give the path of a file, which is made when it is missing")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(at(path, &format!("cannot be looked at: {error}"))),
    }
}

/// Reads the header and leaves no trace. `immutable` keeps SQLite from recovering what might be
/// another application's file, and going through SQLite keeps the locks that this process holds on
/// the file: closing it by other means would drop them. Without its log the file may look cut off,
/// which `WRITABLE_SCHEMA` has SQLite pass over.
fn peek(path: &Path) -> Result<Header> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri(path), flags).map_err(fault)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true).map_err(fault)?;
    header(&connection)
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
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    // What may not be written is opened for reading only, and fails later with less to say.
    if connection.is_readonly("main").map_err(fault)? {
        return Err(at(path, "is read-only; make it and its folder writable"));
    }
    configure(connection, sharing).map_err(fault)
}

fn configure(mut connection: Connection, sharing: Sharing) -> rusqlite::Result<Connection> {
    connection.busy_handler(Some(patience(OPENING)))?;
    if sharing == Sharing::Exclusive {
        // Before anything is read: only then SQLite keeps others out from the beginning.
        connection.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    }
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
    getrandom::fill(&mut token_key).map_err(|error| store(format!("no randomness to be had: {error}")))?;
    let fill = || {
        connection.execute_batch(include_str!("schema.sql"))?;
        connection.execute("INSERT INTO meta (key, value) VALUES ('token_key', ?1)", [token_key])?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", FORMAT)
    };
    fill().map_err(fault)
}
