//! Writes the messages of etcd, `cluster/src/etcd/proto.rs`, from `etcd.proto`, or checks with `--check` that it is up to date. Needs no `protoc`.
#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

use std::error::Error;
use std::path::Path;

const HEADER: &str = "//! The messages of etcd. Generated from tools/protobuf/etcd.proto by `make generate`.\n\
    #![allow(missing_docs, unused_qualifications, clippy::all, reason = \"generated\")]\n\n";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = folder.join("../../cluster/src/etcd/proto.rs");
    let code = generate(folder)?;
    if std::fs::read_to_string(&file).unwrap_or_default() == code {
        println!("the messages of etcd are up to date");
    } else if std::env::args().any(|argument| argument == "--check") {
        return Err("cluster/src/etcd/proto.rs is out of date; run `make generate` and commit the result".into());
    } else {
        std::fs::write(file, code)?;
        println!("wrote cluster/src/etcd/proto.rs");
    }
    Ok(())
}

fn generate(folder: &Path) -> Result<String, Box<dyn Error>> {
    let descriptors = protox::compile(["etcd.proto"], [folder])?;
    let output = tempfile::tempdir()?;
    prost_build::Config::new().out_dir(output.path()).compile_fds(descriptors)?;
    Ok(format!("{HEADER}{}", std::fs::read_to_string(output.path().join("etcdserverpb.rs"))?))
}
