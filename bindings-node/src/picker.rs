//! The class `WeightedPicker`.

use crate::error;
use crate::functions::pick_arn;
use crate::js::Js;
use crate::options;
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;

/// Picks versions at random, by weight. With a seed, the picks are the same on every platform and in every release.
/// Without a seed, the operating system provides one.
#[napi]
pub struct WeightedPicker(sfn_alias::WeightedPicker);

#[napi]
impl WeightedPicker {
    /// Creates a picker.
    #[napi(constructor, catch_unwind, ts_args_type = "seed?: number | bigint")]
    pub fn new(env: &Env, seed: Unknown<'_>) -> napi::Result<Self> {
        let js = Js::undefined(env);
        let seed = options::parse_seed(Js::from_unknown(env, &seed)).map_err(Js::into_error)?;
        let picker = match seed {
            Some(seed) => Ok(sfn_alias::WeightedPicker::new(seed)),
            None => sfn_alias::WeightedPicker::from_entropy(),
        };
        picker.map(Self).map_err(|error| error::create_error(js, &error, None).into_error())
    }

    /// Returns the next random number from 0 to 99.
    #[napi(catch_unwind)]
    pub fn next_percent(&self) -> u8 {
        self.0.next_percent()
    }

    /// Picks a version at random and returns its ARN.
    #[napi(catch_unwind, ts_args_type = "routingConfiguration: RoutingConfigurationListItem[]")]
    pub fn pick<'e>(&self, env: &'e Env, routing_configuration: Unknown<'e>) -> napi::Result<String> {
        pick_arn(env, &routing_configuration, || self.0.next_percent())
    }
}
