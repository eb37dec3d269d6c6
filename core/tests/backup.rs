//! Backups of a file in use, and their restoration.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, call_ok, new_alias, new_state_machine, put_document};
use serde_json::{Value, json};
use sfn_alias::store::{is_locked, restore};
use sfn_alias::{Options, StepFunctions};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

fn names(sfn: &StepFunctions) -> Vec<Value> {
    let machines = call_ok(sfn, "ListStateMachines", &json!({"maxResults": 1000}))["stateMachines"].clone();
    machines.as_array().unwrap().iter().map(|machine| machine["name"].clone()).collect()
}

fn temp_folder() -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    let (file, copy) = (folder.path().join("aliases.db"), folder.path().join("copy.db"));
    (folder, file, copy)
}

#[track_caller]
fn error_of<T: std::fmt::Debug>(result: sfn_alias::Result<T>, path: &Path) -> String {
    let error = result.unwrap_err().to_string();
    error.strip_prefix(&format!("storage error: `{}` ", path.display())).unwrap_or(&error).to_owned()
}

/// Lists the files of a folder.
fn files(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn backup_of_open_file_is_complete() {
    for exclusive in [true, false] {
        let (folder, file, copy) = temp_folder();
        let sfn = match exclusive {
            true => StepFunctions::open_exclusive(&file, Options::default()).unwrap(),
            false => StepFunctions::open(&file).unwrap(),
        };
        (0..300)
            .for_each(|number| drop(call_ok(&sfn, "CreateStateMachine", &new_state_machine(&format!("m{number}")))));
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
        let alias = format!("{ORDERS}:PROD");
        put_document(&sfn, &alias, "a", "1");
        sfn.back_up(&copy).unwrap();
        put_document(&sfn, &alias, "a", "2");
        assert_eq!(error_of(sfn.back_up(&copy), &copy), "exists; delete it first, or choose another path");
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("later"));
        let saved = StepFunctions::open(&copy).unwrap();
        assert_eq!((names(&saved).len(), names(&sfn).len()), (301, 302));
        assert_eq!([&saved, &sfn].map(|sfn| sfn.document(&alias, "a").unwrap().unwrap()), ["1", "2"]);
        drop((saved, sfn));
        assert_eq!(files(&folder), ["aliases.db", "copy.db"]);
    }
}

/// Every backup has a prefix of the writes.
#[test]
fn backup_during_writes_is_consistent() {
    for exclusive in [true, false] {
        let (_folder, file, copy) = temp_folder();
        let sfn = match exclusive {
            true => StepFunctions::open_exclusive(&file, Options::default()).unwrap(),
            false => StepFunctions::open(&file).unwrap(),
        };
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        let stop = AtomicBool::new(false);
        let start = |number: usize| json!({"stateMachineArn": ORDERS, "name": format!("e{number:06}"), "input": "{}"});
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut number = 0;
                while !stop.load(Ordering::SeqCst) {
                    call_ok(&sfn, "StartExecution", &start(number));
                    number += 1;
                }
            });
            for _ in 0..5 {
                sfn.back_up(&copy).unwrap();
                let saved = StepFunctions::open(&copy).unwrap();
                let executions =
                    call_ok(&saved, "ListExecutions", &json!({"stateMachineArn": ORDERS, "maxResults": 1000}));
                let mut names: Vec<_> = executions["executions"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|execution| execution["name"].as_str().unwrap().to_owned())
                    .collect();
                names.sort();
                let expected: Vec<_> = (0..names.len()).map(|number| format!("e{number:06}")).collect();
                assert!(executions["nextToken"].is_string() || names == expected, "{names:?}");
                drop(saved);
                fs::remove_file(&copy).unwrap();
            }
            stop.store(true, Ordering::SeqCst);
        });
    }
}

#[test]
fn service_in_memory_has_no_backup() {
    let (_folder, _, copy) = temp_folder();
    let text = format!("storage error: cannot back up to `{}`: the data is not in a file", copy.display());
    assert_eq!(StepFunctions::in_memory().unwrap().back_up(&copy).unwrap_err().to_string(), text);
}

#[test]
#[cfg(unix)]
fn backup_has_permissions_of_file() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, file, copy) = temp_folder();
    let sfn = StepFunctions::open(&file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    sfn.back_up(&copy).unwrap();
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn restored_file_has_data_of_backup() {
    let (folder, file, copy) = temp_folder();
    let sfn = StepFunctions::open_exclusive(&file, Options::default()).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    sfn.back_up(&copy).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("later"));
    assert!(is_locked(&file));
    assert_eq!(error_of(restore(&copy, &file), &file), "is in use; stop the process that uses it");
    assert_eq!(error_of(restore(&file, &copy), &file), "is in use; stop the process that uses it");
    drop(sfn);
    assert!(!is_locked(&file));
    let before = fs::read(&copy).unwrap();
    restore(&copy, &file).unwrap();
    assert_eq!(names(&StepFunctions::open(&file).unwrap()), [json!("orders")]);
    assert_eq!(fs::read(&copy).unwrap(), before);
    restore(&copy, &folder.path().join("new.db")).unwrap();
    assert_eq!(files(&folder), ["aliases.db", "copy.db", "new.db"]);
}

/// The log of a killed process belongs to the previous file.
#[test]
fn log_of_previous_file_is_deleted() {
    let (folder, file, copy) = temp_folder();
    let sfn = StepFunctions::open(&file).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    sfn.back_up(&copy).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("later"));
    let killed = folder.path().join("killed.db");
    for suffix in ["", "-wal"] {
        fs::copy(format!("{}{suffix}", file.display()), format!("{}{suffix}", killed.display())).unwrap();
    }
    // Without `restore`, the log is rejected, because the backup has a generation of its own.
    let (other, log) = (folder.path().join("other.db"), folder.path().join("other.db-wal"));
    fs::copy(&copy, &other).unwrap();
    fs::copy(folder.path().join("killed.db-wal"), &log).unwrap();
    assert!(error_of(StepFunctions::open(&other), &log).starts_with("does not belong to this database file"));
    restore(&copy, &killed).unwrap();
    assert_eq!(names(&StepFunctions::open(&killed).unwrap()), [json!("orders")]);
}

#[test]
fn damaged_backup_and_other_files_are_rejected() {
    let (folder, file, copy) = temp_folder();
    let sfn = StepFunctions::open(&file).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    sfn.back_up(&copy).unwrap();
    drop(sfn);
    let before = fs::read(&file).unwrap();
    let whole = fs::read(&copy).unwrap();
    let damaged = folder.path().join("damaged.db");
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..][..4096].fill(0xA5);
        fs::write(&damaged, &bytes).unwrap();
        if restore(&damaged, &file).is_ok() {
            // The page is not used.
            assert_eq!(names(&StepFunctions::open(&file).unwrap()), [json!("orders")], "page {page}");
            fs::write(&file, &before).unwrap();
        }
        assert_eq!(fs::read(&file).unwrap(), before, "page {page}");
    }
    let (missing, letter) = (folder.path().join("missing.db"), folder.path().join("letter.txt"));
    let text = "is not a backup: the file is empty or does not exist";
    assert_eq!(error_of(restore(&missing, &file), &missing), text);
    fs::write(&letter, "a letter to a friend").unwrap();
    let text = "is not a file of sfn-alias; delete it first, or choose another path";
    assert_eq!(error_of(restore(&copy, &letter), &letter), text);
    assert!(restore(&letter, &file).is_err());
    assert_eq!(files(&folder), ["aliases.db", "copy.db", "damaged.db", "letter.txt"]);
}
