//! The weights of a routing are the shares of its versions.

use proptest::prelude::*;
use sfn_alias::WeightedPicker;
use sfn_alias::model::{Route, Routing};

const PICKS: u32 = 100_000;

fn routing(first: u8) -> Routing {
    let route = |version, weight| Route::new(version, weight).expect("a valid version and weight");
    Routing::new(route(1, first), Some(route(2, 100 - first))).expect("the weights add up to 100")
}

/// How many of 100,000 picks select the first version.
fn count_first(seed: u64, first: u8) -> u32 {
    let (picker, routing) = (WeightedPicker::new(seed), routing(first));
    let first = |_: &u32| picker.pick(&routing).get() == 1;
    u32::try_from((0..PICKS).filter(first).count()).unwrap()
}

#[test]
fn a_canary_gets_its_share() {
    // Five standard deviations of 100,000 picks at 10 percent are 474.
    for seed in 0..20 {
        let stable = count_first(seed, 90);
        assert!(stable.abs_diff(90_000) < 474, "{stable} of {PICKS} picks with seed {seed}");
    }
}

#[test]
fn a_weight_of_zero_is_never_picked() {
    assert_eq!(count_first(1, 0), 0);
    assert_eq!(count_first(1, 100), PICKS);
}

#[test]
fn all_percent_values_are_equally_likely() {
    let picker = WeightedPicker::new(2023);
    let mut counts = [0_i64; 100];
    (0..PICKS).for_each(|_| counts[usize::from(picker.next_percent())] += 1);
    let expected = i64::from(PICKS) / 100;
    let deviation: i64 = counts.iter().map(|count| (count - expected).pow(2)).sum::<i64>() / expected;
    // Chi-squared with 99 degrees of freedom stays below 149 in 999 of 1000 generators; the seed is fixed.
    assert!(deviation < 149, "{deviation} from {counts:?}");
}

#[test]
fn a_weight_is_the_number_of_percent_values_that_select_it() {
    for weight in 0..=100 {
        let first = (0..100).filter(|percent| routing(weight).pick(*percent).get() == 1).count();
        assert_eq!(first, usize::from(weight));
    }
}

proptest! {
    #![proptest_config(crate::config(500))]

    #[test]
    fn a_route_has_a_valid_version_and_weight(version in any::<u32>(), weight in any::<u8>()) {
        for version in [0, version] {
            prop_assert_eq!(Route::new(version, weight).is_some(), version > 0 && weight <= 100);
        }
    }

    /// A routing needs different versions and weights that add up to 100. It picks only its own versions.
    #[test]
    fn a_routing_is_consistent(versions in (1_u32..4, 1_u32..4), weights in (0_u8..=100, 0_u8..=100), percent in 0_u8..100) {
        let (first, second) = (Route::new(versions.0, weights.0).unwrap(), Route::new(versions.1, weights.1).unwrap());
        prop_assert_eq!(Routing::new(first, None).is_some(), weights.0 == 100);
        let routing = Routing::new(first, Some(second));
        prop_assert_eq!(routing.is_some(), weights.0 + weights.1 == 100 && versions.0 != versions.1);
        if let Some(routing) = routing {
            let picked = routing.pick(percent);
            prop_assert!(routing.references(picked));
            prop_assert_eq!(picked == second.version, percent >= first.weight.get());
        }
    }
}
