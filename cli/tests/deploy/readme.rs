//! Runs the commands of "Deploy gradually" in README.md.

use crate::support::{Fixture, ONE, TWO, program};
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

fn read_commands() -> String {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let section = readme.split("\n## Deploy gradually\n").nth(1).unwrap();
    let block = section.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let commands = block.lines().map(|line| line.strip_prefix("$ ").or(line.strip_prefix("> ")).unwrap());
    commands.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_commands_run() {
    let fixture = Fixture::new();
    let program = program(&[]);
    let directory = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-euc", &read_commands()]).current_dir(fixture.directory.path()).process_group(0);
    shell.env("PATH", path).env("AWS_ENDPOINT_URL_SFN", &fixture.url).env_remove("AWS_ENDPOINT_URL_CLOUDWATCH");
    let mut child = shell.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let progress: Vec<String> = lines.take(3).collect();
    // The group contains the shell and the driver, which waits for five minutes.
    let group = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process_group(group, Signal::KILL).unwrap();
    child.wait().unwrap();
    let state_file = "state file: `sfn-alias-deploy-orders-PROD.json`";
    assert_eq!(
        progress,
        [
            state_file,
            "0 % on orders:2, step 0 of 2, updating the alias",
            "10 % on orders:2, step 1 of 2, next step in 5m"
        ]
    );
    assert_eq!(fixture.routing(), [(TWO.to_owned(), 10), (ONE.to_owned(), 90)]);
    assert!(fixture.directory.path().join("sfn-alias-deploy-orders-PROD.json").exists());
}
