//! FIDELITY.md: the counts by operation and source, and the most important assumptions.

use super::assumptions;
use super::kinds::{KINDS, count, format_counts};
use super::vectors::{Group, Vector};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "# Fidelity

Every behaviour of sfn-alias is a vector in `vectors/`, and every vector states its source. This page is
generated from the vectors (`make generate`); `make test` checks that it is up to date. The page of an operation has a section
for each response; [docs/errors.md](docs/errors.md) lists the errors.

A source has a kind and a basis. The kind is that of the outcome; the basis states if the text has another source.

The recordings come from LocalStack's public test suite (Apache-2.0), which was run against AWS. They contain
error codes and messages, and some contain status codes.

All vectors run on each store: in memory, in a file, and [shared by several servers](docs/cluster.md#consistency). A shared store differs
in three ways. Until it deletes the oldest ones, each server stores up to 1/64 more executions than the limit. The order of executions that
different servers start depends on the clocks of the servers. An ending is an error if the execution with its input, output and the
causes of earlier endings would have more than 1.4 MB.

";

const SETTLE: &str = r#"The most important one is first; a link shows the expected response. If you have an account, you can settle them: `verify` sends the
requests of the vectors to AWS and prints what differs. The tests do not run these commands, because they need AWS; they check that each
`verify` selects its vectors.

```sh
role=arn:aws:iam::123456789012:role/machines   # replace it; the role must trust states.amazonaws.com
verify() {
  sfn-alias verify --endpoint-url https://states.us-east-1.amazonaws.com --region us-east-1 \
    --state-machine-role-arn "$role" --record responses.json --only "$@"
}
# For the commands with `aws`: a state machine with two versions and an alias. Each execution takes a minute. Delete it afterwards.
definition='{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": true}}}'
orders=$(aws stepfunctions create-state-machine --name orders --role-arn "$role" --publish \
  --definition "$definition" --query stateMachineArn --output text)
aws stepfunctions update-state-machine --state-machine-arn $orders --definition "${definition/60/61}" --publish
aws stepfunctions create-state-machine-alias --name live --routing-configuration stateMachineVersionArn=$orders:1,weight=100
```

"#;

const REPORT: &str = "
**To report a result**, turn `responses.json` into a recorded vector ([how](CONTRIBUTING.md#the-format-of-vectors)) and send the change,
also if AWS agrees. Or open an issue with the commands and the responses. A recorded vector leaves this list.
More about `verify`: [docs/verify.md](docs/verify.md).
";

/// Returns the page.
///
/// # Errors
/// The assumptions cannot be read, or name a vector that is not assumed.
pub(super) fn page(directory: &Path, groups: &[Group]) -> Result<String, Box<dyn Error>> {
    let mut page = String::from(HEAD);
    page.push_str("| source | meaning |\n| --- | --- |\n");
    for (kind, meaning) in KINDS {
        writeln!(page, "| {kind} | {meaning} |")?;
    }
    let mut rows: Vec<_> = groups
        .iter()
        .map(|group| (format!("[{}]({})", group.title, group.page()), count_kinds(&group.vectors)))
        .collect();
    rows.push(("all".to_owned(), count_kinds(groups.iter().flat_map(|group| &group.vectors))));
    write!(page, "\n{}", format_counts("behaviours of", &rows))?;
    let (number, assumptions) = assumptions::list(directory, groups)?;
    write!(
        page,
        "\n## The {number} assumptions that could change a program's behaviour\n\n{SETTLE}{assumptions}{REPORT}"
    )?;
    Ok(page)
}

fn count_kinds<'a>(vectors: impl IntoIterator<Item = &'a Vector>) -> [usize; KINDS.len()] {
    count(vectors.into_iter().map(|vector| vector.kind.as_str()))
}
