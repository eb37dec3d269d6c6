//! The page of the template checks' rules.

use sfn_alias_template::{Rule, rules};
use std::fmt::{Error, Write as _};

const HEAD: &str = "# Rules

What `check_template` says of CloudFormation and SAM templates and of Terraform plans, before a deploy.
This page is generated from the rules (`make generate`); `make test` verifies that it is current.
`vectors/templates/faulty` has examples of every rule with what is found in them.

Ids and names stay the same in every later version. A rule is switched off with `disable` in the options,
and one finding is accepted with a reason: with `acknowledge` in the options, or in the resource itself:

```yaml
Metadata:
  sfn-alias:
    acknowledge:
      - {rule: unqualified-start, reason: The nightly run always takes the newest revision.}
```

";

/// The page.
pub(crate) fn page() -> Result<String, Error> {
    let mut page = String::from(HEAD);
    page.push_str("| id | name | severity | what is wrong |\n| --- | --- | --- | --- |\n");
    for Rule { id, name, severity, title, .. } in rules() {
        writeln!(page, "| [{id}](#{}-{name}) | {name} | {} | {title} |", id.to_lowercase(), severity.as_str())?;
    }
    for rule in rules() {
        let Rule { id, name, severity, title, description, fix, url } = rule;
        writeln!(page, "\n## {id} {name}\n\n{title} ({}).\n", severity.as_str())?;
        if let Some(reads) = rule.reads() {
            writeln!(page, "- Read: {reads}")?;
        }
        writeln!(page, "- Why: {description}\n- Fix: {fix}\n- AWS: <{url}>")?;
    }
    Ok(page)
}
