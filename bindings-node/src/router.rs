//! Draws that a seed makes repeatable.

use crate::error;
use crate::functions::picked;
use crate::js::Js;
use crate::options;
use napi::bindgen_prelude::{BigInt, Env, Unknown};
use napi_derive::napi;

/// Draws that a seed makes repeatable, on every platform and in every later version. Without a seed, the
/// operating system gives one.
#[napi]
pub struct Router(sfn_alias::Router);

#[napi]
impl Router {
    /// A generator.
    #[napi(constructor, catch_unwind, ts_args_type = "seed?: number | bigint")]
    pub fn new(env: &Env, seed: Unknown<'_>) -> napi::Result<Self> {
        let js = Js::undefined(env);
        let seed = options::parse_seed(Js::from_unknown(env, &seed)).map_err(Js::into_error)?;
        let made = seed.map_or_else(sfn_alias::Router::from_entropy, |seed| Ok(sfn_alias::Router::new(seed)));
        made.map(Self).map_err(|refused| error::create_error(js, &refused, None).into_error())
    }

    /// A draw of 0 to 99.
    #[napi(catch_unwind)]
    pub fn draw(&self) -> u8 {
        self.0.draw()
    }

    /// 64 random bits.
    #[napi(catch_unwind)]
    pub fn next_u64(&self) -> BigInt {
        self.0.next_u64().into()
    }

    /// Draws, and gives the ARN of the version that the draw falls on.
    #[napi(catch_unwind, ts_args_type = "routingConfiguration: RoutingConfigurationListItem[]")]
    pub fn route<'e>(&self, env: &'e Env, routing_configuration: Unknown<'e>) -> napi::Result<String> {
        picked(env, &routing_configuration, || self.0.draw())
    }
}
