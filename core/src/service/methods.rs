//! One method per operation, with the inputs and outputs of AWS.

use super::StepFunctions;
use crate::error::Result;
use crate::wire::input::*;
use crate::wire::output::*;

macro_rules! define_methods {
    ($(
        $(#[$doc:meta])*
        $name:ident $method:ident { $input:ident => $output:ident $($details:tt)* }
    )*) => {
        impl StepFunctions {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!(
                    "[Source of each behaviour](", env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/fidelity/",
                    stringify!($name), ".md).",
                )]
                ///
                /// # Errors
                /// The error that AWS would return, or [`crate::Error::Store`].
                pub fn $method(&self, input: &$input<'_>) -> Result<$output> {
                    self.execute(input).map(Into::into)
                }
            )*
        }
    };
}

crate::for_each_operation!(define_methods);
