//! A panic becomes the error of the one call that it happened in.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work` and returns a panic in it as the error that `error` makes of its message.
///
/// Use it around work that only reads its input: what `work` changed before it panicked stays changed.
///
/// # Errors
/// The error of `work`, and that of `error` after a panic.
///
/// ```
/// use sfn_alias_deployment::contain_panic;
/// let checked: Result<u8, String> = contain_panic(|fault| fault, || Err("refused".to_owned()));
/// assert_eq!(checked, Err("refused".to_owned()));
/// ```
pub fn contain_panic<T, E>(error: impl FnOnce(String) -> E, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(error(message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::contain_panic;
    use crate::DeploymentError;

    fn contain(work: impl FnOnce() -> Result<u8, DeploymentError>) -> Result<u8, String> {
        contain_panic(|fault| DeploymentError::Internal { fault }, work).map_err(|error| error.to_string())
    }

    #[test]
    #[expect(clippy::panic, reason = "panics are what is tested")]
    fn a_panic_is_an_error() {
        const BUG: &str = "a bug of sfn-alias, please report it: ";
        assert_eq!(contain(|| panic!("a text")), Err(format!("{BUG}a text")));
        assert_eq!(contain(|| panic!("number {}", 7)), Err(format!("{BUG}number 7")));
        assert_eq!(contain(|| std::panic::panic_any(7)), Err(format!("{BUG}no message")));
    }

    #[test]
    fn what_does_not_panic_is_returned() {
        assert_eq!(contain(|| Ok(7)), Ok(7));
        let refused = DeploymentError::OnePreference;
        assert_eq!(contain(|| Err(refused.clone())), Err(refused.to_string()));
    }
}
