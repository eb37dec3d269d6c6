//! Documents of aliases, on all stores.

use crate::requests::{ORDERS, alias_arn, call_ok, new_alias, new_state_machine, routing};
use crate::storage::{Storage, StoreKind};
use serde_json::json;
use sfn_alias::model::VersionNumber;
use sfn_alias::store::Document;
use sfn_alias::{DocumentChange, Documents, Error, Options, Result, Scope, StepFunctions};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

const PROD: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";
const TEST: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:TEST";

/// Creates the aliases PROD and TEST.
fn create_aliases(sfn: &StepFunctions) {
    call_ok(sfn, "CreateStateMachine", &new_state_machine("orders"));
    ["PROD", "TEST"].iter().for_each(|name| drop(call_ok(sfn, "CreateStateMachineAlias", &new_alias(name, 1))));
}

/// A service with the aliases PROD and TEST.
struct Fixture {
    store: StoreKind,
    storage: Storage,
    sfn: StepFunctions,
}

impl Fixture {
    /// Opens another service with the same data, or returns the same one if the data is locked.
    fn open_other(&self) -> StepFunctions {
        if self.store.is_shared() { self.storage.open(Options::default()) } else { self.sfn.clone() }
    }
}

fn on_all_stores(test: impl Fn(&StepFunctions, &Fixture)) {
    for store in StoreKind::ALL {
        let storage = Storage::new(*store);
        let fixture = Fixture { store: *store, sfn: storage.open(Options::default()), storage };
        create_aliases(&fixture.sfn);
        test(&fixture.sfn, &fixture);
    }
}

fn document(key: &str, value: &str) -> Document {
    Document { key: key.into(), value: value.into() }
}

fn change(put: &[(&str, &str)], delete: &[&str]) -> DocumentChange {
    DocumentChange {
        put: put.iter().map(|(key, value)| document(key, value)).collect(),
        delete: delete.iter().map(|key| (*key).into()).collect(),
    }
}

fn update(sfn: &StepFunctions, alias: &str, change: &DocumentChange) -> Result<()> {
    sfn.update_documents(alias, |_| Ok((Some(change.clone()), ())))
}

fn put(sfn: &StepFunctions, alias: &str, documents: &[(&str, &str)]) {
    update(sfn, alias, &change(documents, &[])).unwrap();
}

fn keys(sfn: &StepFunctions, alias: &str) -> Vec<String> {
    sfn.document_keys(alias, "").unwrap()
}

#[test]
fn documents_are_stored_replaced_listed_and_deleted() {
    on_all_stores(|sfn, fixture| {
        assert_eq!((sfn.document(PROD, "a").unwrap(), keys(sfn, PROD)), (None, vec![]));
        put(sfn, PROD, &[("b/2", "2"), ("b/10", "é\0\n\""), ("a", ""), ("b", "{}")]);
        put(sfn, TEST, &[("b/3", "of TEST")]);
        assert_eq!(keys(sfn, PROD), ["a", "b", "b/10", "b/2"]);
        assert_eq!(sfn.document_keys(PROD, "b/").unwrap(), ["b/10", "b/2"]);
        assert_eq!(sfn.documents(PROD, "b", 2).unwrap(), [document("b/2", "2"), document("b/10", "é\0\n\"")]);
        assert_eq!(sfn.documents(PROD, "b/3", 9).unwrap(), []);
        assert_eq!(sfn.documents(PROD, "", 0).unwrap(), []);
        update(sfn, PROD, &change(&[("a", "new"), ("c", "3")], &["b/2", "none", "b"])).unwrap();
        let stored = [document("c", "3"), document("b/10", "é\0\n\""), document("a", "new")];
        assert_eq!(sfn.documents(PROD, "", usize::MAX).unwrap(), stored);
        let again = fixture.open_other();
        assert_eq!(again.documents(PROD, "", usize::MAX).unwrap(), stored);
        assert_eq!(again.document(PROD, "a").unwrap().as_deref(), Some("new"));
        assert_eq!(again.documents(TEST, "", 9).unwrap(), [document("b/3", "of TEST")]);
    });
}

#[test]
fn documents_are_durable() {
    for store in StoreKind::ALL.iter().filter(|store| store.is_durable()) {
        let storage = Storage::new(*store);
        let sfn = storage.open(Options::default());
        create_aliases(&sfn);
        put(&sfn, PROD, &[("a", "1"), ("b", "2"), ("c", "3")]);
        update(&sfn, PROD, &change(&[("a", "new")], &["b"])).unwrap();
        drop(sfn);
        let stored = [document("c", "3"), document("a", "new")];
        assert_eq!(storage.open(Options::default()).documents(PROD, "", 9).unwrap(), stored);
    }
}

/// More documents than one read of a store returns.
#[test]
fn many_large_documents_are_listed() {
    on_all_stores(|sfn, _| {
        let large = "x".repeat(65_536);
        let names: Vec<String> = (0..40).map(|number| format!("n/{number:02}")).collect();
        for names in names.chunks(16) {
            put(sfn, PROD, &names.iter().map(|name| (&**name, &*large)).collect::<Vec<_>>());
        }
        let found = sfn.documents(PROD, "n/", 35).unwrap();
        let found: Vec<(&str, usize)> = found.iter().map(|found| (&*found.key, found.value.len())).collect();
        let expected: Vec<(&str, usize)> = names.iter().rev().take(35).map(|name| (&**name, 65_536)).collect();
        assert_eq!(found, expected);
    });
}

#[test]
fn documents_are_kept_by_updates_and_deleted_with_their_alias() {
    on_all_stores(|sfn, fixture| {
        put(sfn, PROD, &[("a", "1"), ("b", "2")]);
        put(sfn, TEST, &[("a", "3")]);
        let mut update = alias_arn("PROD");
        update["description"] = "new".into();
        update["routingConfiguration"] = routing(1);
        call_ok(sfn, "UpdateStateMachineAlias", &update);
        assert_eq!(keys(sfn, PROD), ["a", "b"]);
        call_ok(sfn, "DeleteStateMachineAlias", &alias_arn("PROD"));
        assert_eq!(sfn.document(PROD, "a"), Err(Error::ReferenceNotFound));
        call_ok(sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
        for sfn in [sfn, &fixture.open_other()] {
            assert_eq!((keys(sfn, PROD), keys(sfn, TEST)), (vec![], vec!["a".to_owned()]));
            assert_eq!((sfn.document(PROD, "a").unwrap(), sfn.documents(PROD, "", 9).unwrap()), (None, vec![]));
        }
        call_ok(sfn, "DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
        create_aliases(sfn);
        assert_eq!((keys(sfn, PROD), keys(sfn, TEST)), (vec![], vec![]));
        put(sfn, PROD, &[("a", "1")]);
        sfn.reset().unwrap();
        create_aliases(sfn);
        assert_eq!(keys(sfn, PROD), [""; 0]);
    });
}

/// A batch deletes an alias and creates it again.
#[test]
fn a_batch_deletes_the_documents_of_an_alias() {
    on_all_stores(|sfn, _| {
        put(sfn, PROD, &[("a", "1")]);
        put(sfn, TEST, &[("a", "2")]);
        let requests = [
            ("DeleteStateMachineAlias", alias_arn("PROD").to_string()),
            ("CreateStateMachineAlias", new_alias("PROD", 1).to_string()),
        ];
        let requests: Vec<_> = requests.iter().map(|(name, body)| (sfn.scope(), *name, body.as_bytes())).collect();
        sfn.call_batch(&requests).into_iter().for_each(|result| drop(result.unwrap()));
        assert_eq!((keys(sfn, PROD), keys(sfn, TEST)), (vec![], vec!["a".to_owned()]));
    });
}

/// While the status is DELETING, the alias can be described, and a deployment can report that it failed.
#[test]
fn documents_are_stored_until_the_deletion_of_the_state_machine_ends() {
    for store in StoreKind::ALL {
        let storage = Storage::new(*store);
        let sfn = storage.open(Options { deletion_delay: Duration::from_secs(600), ..Options::default() });
        create_aliases(&sfn);
        call_ok(&sfn, "DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
        put(&sfn, PROD, &[("a", "1")]);
        assert_eq!(keys(&sfn, PROD), ["a"]);
    }
}

/// Calls each function.
fn call_all(sfn: &StepFunctions, arn: &str) -> [Result<()>; 4] {
    [
        sfn.document(arn, "a").map(drop),
        sfn.document_keys(arn, "").map(drop),
        sfn.documents(arn, "", 1).map(drop),
        update(sfn, arn, &change(&[("a", "1")], &[])),
    ]
}

#[test]
fn errors_for_arns_are_those_of_describe_state_machine_alias() {
    on_all_stores(|sfn, _| {
        let expected = |arn: &str| {
            let input =
                sfn_alias::wire::input::DescribeStateMachineAliasInput { state_machine_alias_arn: Some(arn.into()) };
            sfn.describe_state_machine_alias(&input).map(drop)
        };
        let long = "x".repeat(300);
        let other_account = PROD.replace("000000000000", "111111111111");
        let arns = [
            &format!("{ORDERS}:NONE"),
            &PROD.replace("orders", "none"),
            &other_account,
            &PROD.replace("us-east-1", "eu-west-1"),
            &format!("{ORDERS}:1"),
            ORDERS,
            "arn:aws:states:us-east-1:000000000000:execution:orders:a",
            "none",
            "",
            &long,
        ];
        for arn in arns {
            let expected = expected(arn);
            assert!(expected.is_err(), "{arn}");
            assert!(call_all(sfn, arn).iter().all(|result| *result == expected), "{arn}: {:?}", call_all(sfn, arn));
        }
        assert_eq!(call_all(sfn, &other_account)[3], Err(Error::ReferenceNotFound));
        let other = sfn.in_scope(Scope::new("aws", "111111111111", "us-east-1").unwrap());
        assert_eq!(call_all(&other, PROD)[3], Err(Error::ReferenceNotFound));
        call_ok(&other, "CreateStateMachine", &new_state_machine("orders"));
        let alias = new_alias("PROD", 1).to_string().replace("000000000000", "111111111111");
        assert_eq!(other.call("CreateStateMachineAlias", alias.as_bytes()).status, 200);
        put(&other, &other_account, &[("a", "other")]);
        assert_eq!(keys(sfn, PROD), [""; 0]);
    });
}

#[track_caller]
fn check_invalid(sfn: &StepFunctions, change: &DocumentChange, problem: &str) {
    let error = update(sfn, PROD, change).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot store the documents: {problem}"));
    assert_eq!(error.code(), "ValidationException");
}

#[test]
fn keys_and_texts_have_limits() {
    on_all_stores(|sfn, _| {
        let longest = "k".repeat(128);
        put(sfn, PROD, &[(&longest, &"é".repeat(32_768)), ("Az09/_-", "")]);
        let rule = "is not a valid key; use 1 to 128 letters, digits, `/`, `_` and `-`";
        for key in ["", "a.b", "a b", "é", "a:b", "a\0"] {
            check_invalid(sfn, &change(&[(key, "1")], &[]), &format!("`{key}` {rule}"));
            check_invalid(sfn, &change(&[], &[key]), &format!("`{key}` {rule}"));
        }
        check_invalid(sfn, &change(&[(&format!("{longest}k"), "1")], &[]), &format!("`{longest}` {rule}"));
        let text = "x".repeat(65_537);
        check_invalid(sfn, &change(&[("a", &text)], &[]), "the document `a` has 65537 bytes; the maximum is 65536");
        let twice = "the key `a` is specified twice; specify it once";
        check_invalid(sfn, &change(&[("a", "1"), ("a", "2")], &[]), twice);
        check_invalid(sfn, &change(&[("a", "1")], &["a"]), twice);
        let names: Vec<String> = (0..17).map(|number| number.to_string()).collect();
        let documents: Vec<_> = names.iter().map(|name| (&**name, "")).collect();
        check_invalid(sfn, &change(&documents, &[]), "the update changes 17 documents; change up to 16 at once");
        assert_eq!(keys(sfn, PROD), ["Az09/_-", &longest]);
    });
}

#[test]
fn an_alias_has_up_to_1000_documents() {
    on_all_stores(|sfn, _| {
        let names: Vec<String> = (0..1000).map(|number| format!("n{number:03}")).collect();
        for names in names.chunks(16) {
            put(sfn, PROD, &names.iter().map(|name| (&**name, "1")).collect::<Vec<_>>());
        }
        let problem = "the alias would have 1001 documents; the maximum is 1000; delete some";
        check_invalid(sfn, &change(&[("new", "1")], &[]), problem);
        check_invalid(sfn, &change(&[("new", "1")], &["none"]), problem);
        update(sfn, PROD, &change(&[("n000", "replaced")], &[])).unwrap();
        update(sfn, PROD, &change(&[("new", "1")], &["n001"])).unwrap();
        put(sfn, TEST, &[("new", "1")]);
        assert_eq!(keys(sfn, PROD).len(), 1000);
        assert_eq!(sfn.documents(PROD, "n99", 1).unwrap(), [document("n999", "1")]);
    });
}

#[test]
fn an_update_reads_the_alias_and_its_documents() {
    on_all_stores(|sfn, _| {
        put(sfn, PROD, &[("a", "1"), ("b", "2")]);
        let decide = |documents: &Documents<'_>| {
            let version = documents.alias().routing.routes().next().map(|route| route.version);
            let read = (documents.document("a")?, documents.document_keys("")?, documents.documents("", 1)?);
            Ok((Some(change(&[("c", "3")], &["a"])), (version, read)))
        };
        let (version, read) = sfn.update_documents(PROD, decide).unwrap();
        assert_eq!(version, Some(VersionNumber::FIRST));
        let keys_before = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(read, (Some("1".to_owned()), keys_before, vec![document("b", "2")]));
        assert_eq!(keys(sfn, PROD), ["b", "c"]);
    });
}

#[test]
fn an_update_without_a_change_changes_nothing() {
    on_all_stores(|sfn, _| {
        put(sfn, PROD, &[("a", "1")]);
        assert_eq!(sfn.update_documents(PROD, |documents| Ok((None, documents.document("a")?))), Ok(Some("1".into())));
        assert_eq!(update(sfn, PROD, &DocumentChange::default()), Ok(()));
        assert_eq!(update(sfn, PROD, &change(&[], &["none"])), Ok(()));
        let failed = sfn.update_documents(PROD, |_| Err::<(_, ()), _>(Error::InvalidDocuments("on purpose".into())));
        assert_eq!(failed, Err(Error::InvalidDocuments("on purpose".into())));
        let panics = || sfn.update_documents::<()>(PROD, |_| panic!("on purpose"));
        let panicked = catch_unwind(AssertUnwindSafe(panics)).unwrap();
        assert_eq!(panicked, Err(Error::Internal("on purpose; the request changed nothing".into())));
        assert_eq!(sfn.documents(PROD, "", 9).unwrap(), [document("a", "1")]);
    });
}

/// Adds one to the number in a document.
fn increment(sfn: &StepFunctions) {
    let add = |documents: &Documents<'_>| {
        let count = documents.document("count")?.map_or(0, |text| text.parse::<u64>().unwrap()) + 1;
        Ok((Some(change(&[("count", &count.to_string())], &[])), ()))
    };
    sfn.update_documents(PROD, add).unwrap()
}

#[test]
fn concurrent_updates_lose_no_change() {
    const UPDATES: u64 = 25;
    on_all_stores(|sfn, fixture| {
        let services = [sfn.clone(), fixture.open_other()];
        thread::scope(|scope| {
            for service in services.iter().cycle().take(4) {
                scope.spawn(move || (0..UPDATES).for_each(|_| increment(service)));
            }
        });
        let count = (4 * UPDATES).to_string();
        services.iter().for_each(|sfn| assert_eq!(sfn.document(PROD, "count").unwrap(), Some(count.clone())));
    });
}

/// Another service changes a document between the decision and its commit.
#[test]
fn an_update_decides_again_after_a_conflict() {
    on_all_stores(|sfn, fixture| {
        if !StoreKind::HAS_CURRENT_VIEWS {
            let (other, calls) = (fixture.open_other(), Cell::new(0));
            put(sfn, PROD, &[("a", "1")]);
            let read = sfn.update_documents(PROD, |documents| {
                let read = documents.document("a")?;
                if calls.replace(calls.get() + 1) == 0 {
                    put(&other, PROD, &[("a", "2")]);
                }
                Ok((None, read))
            });
            assert_eq!((read.unwrap().as_deref(), calls.get()), (Some("2"), 2));
        }
    });
}

/// No response of an operation contains or depends on a document.
#[test]
fn responses_do_not_depend_on_documents() {
    on_all_stores(|sfn, _| {
        let machine = json!({"stateMachineArn": ORDERS});
        let read = || {
            [
                call_ok(sfn, "DescribeStateMachineAlias", &alias_arn("PROD")),
                call_ok(sfn, "ListStateMachineAliases", &machine),
                call_ok(sfn, "DescribeStateMachine", &machine),
            ]
        };
        let before = read();
        put(sfn, PROD, &[("a", "1")]);
        assert_eq!(read(), before);
    });
}
