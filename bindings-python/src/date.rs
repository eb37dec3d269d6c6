//! Converts dates between the core (seconds since 1970) and Python (aware `datetime`s in UTC).

use pyo3::exceptions::PyOverflowError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyType, PyTzInfo};
use sfn_alias::Timestamp;

const DAY_MILLIS: i64 = 86_400_000;
const UNSUPPORTED_YEAR: &str = "the year of a date is not supported: `datetime` supports the years 1 to 9999";

/// Creates a `datetime` in UTC from seconds since 1970.
///
/// Uses the ten bytes of a pickled `datetime`, because parsing the arguments of the usual constructor takes longer than
/// the rest of a response. The pickle format of `datetime` is stable.
#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and hours are below 24")]
#[expect(clippy::cast_sign_loss, reason = "remainders of a Euclidean division are not negative")]
pub fn from_seconds(py: Python<'_>, seconds: f64) -> PyResult<Bound<'_, PyAny>> {
    // The core stores milliseconds.
    let millis = (seconds * 1000.0).round() as i64;
    let (year, month, day) = civil_from_days(millis.div_euclid(DAY_MILLIS));
    let year = u16::try_from(year).ok().filter(|year| (1..=9999).contains(year));
    let [high, low] = year.ok_or_else(|| PyOverflowError::new_err(UNSUPPORTED_YEAR))?.to_be_bytes();
    let rest = millis.rem_euclid(DAY_MILLIS);
    let (hour, minute, second) = ((rest / 3_600_000) as u8, (rest / 60_000 % 60) as u8, (rest / 1000 % 60) as u8);
    let [_, micros @ ..] = ((rest % 1000).saturating_mul(1000) as u32).to_be_bytes();
    let [a, b, c] = micros;
    let state = PyBytes::new(py, &[high, low, month, day, hour, minute, second, a, b, c]);
    datetime_type(py)?.call1((state, PyTzInfo::utc(py)?))
}

/// Converts days since 1970-01-01 to year, month and day, with Howard Hinnant's algorithm `civil_from_days`.
#[expect(clippy::cast_possible_truncation, reason = "months and days are small; a `datetime` has no year beyond i32")]
#[expect(clippy::cast_sign_loss, reason = "remainders of a Euclidean division are not negative")]
#[expect(clippy::arithmetic_side_effects, reason = "an era is at most 2^63 / 146,097; the rest is smaller")]
fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month, early) = (day - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1, month >= 10);
    (i32::try_from(year + era * 400 + i64::from(early)).unwrap_or(i32::MAX), month as u8, day as u8)
}

/// Returns Python's own type `datetime`. While a library such as freezegun freezes the time, `datetime.datetime` is a
/// subclass, whose objects and type must not last longer than that.
fn datetime_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DATETIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let find = || -> PyResult<Py<PyType>> {
        let current = py.import("datetime")?.getattr("datetime")?.cast_into::<PyType>()?;
        for class in current.mro() {
            let class = class.cast_into::<PyType>()?;
            if class.module()? == "datetime" && class.name()? == "datetime" {
                return Ok(class.unbind());
            }
        }
        Ok(current.unbind())
    };
    Ok(DATETIME.get_or_try_init(py, find)?.bind(py))
}

/// Returns the value if it is a `datetime`. Runs no Python code.
pub fn as_datetime<'v, 'py>(value: &'v Bound<'py, PyAny>) -> Option<&'v Bound<'py, PyAny>> {
    let class = datetime_type(value.py()).ok()?;
    value.get_type().is_subclass(class).is_ok_and(|is_datetime| is_datetime).then_some(value)
}

/// Returns seconds since 1970. A `datetime` without a time zone is in local time, as everywhere in Python.
pub fn to_seconds(date: &Bound<'_, PyAny>) -> PyResult<f64> {
    date.call_method0(intern!(date.py(), "timestamp"))?.extract()
}

/// Converts a `datetime` or a number of seconds since 1970.
pub fn to_timestamp(date: &Bound<'_, PyAny>) -> PyResult<Timestamp> {
    let seconds: f64 = match as_datetime(date) {
        Some(date) => to_seconds(date)?,
        None => date.extract()?,
    };
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    Ok(Timestamp::from_millis((seconds * 1000.0).round() as i64))
}
