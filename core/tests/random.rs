//! The generator of picks and request ids.
#![allow(clippy::unwrap_used, reason = "tests")]

use sfn_alias::model::VersionNumber;
use sfn_alias::{WeightedPicker, generate_request_id, parse_arn, reseed_request_ids};
use std::collections::HashSet;

/// The numbers that other implementations of SplitMix64 give for this seed, scaled to a percentage.
#[test]
fn matches_other_splitmix64_implementations() {
    let numbers: [u64; 5] = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ];
    let picker = WeightedPicker::new(1_234_567);
    for number in numbers {
        assert_eq!(u64::from(picker.next_percent()), ((number >> 32) * 100) >> 32);
    }
}

#[test]
fn threads_share_the_sequence_of_one_seed() {
    const EACH: usize = 1000;
    let count = |numbers: &[u8]| (0..100).map(|n| numbers.iter().filter(|m| **m == n).count()).collect::<Vec<_>>();
    let (single, shared) = (WeightedPicker::new(5), WeightedPicker::new(5));
    let expected: Vec<u8> = (0..4 * EACH).map(|_| single.next_percent()).collect();
    let take = || (0..EACH).map(|_| shared.next_percent()).collect::<Vec<_>>();
    let found: Vec<u8> = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(take));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(count(&found), count(&expected));
}

#[test]
fn ids_are_distinct_before_and_after_reseeding() {
    let mut ids: HashSet<String> = (0..100).map(|_| generate_request_id()).collect();
    reseed_request_ids();
    ids.extend((0..100).map(|_| generate_request_id()));
    assert_eq!(ids.len(), 200);
}

#[test]
fn only_positive_numbers_without_a_leading_zero_are_version_numbers() {
    let parse = |qualifier: &str| {
        let arn = format!("arn:aws:states:us-east-1:000000000000:stateMachine:orders:{qualifier}");
        parse_arn(&arn).ok()?.version().map(VersionNumber::get)
    };
    for (qualifier, expected) in
        [("1", Some(1)), ("4294967295", Some(u32::MAX)), ("0", None), ("01", None), ("4294967296", None)]
    {
        assert_eq!(parse(qualifier), expected, "{qualifier}");
    }
    for qualifier in ["", "+1", "-1", "1 ", "PROD"] {
        assert_eq!(parse(qualifier), None, "{qualifier}");
    }
}

#[test]
fn the_greatest_version_number_has_no_next() {
    assert_eq!(VersionNumber::FIRST.next(), VersionNumber::new(2));
    assert_eq!(VersionNumber::new(u32::MAX).and_then(VersionNumber::next), None);
}
