//! ARNs: parsing and formatting agree, and parsing never panics.

use crate::config;
use proptest::prelude::*;
use proptest::sample::select;
use sfn_alias::model::{Arn, Resource};
use sfn_alias::parse_arn;

/// Formats an ARN from its parts.
fn format_parts(arn: &Arn<'_>, rest: &str) -> String {
    let Arn { partition, region, account, .. } = arn;
    format!("arn:{partition}:states:{region}:{account}:{}:{rest}", arn.resource_type())
}

/// Returns the part of the ARN after the resource type.
fn resource_part(resource: Resource<'_>) -> Option<String> {
    Some(match resource {
        Resource::StateMachine { name } => name.to_owned(),
        Resource::Version { name, number } => format!("{name}:{number}"),
        Resource::Alias { name, alias } => format!("{name}:{alias}"),
        Resource::Label { name, label } => format!("{name}/{label}"),
        Resource::Execution { name, execution } => format!("{name}:{execution}"),
        Resource::Express { name, execution, id } => format!("{name}:{execution}:{id}"),
        Resource::Other { .. } => return None,
    })
}

fn check(text: &str) {
    let Ok(arn) = parse_arn(text) else { return };
    assert_eq!(parse_arn(&arn.to_string()), Ok(arn), "{text:?}");
    assert_eq!(arn.as_str(), text);
    if let Some(rest) = resource_part(arn.resource) {
        assert_eq!(format_parts(&arn, &rest), text);
    }
    assert!(text.starts_with(arn.state_machine_arn()), "{text:?}");
    // The name of a state machine cannot contain a slash.
    if let Resource::Version { name, .. } | Resource::Alias { name, .. } = arn.resource
        && !name.contains('/')
    {
        let machine = parse_arn(arn.state_machine_arn()).expect("a state machine ARN");
        assert_eq!(machine.resource, Resource::StateMachine { name }, "{text:?}");
    }
    if let Some(version) = arn.version() {
        assert_eq!(format!("{}:{version}", arn.state_machine_arn()), text);
    }
}

/// Text that resembles an ARN: its parts, colons and slashes in any order.
fn arn_like_text() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "arn",
            "aws",
            "states",
            "us-east-1",
            "123456789012",
            "stateMachine",
            "execution",
            "express",
            "activity",
            "mapRun",
            "orders",
            "PROD",
            "1",
            "0",
            "01",
            "18446744073709551616",
            "٣",
            "",
            " ",
            "\0",
            "é",
            "/",
            ":",
            ":",
            ":",
        ][..],
    );
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A valid ARN with any qualifier.
fn valid_arn() -> impl Strategy<Value = String> {
    let kind = select(&["stateMachine", "execution", "express", "activity"][..]);
    let segments = proptest::collection::vec("[^:]{0,3}|[0-9]{1,12}", 1..4);
    (kind, segments)
        .prop_map(|(kind, segments)| format!("arn:aws:states:us-east-1:123456789012:{kind}:{}", segments.join(":")))
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn parsing_and_formatting_agree_on_any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn parsing_and_formatting_agree_on_text_that_resembles_arns(text in arn_like_text()) {
        check(&text);
    }

    #[test]
    fn parsing_and_formatting_agree_on_arns(text in valid_arn()) {
        check(&text);
    }

    #[test]
    fn parsing_returns_the_parts(name in "[^:/]{1,8}", alias in "[^:]{0,6}[^:0-9]", number in "[0-9]{1,12}") {
        let parse = |rest: String| {
            let text = format!("arn:aws-cn:states:cn-north-1:123456789012:{rest}");
            let arn = parse_arn(&text).expect("an ARN");
            assert_eq!((arn.partition, arn.region, arn.account), ("aws-cn", "cn-north-1", "123456789012"));
            format!("{:?}", arn.resource)
        };
        let debug = |resource: Resource<'_>| format!("{resource:?}");
        prop_assert_eq!(parse(format!("stateMachine:{name}")), debug(Resource::StateMachine { name: &name }));
        let version = Resource::Version { name: &name, number: &number };
        prop_assert_eq!(parse(format!("stateMachine:{name}:{number}")), debug(version));
        let qualified = Resource::Alias { name: &name, alias: &alias };
        prop_assert_eq!(parse(format!("stateMachine:{name}:{alias}")), debug(qualified));
        let execution = Resource::Execution { name: &name, execution: &alias };
        prop_assert_eq!(parse(format!("execution:{name}:{alias}")), debug(execution));
        let express = Resource::Express { name: &name, execution: &alias, id: &number };
        prop_assert_eq!(parse(format!("express:{name}:{alias}:{number}")), debug(express));
    }
}
