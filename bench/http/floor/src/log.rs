//! A minimal durable server: appends each body to a file. The bodies that arrive during an fdatasync share the next one.

use crate::{FloorResult, bare};
use bytes::Bytes;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use tokio::sync::{mpsc, oneshot};

type Job = (Bytes, oneshot::Sender<Bytes>);

/// The batch size of our endpoint.
const BATCH: usize = 512;

/// Runs a server on hyper with one writer thread.
pub async fn serve(port: u16, response: Bytes, file: &Path) -> FloorResult {
    let log = OpenOptions::new().create(true).append(true).open(file)?;
    let (queue, jobs) = mpsc::channel::<Job>(4096);
    std::thread::spawn(move || write(log, jobs, &response));
    bare::serve(port, move |body| {
        let queue = queue.clone();
        async move {
            let (done, written) = oneshot::channel();
            queue.send((body, done)).await.ok();
            // If the writer has ended, the measurement is invalid anyway.
            Ok(written.await.unwrap_or_default())
        }
    })
    .await
}

fn write(mut log: File, mut jobs: mpsc::Receiver<Job>, response: &Bytes) -> std::io::Result<()> {
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), Vec::new());
    while jobs.blocking_recv_many(&mut batch, BATCH) > 0 {
        bytes.clear();
        batch.iter().for_each(|(body, _): &Job| bytes.extend_from_slice(body));
        log.write_all(&bytes)?;
        log.sync_data()?;
        batch.drain(..).for_each(|(_, done)| drop(done.send(response.clone())));
    }
    Ok(())
}
