//! Runs the commands of "Deploy gradually" in README.md and of pages in `docs/`, and compares their output and pictures.
//!
//! A block after a line that ends with `` `NAME`: `` is the content of this file. Each `console` block runs in one shell, with
//! the variables of the blocks before it. The Python tests run the blocks with `cfn-lint`.

use crate::support::{Fixture, ONE, TWO, advance_a_minute, program, strip_times};
use serde_json::json;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A block of code in a page.
struct Block<'p> {
    language: &'p str,
    code: &'p str,
    /// The last line before the block that is not empty.
    line_before: &'p str,
}

impl Block<'_> {
    /// Returns the name of the file whose content is this block.
    fn file_name(&self) -> Option<&str> {
        let name = self.line_before.strip_suffix("`:")?.rsplit('`').next();
        name.filter(|_| self.language != "console")
    }

    /// Returns the commands of a `console` block, and their output.
    fn split_console(&self) -> (String, String) {
        let (mut commands, mut output) = (String::new(), String::new());
        for line in self.code.lines() {
            match line.strip_prefix("$ ").or_else(|| line.strip_prefix("> ")) {
                Some(command) => commands += &format!("{command}\n"),
                None => output += &format!("{line}\n"),
            }
        }
        (commands, output)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read_blocks(page: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut rest) = (Vec::new(), page);
    while let Some((before, after)) = rest.split_once("\n```") {
        let (language, after) = after.split_once('\n').unwrap();
        let (code, after) = after.split_once("```\n").unwrap();
        let line_before = before.trim_end().lines().last().unwrap_or_default();
        blocks.push(Block { language, code, line_before });
        rest = after;
    }
    blocks
}

/// Returns PATH with the directory of the program, and another one.
fn search_path(other: Option<&Path>) -> String {
    let program = program(&[]);
    let directories = Path::new(program.get_program()).parent().into_iter().chain(other);
    let mut path: String = directories.map(|directory| format!("{}:", directory.display())).collect();
    path += &std::env::var("PATH").unwrap();
    path
}

/// A directory in which the blocks of a page run.
struct Page {
    directory: TempDir,
    assignments: String,
}

impl Page {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap(), assignments: String::new() }
    }

    /// Writes an executable that replaces a program.
    fn replace_program(&self, name: &str, script: &str) {
        let path = self.directory.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// Runs all blocks of a page. Returns the number of `console` blocks.
    fn run(&mut self, name: &str) -> usize {
        let text = std::fs::read_to_string(root().join("docs").join(name)).unwrap();
        let mut count = 0;
        for block in read_blocks(&text) {
            if let Some(file) = block.file_name() {
                std::fs::write(self.directory.path().join(file), block.code).unwrap();
            } else if block.language == "console" && !block.code.contains("cfn-lint") {
                self.run_console(&block);
                count += 1;
            }
        }
        self.compare_pictures(&text);
        count
    }

    fn run_console(&mut self, block: &Block<'_>) {
        if block.line_before.starts_with("A minute later") {
            self.state_files().for_each(|file| advance_a_minute(file.to_str().unwrap()));
        }
        let (commands, expected) = block.split_console();
        let script = format!("exec 2>&1\n{}{commands}", self.assignments);
        let mut shell = Command::new("bash");
        shell.args(["-uc", &script]).current_dir(&self.directory).env("PATH", search_path(Some(self.directory.path())));
        let output =
            shell.env_remove("AWS_ENDPOINT_URL_SFN").env_remove("AWS_ENDPOINT_URL_CLOUDWATCH").output().unwrap();
        assert_eq!(strip_times(&String::from_utf8(output.stdout).unwrap()), strip_times(&expected), "{commands}");
        let is_assignment = |line: &&str| {
            line.split_once('=').is_some_and(|(name, _)| name.chars().all(|letter| letter.is_ascii_alphanumeric()))
        };
        self.assignments.extend(commands.lines().filter(is_assignment).map(|line| format!("{line}\n")));
    }

    /// Returns the state files of deployments that wait for the next step.
    fn state_files(&self) -> impl Iterator<Item = PathBuf> {
        let files = std::fs::read_dir(&self.directory).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|file| std::fs::read(file).is_ok_and(|text| String::from_utf8_lossy(&text).contains("untilMillis")))
    }

    /// Compares the pictures of the page with those that its commands wrote.
    fn compare_pictures(&self, text: &str) {
        let names: BTreeSet<_> =
            text.split("](pictures/").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
        for name in names {
            let expected = std::fs::read_to_string(root().join("docs/pictures").join(name)).unwrap();
            let found = std::fs::read_to_string(self.directory.path().join(name)).unwrap();
            assert_eq!(found, expected, "docs/pictures/{name}");
        }
    }
}

#[test]
fn deploy_gradually() {
    assert_eq!(Page::new().run("deploy-gradually.md"), 6);
}

#[test]
fn check_before_a_deploy() {
    let mut page = Page::new();
    let plan = root().join("vectors/templates/faulty/terraform-plan.json");
    page.replace_program("terraform", &format!("[ \"$*\" = 'show -json plan.out' ] && cat '{}'", plan.display()));
    assert_eq!(page.run("check-before-a-deploy.md"), 5);
}

/// Runs commands in a directory, against an endpoint.
fn run_commands(commands: &str, directory: &Path, url: &str) -> Output {
    let mut shell = Command::new("bash");
    shell.args(["-uc", commands]).current_dir(directory).env("PATH", search_path(None));
    shell.env("AWS_ENDPOINT_URL_SFN", url).output().unwrap()
}

/// The first section has the rules with which version 2 fails. The deployment takes a minute.
#[test]
fn deploy_gradually_in_the_readme() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let write_rules = text.lines().find(|line| line.starts_with("echo ") && line.ends_with(">outcomes.json")).unwrap();
    let (_, section) = text.split_once("\n## Deploy gradually\n").unwrap();
    let (commands, expected) = read_blocks(section)[0].split_console();
    let directory = TempDir::new().unwrap();
    assert!(run_commands(write_rules, directory.path(), "").status.success());
    let rules = directory.path().join("outcomes.json");
    let fixture = Fixture::with_options(&["--outcomes", rules.to_str().unwrap()]);
    let output = run_commands(&commands, directory.path(), &fixture.url);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{}", String::from_utf8_lossy(&output.stderr));
    let log = std::fs::read_to_string(directory.path().join("deploy.log")).unwrap();
    assert_eq!(strip_times(&log), LOG_OF_THE_README);
    assert_eq!(fixture.routing(), [(ONE.to_owned(), 100)]);
    let failed = fixture.call("ListExecutions", &json!({"stateMachineArn": TWO, "statusFilter": "FAILED"}));
    assert_eq!(failed, fixture.call("ListExecutions", &json!({"stateMachineArn": TWO})));
}

const LOG_OF_THE_README: &str = "state file: `sfn-alias-deploy-orders-PROD.json`
0 % on orders:2, step 0 of 2, updating the alias
10 % on orders:2, step 1 of 2, next step in 1m
10 % on orders:2, step 1 of 2, rolling back because of the alarm errors
0 % on orders:2, step 1 of 2, rolled back
";
