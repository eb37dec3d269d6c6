//! Generates RULES.md from the rules of the template checks.

use sfn_alias_template::{Rule, rules};
use std::fmt::{Error, Write as _};

const HEAD: &str = "# Rules

The rules of `check_template` for CloudFormation templates, SAM templates and Terraform plans.
This page is generated from the rules (`make generate`); `make test` checks that it is up to date.
`vectors/templates/faulty` contains examples of every rule with the expected findings.

Ids and names do not change in later releases. The option `disable` turns off a rule. To accept a single finding
with a reason, use the option `acknowledge` or the metadata of the resource:

```yaml
Metadata:
  sfn-alias:
    acknowledge:
      - {rule: unqualified-start, reason: The nightly run always uses the latest revision.}
```

";

/// Returns the page.
pub(crate) fn page() -> Result<String, Error> {
    let mut page = String::from(HEAD);
    page.push_str("| id | name | severity | problem |\n| --- | --- | --- | --- |\n");
    for Rule { id, name, severity, title, .. } in rules() {
        writeln!(page, "| [{id}](#{}-{name}) | {name} | {} | {title} |", id.to_lowercase(), severity.as_str())?;
    }
    for rule in rules() {
        let Rule { id, name, severity, title, description, fix, url } = rule;
        writeln!(page, "\n## {id} {name}\n\n{title} ({}).\n", severity.as_str())?;
        if let Some(reads) = rule.reads() {
            writeln!(page, "- Checked resources: {reads}")?;
        }
        writeln!(page, "- Why: {description}\n- Fix: {fix}\n- AWS: <{url}>")?;
    }
    Ok(page)
}
