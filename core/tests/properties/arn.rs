//! ARNs: what is read is what was written, and nothing makes the reader panic.

use crate::config;
use proptest::prelude::*;
use proptest::sample::select;
use sfn_alias::model::{Arn, Resource};
use sfn_alias::parse_arn;

/// The text of an ARN put together from its parts.
fn written(arn: &Arn<'_>, rest: &str) -> String {
    let Arn { partition, region, account, .. } = arn;
    format!("arn:{partition}:states:{region}:{account}:{}:{rest}", arn.kind())
}

/// What stands behind the type.
fn rest(resource: Resource<'_>) -> Option<String> {
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
    if let Some(rest) = rest(arn.resource) {
        assert_eq!(written(&arn, &rest), text);
    }
    assert!(text.starts_with(arn.machine_arn()), "{text:?}");
    // A name with a slash is none that a state machine can have.
    if let Resource::Version { name, .. } | Resource::Alias { name, .. } = arn.resource
        && !name.contains('/')
    {
        let machine = parse_arn(arn.machine_arn()).expect("the ARN of a state machine is one");
        assert_eq!(machine.resource, Resource::StateMachine { name }, "{text:?}");
    }
    if let Some(version) = arn.version() {
        assert_eq!(format!("{}:{version}", arn.machine_arn()), text);
    }
}

/// Text that is nearly an ARN: its parts, colons and slashes in any order.
fn pieces() -> impl Strategy<Value = String> {
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

/// A sound ARN, with any qualifier behind it.
fn sound() -> impl Strategy<Value = String> {
    let kind = select(&["stateMachine", "execution", "express", "activity"][..]);
    let segments = proptest::collection::vec("[^:]{0,3}|[0-9]{1,12}", 1..4);
    (kind, segments)
        .prop_map(|(kind, segments)| format!("arn:aws:states:us-east-1:123456789012:{kind}:{}", segments.join(":")))
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn reading_and_writing_agree_on_any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn reading_and_writing_agree_on_pieces_of_arns(text in pieces()) {
        check(&text);
    }

    #[test]
    fn reading_and_writing_agree_on_arns(text in sound()) {
        check(&text);
    }

    #[test]
    fn parts_are_found_again(name in "[^:/]{1,8}", alias in "[^:]{0,6}[^:0-9]", number in "[0-9]{1,12}") {
        let read = |rest: String| {
            let text = format!("arn:aws-cn:states:cn-north-1:123456789012:{rest}");
            let arn = parse_arn(&text).expect("an ARN");
            assert_eq!((arn.partition, arn.region, arn.account), ("aws-cn", "cn-north-1", "123456789012"));
            format!("{:?}", arn.resource)
        };
        let shown = |resource: Resource<'_>| format!("{resource:?}");
        prop_assert_eq!(read(format!("stateMachine:{name}")), shown(Resource::StateMachine { name: &name }));
        let version = Resource::Version { name: &name, number: &number };
        prop_assert_eq!(read(format!("stateMachine:{name}:{number}")), shown(version));
        let qualified = Resource::Alias { name: &name, alias: &alias };
        prop_assert_eq!(read(format!("stateMachine:{name}:{alias}")), shown(qualified));
        let execution = Resource::Execution { name: &name, execution: &alias };
        prop_assert_eq!(read(format!("execution:{name}:{alias}")), shown(execution));
        let express = Resource::Express { name: &name, execution: &alias, id: &number };
        prop_assert_eq!(read(format!("express:{name}:{alias}:{number}")), shown(express));
    }
}
