//! Sends requests to the endpoint or to etcd in one thread, and prints a line of JSON with rate and latencies.
//!
//! ```text
//! cluster-load http HOST:PORT[,HOST:PORT] CASE CLIENTS LIMIT
//! cluster-load etcd HOST:PORT[,HOST:PORT] CASE CLIENTS LIMIT
//! ```
//!
//! LIMIT is a time (`2s`) or a number of requests (`10000`). Client N uses address N of the list, and after an error the next one.
#![expect(clippy::print_stdout, reason = "the program prints its result")]

mod endpoint;
mod etcd;
mod measure;
mod messages;

use measure::{Limit, Outcome, Plan};

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [server, addresses, case, clients, limit] = arguments.as_slice() else {
        return Err("usage: cluster-load http|etcd ADDRESS,... CASE CLIENTS LIMIT".into());
    };
    let plan = Plan::new(addresses.split(','), case, clients.parse()?, Limit::parse(limit)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let measured = match *server {
        "http" => runtime.block_on(endpoint::run(plan)),
        "etcd" => runtime.block_on(etcd::run(plan)),
        _ => return Err("expected http or etcd".into()),
    }?;
    println!("{measured}");
    Ok(())
}
