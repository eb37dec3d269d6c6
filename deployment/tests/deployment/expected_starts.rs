//! Tests of the expected number of executions.

use crate::{parse_preference, request};
use sfn_alias::{
    WeightedPicker,
    model::{Route, Routing},
};
use sfn_alias_deployment::{CountEstimate, expected_starts};

fn starts(shorthand: &str, rate: f64) -> sfn_alias_deployment::ExpectedStarts {
    expected_starts(&request(parse_preference(shorthand)).plan().unwrap(), rate).unwrap()
}

#[test]
fn a_canary_has_binomial_bounds() {
    // 300 starts at 10 percent: mean 30, deviation sqrt(27); the quantiles are the binomial's, from scipy's
    // binom(300, 0.1).ppf([0.025, 0.975]).
    let expected = starts("10/5m", 1.0);
    let target = CountEstimate { expected: 30.0, standard_deviation: 27_f64.sqrt(), low: 20, high: 41 };
    assert_eq!((expected.steps.len(), expected.steps[0].starts, expected.steps[0].target), (1, 300, target));
    assert_eq!(expected.steps[0].origin, CountEstimate { expected: 270.0, low: 259, high: 280, ..target });
    assert_eq!(expected.total.target, target);
}

#[test]
fn many_executions_have_normal_bounds() {
    // 60000 starts at 10 percent: mean 6000, deviation sqrt(5400), 1.96 of it to both sides.
    let target = starts("10/10m", 100.0).total.target;
    assert_eq!((target.expected, target.low, target.high), (6000.0, 5855, 6145));
    let linear = starts("linear 25/1m", 10.0);
    assert_eq!(linear.steps.iter().map(|step| step.starts).collect::<Vec<_>>(), [600, 600, 600]);
    assert_eq!((linear.total.starts, linear.total.target.expected), (1800, 900.0));
}

#[test]
fn no_interval_and_no_rate() {
    let none = starts("all-at-once", 5.0);
    assert_eq!((none.steps.len(), none.total.starts), (0, 0));
    let idle = starts("10/5m", 0.0).total.target;
    assert_eq!(idle, CountEstimate { expected: 0.0, standard_deviation: 0.0, low: 0, high: 0 });
}

#[test]
fn invalid_rates() {
    let plan = request(parse_preference("10/5m")).plan().unwrap();
    for (rate, formatted) in [(-1.0, "-1"), (f64::NAN, "NaN"), (1e7, "10000000")] {
        let error = expected_starts(&plan, rate).unwrap_err().to_string();
        assert_eq!(error, format!("`{formatted}` is not a valid rate; use 0 to 1000000 executions per second"));
    }
}

/// The library's own picks fall within the interval in about 95 % of 1000 deployments, and in at least 93 %.
#[test]
fn the_interval_contains_what_is_picked() {
    let route = |version, weight| Route::new(version, weight).unwrap();
    let (picker, routing) = (WeightedPicker::new(7), Routing::new(route(2, 10), Some(route(1, 90))).unwrap());
    let CountEstimate { low, high, .. } = starts("10/5m", 1.0).total.target;
    let within = |_: &u32| {
        let count = (0..300).filter(|_| picker.pick(&routing).get() == 2).count() as u64;
        (low..=high).contains(&count)
    };
    let within_bounds = (0..1000).filter(within).count();
    assert!((930..=985).contains(&within_bounds), "{within_bounds}");
}

#[test]
fn the_steps_add_up_to_the_total() {
    for rate in [0.008, 0.01, 0.02, 0.025, 0.3, 7.7] {
        let all = starts("linear 1/1m", rate);
        assert_eq!(all.total.starts, (f64::from(99 * 60) * rate).round() as u64, "{rate} per second");
    }
}
