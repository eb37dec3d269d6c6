//! Runs the command of `--alarm-command`.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The command is killed after this time.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);
/// How often the exit of the command is checked.
const TICK: Duration = Duration::from_millis(10);
/// The maximum length of the output. The states of a hundred alarms are shorter.
const MAX_BYTES: u64 = 1 << 20;
/// The exit codes with which the shell reports that a command is not executable or not found.
const NOT_RUNNABLE: [i32; 2] = [126, 127];

/// The process group of the running command.
static RUNNING: Mutex<Option<Pid>> = Mutex::new(None);

/// Why there is no output.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CommandError {
    /// A retry may succeed.
    Transient(String),
    /// A retry will fail too.
    Permanent(String),
}

/// Runs a shell command with the alarm names as arguments, and returns its output. Time and output are limited. The
/// command runs in its own process group, so that it is killed with its children.
pub(super) fn run_alarm_command(command: &str, names: &[String], timeout: Duration) -> Result<Vec<u8>, CommandError> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} \"$@\"")).arg("sh").args(names);
    shell.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped());
    let not_started = |error| CommandError::Permanent(format!("cannot run the shell `sh`: {error}"));
    let mut child = shell.spawn().map_err(not_started)?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    set_running(group);
    let output = wait_for_output(&mut child, timeout);
    set_running(None);
    if output.is_none() {
        kill_group(group);
    }
    // Waits for the killed process too, so that it does not become a zombie.
    let status = child.wait().map_err(io_error)?;
    let Some(output) = output else {
        return Err(CommandError::Transient(format!(
            "the alarm command timed out after {} seconds",
            timeout.as_secs()
        )));
    };
    check_result(command, status, output?)
}

/// Kills the running command.
pub(super) fn kill_running() {
    kill_group(*RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
}

fn set_running(group: Option<Pid>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = group;
}

fn kill_group(group: Option<Pid>) {
    // An error means that it has exited meanwhile.
    group.map(|group| kill_process_group(group, Signal::KILL).ok());
}

/// Returns the output, or `None` if the command must be killed.
fn wait_for_output(child: &mut Child, timeout: Duration) -> Option<Result<Vec<u8>, CommandError>> {
    let started = Instant::now();
    let output = read_output(child).ok()?;
    let received = loop {
        match child.try_wait() {
            Ok(None) if started.elapsed() >= timeout => return None,
            Ok(None) => std::thread::sleep(TICK),
            Ok(Some(_)) => break output.recv_timeout(timeout.saturating_sub(started.elapsed())),
            Err(error) => return Some(Err(io_error(error))),
        }
    };
    received.ok().map(|read| read.map_err(io_error))
}

/// Reads the output in a new thread.
fn read_output(child: &mut Child) -> std::io::Result<Receiver<std::io::Result<Vec<u8>>>> {
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take();
    let read = move || {
        let mut bytes = Vec::new();
        let read = stdout.map_or(Ok(0), |stdout| stdout.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes));
        // After a timeout there is no receiver.
        sender.send(read.map(|_| bytes)).ok();
    };
    std::thread::Builder::new().spawn(read)?;
    Ok(receiver)
}

fn check_result(command: &str, status: ExitStatus, output: Vec<u8>) -> Result<Vec<u8>, CommandError> {
    if output.len() as u64 > MAX_BYTES {
        return Err(CommandError::Permanent(format!(
            "the alarm command `{command}` printed more than {MAX_BYTES} bytes"
        )));
    }
    match status.code() {
        Some(0) => Ok(output),
        Some(code) if NOT_RUNNABLE.contains(&code) => Err(CommandError::Permanent(format!(
            "cannot run the alarm command `{command}` ({status}); use an executable command"
        ))),
        _ => Err(CommandError::Transient(format!("expected exit status 0 of the alarm command, found {status}"))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn io_error(error: std::io::Error) -> CommandError {
    CommandError::Transient(format!("the alarm command failed: {error}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{CommandError, run_alarm_command};
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
        let timeout = CommandError::Transient("the alarm command timed out after 1 seconds".to_owned());
        assert_eq!(run_alarm_command(&command, &[], Duration::from_secs(1)), Err(timeout));
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
    fn a_missing_command_is_a_permanent_error() {
        let error = "cannot run the alarm command `no-such-command` (exit status: 127); use an executable command";
        assert_eq!(
            run_alarm_command("no-such-command", &[], Duration::from_secs(60)),
            Err(CommandError::Permanent(error.to_owned()))
        );
        let error =
            CommandError::Transient("expected exit status 0 of the alarm command, found exit status: 3".to_owned());
        assert_eq!(run_alarm_command("exit 3;", &[], Duration::from_secs(60)), Err(error));
    }

    #[test]
    fn endless_output_is_a_permanent_error() {
        let error = "the alarm command `cat /dev/zero #` printed more than 1048576 bytes".to_owned();
        assert_eq!(
            run_alarm_command("cat /dev/zero #", &[], Duration::from_secs(60)),
            Err(CommandError::Permanent(error))
        );
    }

    #[test]
    fn names_are_arguments() {
        let names = ["a b".to_owned(), "c".to_owned()];
        assert_eq!(run_alarm_command("printf '%s|'", &names, Duration::from_secs(60)), Ok(b"a b|c|".to_vec()));
    }
}
