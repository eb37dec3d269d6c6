//! Tests of alarm commands that do not end, and of their exit status.

use sfn_alias_cli::run_alarm_command;
use sfn_alias_deployment::CallFailure;
use std::process::Command;
use std::time::Duration;

/// Runs a command that times out. None of its children remains to write to the pipe.
fn assert_killed_with_children(command: &str) {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap())
    };
    let command = command.replace("PIPE", pipe.to_str().unwrap());
    let timeout = CallFailure::network("the alarm command timed out after 3 seconds".to_owned());
    assert_eq!(run_alarm_command(&command, &[], Duration::from_secs(3)), Err(timeout));
    assert_eq!(reader.join().unwrap(), "started\n");
}

#[test]
fn children_are_killed() {
    assert_killed_with_children("(echo started; sleep 100; echo alive) > PIPE & wait; :");
}

#[test]
fn the_timeout_includes_a_command_without_output() {
    assert_killed_with_children("exec >&-; (echo started; sleep 100; echo alive) > PIPE; :");
}

#[test]
fn the_timeout_includes_the_output_of_children() {
    assert_killed_with_children("(echo started > PIPE; sleep 100; echo alive) 3> PIPE & :");
}

#[test]
fn another_exit_status_is_retried() {
    let failure = CallFailure::network("expected exit status 0 of the alarm command, found exit status: 3".to_owned());
    assert_eq!(run_alarm_command("exit 3;", &[], Duration::from_secs(60)), Err(failure));
}
