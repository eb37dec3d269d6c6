//! Converts panics to errors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`. If it panics, returns the error that `to_error` creates from the panic message.
///
/// Use it for work that only reads its input: changes that `work` made before the panic are not undone.
///
/// # Errors
/// Returns the error of `work`, or after a panic the result of `to_error`.
///
/// ```
/// use sfn_alias_deployment::catch_panic;
/// let result: Result<u8, String> = catch_panic(|message| message, || Err("invalid".to_owned()));
/// assert_eq!(result, Err("invalid".to_owned()));
/// ```
pub fn catch_panic<T, E>(to_error: impl FnOnce(String) -> E, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(to_error(panic_message(&*panic))))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::catch_panic;
    use crate::DeploymentError;

    fn run(work: impl FnOnce() -> Result<u8, DeploymentError>) -> Result<u8, String> {
        catch_panic(|detail| DeploymentError::Internal { detail }, work).map_err(|error| error.to_string())
    }

    #[test]
    #[expect(clippy::panic, reason = "panics are what is tested")]
    fn a_panic_becomes_an_error() {
        const INTERNAL: &str = "internal error in sfn-alias (please report): ";
        assert_eq!(run(|| panic!("a text")), Err(format!("{INTERNAL}a text")));
        assert_eq!(run(|| panic!("number {}", 7)), Err(format!("{INTERNAL}number 7")));
        assert_eq!(run(|| std::panic::panic_any(7)), Err(format!("{INTERNAL}no message")));
    }

    #[test]
    fn other_results_are_returned() {
        assert_eq!(run(|| Ok(7)), Ok(7));
        let error = DeploymentError::PreferenceOrShorthand;
        assert_eq!(run(|| Err(error.clone())), Err(error.to_string()));
    }
}
