//! A command of the shell that tells the states of alarms.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A command that takes longer is ended.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether the command has ended.
const TICK: Duration = Duration::from_millis(10);
/// No list of a hundred alarms is longer.
const LONGEST: u64 = 1 << 20;
/// Of the shell: the command cannot be run, or is not there.
const NO_COMMAND: [i32; 2] = [126, 127];

/// The processes of the command that runs now.
static RUNNING: Mutex<Option<Pid>> = Mutex::new(None);

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Another attempt may have one.
    Passing(String),
    /// No attempt will.
    Lasting(String),
}

/// What the command prints, within bounds of time and length. It is a group of processes of its own: that group is
/// ended as a whole.
pub(super) fn ask(command: &str, names: &[String], patience: Duration) -> Result<Vec<u8>, Fault> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} \"$@\"")).arg("sh").args(names);
    shell.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = shell.spawn().map_err(|error| Fault::Lasting(format!("the shell `sh` cannot be run: {error}")))?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    running(group);
    let answer = answered(&mut child, patience);
    running(None);
    if answer.is_none() {
        end(group);
    }
    // What was ended is no process any longer.
    let ended = child.wait().map_err(failed)?;
    let Some(printed) = answer else {
        return Err(Fault::Passing(format!("the alarm command took longer than {} seconds", patience.as_secs())));
    };
    judged(command, ended, printed?)
}

/// Ends the command that runs now.
pub(super) fn end_running() {
    end(*RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
}

fn running(group: Option<Pid>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = group;
}

fn end(group: Option<Pid>) {
    // It may have ended by itself in the meantime.
    group.map(|group| kill_process_group(group, Signal::KILL).ok());
}

/// What it printed; `None` where it has not ended in time.
fn answered(child: &mut Child, patience: Duration) -> Option<Result<Vec<u8>, Fault>> {
    let started = Instant::now();
    // `None`: what was started is to be ended.
    let printed = printed(child).ok()?;
    let ended = loop {
        match child.try_wait() {
            Ok(None) if started.elapsed() >= patience => return None,
            Ok(None) => std::thread::sleep(TICK),
            Ok(Some(_)) => break printed.recv_timeout(patience.saturating_sub(started.elapsed())),
            Err(error) => return Some(Err(failed(error))),
        }
    };
    ended.ok().map(|read| read.map_err(failed))
}

fn printed(child: &mut Child) -> std::io::Result<Receiver<std::io::Result<Vec<u8>>>> {
    let (send, receive) = mpsc::channel();
    let output = child.stdout.take();
    let read = move || {
        let mut printed = Vec::new();
        let read = output.map_or(Ok(0), |output| output.take(LONGEST.saturating_add(1)).read_to_end(&mut printed));
        // Nobody listens any more after the time is up.
        send.send(read.map(|_| printed)).ok();
    };
    std::thread::Builder::new().spawn(read)?;
    Ok(receive)
}

fn judged(command: &str, ended: ExitStatus, printed: Vec<u8>) -> Result<Vec<u8>, Fault> {
    if printed.len() as u64 > LONGEST {
        return Err(Fault::Lasting(format!("the alarm command `{command}` printed more than {LONGEST} bytes")));
    }
    match ended.code() {
        Some(0) => Ok(printed),
        Some(code) if NO_COMMAND.contains(&code) => Err(Fault::Lasting(format!(
            "the alarm command `{command}` cannot be run ({ended}): give one that the shell finds and may run"
        ))),
        _ => Err(Fault::Passing(format!("the alarm command ended with {ended}"))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: std::io::Error) -> Fault {
    Fault::Passing(format!("the alarm command {error}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Fault, ask};
    use std::process::Command;
    use std::time::Duration;

    /// Runs it with too little time. Of what it started nothing is left that could write into the pipe.
    fn is_ended_as_a_whole(command: &str) {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reads = {
            let pipe = pipe.clone();
            std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap())
        };
        let command = command.replace("PIPE", pipe.to_str().unwrap());
        let late = Fault::Passing("the alarm command took longer than 1 seconds".to_owned());
        assert_eq!(ask(&command, &[], Duration::from_secs(1)), Err(late));
        assert_eq!(reads.join().unwrap(), "begun\n");
    }

    #[test]
    fn what_a_command_started_ends_with_it() {
        is_ended_as_a_whole("(echo begun; sleep 100; echo alive) > PIPE & wait; :");
    }

    #[test]
    fn the_time_counts_until_the_command_has_ended() {
        is_ended_as_a_whole("exec >&-; (echo begun; sleep 100; echo alive) > PIPE; :");
    }

    #[test]
    fn the_time_counts_until_the_output_has_ended() {
        is_ended_as_a_whole("(echo begun > PIPE; sleep 100; echo alive) 3> PIPE & :");
    }

    #[test]
    fn a_command_that_is_not_there_is_not_asked_again() {
        let fault = "the alarm command `no-such-command` cannot be run (exit status: 127): give one that the shell finds and may run";
        assert_eq!(ask("no-such-command", &[], Duration::from_secs(60)), Err(Fault::Lasting(fault.to_owned())));
        let fault = Fault::Passing("the alarm command ended with exit status: 3".to_owned());
        assert_eq!(ask("exit 3;", &[], Duration::from_secs(60)), Err(fault));
    }

    #[test]
    fn output_without_an_end_is_a_fault() {
        let fault = "the alarm command `cat /dev/zero #` printed more than 1048576 bytes".to_owned();
        assert_eq!(ask("cat /dev/zero #", &[], Duration::from_secs(60)), Err(Fault::Lasting(fault)));
    }

    #[test]
    fn it_gets_the_names() {
        let names = ["a b".to_owned(), "c".to_owned()];
        assert_eq!(ask("printf '%s|'", &names, Duration::from_secs(60)), Ok(b"a b|c|".to_vec()));
    }
}
