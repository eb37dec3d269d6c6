//! Generates docs/errors.md from the errors of the core and the vectors.

mod samples;

use crate::fidelity::{Group, Response, read_operations};
use crate::markdown::{anchor, escape, format_message};
use sfn_alias::{Error, ErrorKind};
use std::fmt::Write as _;
use std::path::Path;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HEAD: &str = "# Errors

On this page you find out what an error code means, what to do, and which operations return it. It is generated from the errors of
the library and the vectors (`make generate`).

An error code has the same name everywhere:

| language | name | message |
| --- | --- | --- |
| Python | the class `sfn_alias.errors.CODE`; `error.code` | `error.message` |
| Node | `error.name` and `error.code` | `error.message` |
| C | the result `SFN_ALIAS_...` in the table; `sfn_alias_error_code` | `sfn_alias_error_message` |
| Rust | `ErrorKind::CODE`; `error.code()` | `error.to_string()`; `error.fix()` returns what to do |
| HTTP | `__type`, after the `#` | `message` |

";

const EXECUTIONS: &str = "## Errors of executions

An execution that is FAILED has the `error` of your rule, function, engine or request, or one of these:

| `error` of DescribeExecution | meaning | what to do |
| --- | --- | --- |
| `SfnAlias.CallbackError` | the [function](on-start.md) returned a result that is not valid, or panicked | correct what `cause` states |
| `SfnAlias.Upstream` | the [engine](upstream.md) did not accept the execution, did not respond or lost it | `cause` names the URL and the error |
| `SfnAlias.NotSupported` | [`runDefinitions`](../bindings-node/README.md#functions-that-end-executions) does not interpret a part of the definition | run it on an [engine](upstream.md) |
| `SfnAlias.NoTaskHandler` | a Task state has no function in the options of `runDefinitions` | add it to `taskResourceLocalHandlers` |

";

/// Returns whether an error is a failure of the library itself.
fn is_own(kind: ErrorKind) -> bool {
    kind.status() == 500 && kind != ErrorKind::InternalServerError
}

/// Returns the page.
///
/// # Errors
/// A file cannot be read, or a language has no name for an error.
pub(crate) fn page(root: &Path) -> Result<String> {
    let groups = read_operations(&root.join("vectors"))?;
    let names = Names::read(root)?;
    let (own, aws): (Vec<ErrorKind>, Vec<ErrorKind>) = ErrorKind::ALL.iter().partition(|kind| is_own(**kind));
    let mut page = String::from(HEAD);
    write!(page, "## Error codes of AWS\n\n{}\n", names.table(&aws)?)?;
    write!(page, "## Error codes of sfn-alias\n\nThese are failures of sfn-alias itself.\n\n{}\n", names.table(&own)?)?;
    page.push_str(EXECUTIONS);
    let samples = samples::samples();
    for kind in ErrorKind::ALL {
        write!(page, "## {kind}\n\n{}\n\n{}\n", kind.description(), messages(*kind, &samples)?)?;
        if !is_own(*kind) {
            write!(page, "Returned by (number of vectors): {}.\n\n", operations(*kind, &groups)?)?;
        }
    }
    page.push_str("Related: [sources of each behaviour](../FIDELITY.md), [errors of signatures](fidelity/signatures.md), [errors of the C interface itself](../bindings-c/README.md#conventions), [all pages](README.md).\n");
    Ok(page)
}

/// The files with the names of other languages.
struct Names {
    header: String,
    classes: String,
}

impl Names {
    fn read(root: &Path) -> Result<Self> {
        Ok(Self {
            header: std::fs::read_to_string(root.join("bindings-c/include/sfn_alias.h"))?,
            classes: std::fs::read_to_string(root.join("bindings-python/python/sfn_alias/errors.py"))?,
        })
    }

    fn table(&self, kinds: &[ErrorKind]) -> Result<String> {
        let mut table = String::from("| error code | meaning | HTTP | result in C |\n| --- | --- | ---: | --- |\n");
        for kind in kinds {
            let (result, number) = (self.c_name(*kind)?, kind.number());
            let link = format!("[{kind}](#{})", anchor(kind.code()));
            writeln!(table, "| {link} | {} | {} | `{result}` ({number}) |", escape(kind.description()), kind.status())?;
        }
        Ok(table)
    }

    /// Returns the name in C, and checks that C and Python have the error.
    fn c_name(&self, kind: ErrorKind) -> Result<String> {
        let mut name = String::from("SFN_ALIAS");
        for character in kind.code().chars() {
            if character.is_uppercase() {
                name.push('_');
            }
            name.push(character.to_ascii_uppercase());
        }
        if !self.header.contains(&format!("{name} = {},", kind.number())) {
            return Err(
                format!("sfn_alias.h has no `{name} = {}`; run `make -C bindings-c generate`", kind.number()).into()
            );
        }
        if !self.classes.contains(&format!("class {kind}(StepFunctionsError")) {
            return Err(format!("errors.py has no class `{kind}`; add it").into());
        }
        Ok(name)
    }
}

/// Returns the messages of an error code, with what to do.
fn messages(kind: ErrorKind, samples: &[Error]) -> Result<String> {
    let mut table = String::from("| message, for example | what to do |\n| --- | --- |\n");
    let mut samples = samples.iter().filter(|error| error.kind() == kind).peekable();
    if samples.peek().is_none() {
        return Err(format!(
            "the error reference has no sample of `{kind}`; add one to tools/generate/src/errors/samples.rs"
        )
        .into());
    }
    for error in samples {
        let hidden = if error.wire_message().is_none() { "<br>AWS returns it without a message." } else { "" };
        let reason = error.reason().map_or_else(String::new, |reason| format!("<br>Reason: `{reason}`"));
        writeln!(table, "| {}{reason}{hidden} | {} |", format_message(&error.to_string()), escape(&error.fix()))?;
    }
    Ok(table)
}

/// Returns the operations whose vectors have this error code, with the number of vectors.
fn operations(kind: ErrorKind, groups: &[Group]) -> Result<String> {
    let response = Response::Error(kind.code().to_owned());
    let count = |group: &Group| group.vectors.iter().filter(|vector| vector.response == response).count();
    let links: Vec<String> = groups
        .iter()
        .filter(|group| count(group) > 0)
        .map(|group| format!("[{}](fidelity/{}.md#{}) {}", group.title, group.name, anchor(kind.code()), count(group)))
        .collect();
    if links.is_empty() { Err(format!("no vector returns `{kind}`; add one").into()) } else { Ok(links.join(", ")) }
}
