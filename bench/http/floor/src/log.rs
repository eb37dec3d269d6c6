//! The least that a durable server can do: append each body, and share one fdatasync among those that
//! came while the one before was under way.

use crate::{Outcome, bare};
use bytes::Bytes;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use tokio::sync::{mpsc, oneshot};

type Job = (Bytes, oneshot::Sender<Bytes>);

/// As many as ours.
const BATCH: usize = 512;

/// Serves on hyper, with one thread that writes.
pub async fn serve(port: u16, answer: Bytes, file: &Path) -> Outcome {
    let log = OpenOptions::new().create(true).append(true).open(file)?;
    let (queue, jobs) = mpsc::channel::<Job>(4096);
    std::thread::spawn(move || write(log, jobs, &answer));
    bare::serve(port, move |body| {
        let queue = queue.clone();
        async move {
            let (done, written) = oneshot::channel();
            queue.send((body, done)).await.ok();
            // Without an answer the writer is gone, and so is the rate that is measured.
            Ok(written.await.unwrap_or_default())
        }
    })
    .await
}

fn write(mut log: File, mut jobs: mpsc::Receiver<Job>, answer: &Bytes) -> std::io::Result<()> {
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), Vec::new());
    while jobs.blocking_recv_many(&mut batch, BATCH) > 0 {
        bytes.clear();
        batch.iter().for_each(|(body, _): &Job| bytes.extend_from_slice(body));
        log.write_all(&bytes)?;
        log.sync_data()?;
        batch.drain(..).for_each(|(_, done)| drop(done.send(answer.clone())));
    }
    Ok(())
}
