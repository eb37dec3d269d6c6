//! Sets the linker options of a Node addon.

fn main() {
    napi_build::setup();
    // Node has the symbols of Node-API. `setup` sets this option for the library only, not for the example.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "macos") {
        println!("cargo::rustc-link-arg=-Wl,-undefined,dynamic_lookup");
    }
}
