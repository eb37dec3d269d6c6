//! The generator behind the class `WeightedPicker`.

use crate::error::{create_argument_error, create_error};
use crate::options::parse_seed;
use napi::bindgen_prelude::Env;
use napi_derive::napi;
use sfn_alias::WeightedPicker;

/// A generator of numbers from 0 to 99.
#[napi]
pub struct Picker(WeightedPicker);

#[napi]
impl Picker {
    /// Creates a generator. The seed is JSON.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: &Env, seed: Option<String>) -> napi::Result<Self> {
        let seed = seed.map(|seed| parse_seed(&seed)).transpose();
        let picker = match seed.map_err(|message| create_argument_error(env, message))?.flatten() {
            Some(seed) => Ok(WeightedPicker::new(seed)),
            None => WeightedPicker::from_entropy(),
        };
        picker.map(Self).map_err(|error| create_error(env, &error))
    }

    /// Returns the next random number from 0 to 99.
    #[napi(catch_unwind)]
    pub fn next_percent(&self) -> u8 {
        self.0.next_percent()
    }
}
