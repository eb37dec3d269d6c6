//! A minimal durable server: it appends each body. Bodies that arrive during an fdatasync share the next one.

use crate::bare;
use bytes::Bytes;
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use tokio::sync::{mpsc, oneshot};

type Job = (Bytes, oneshot::Sender<Bytes>);

/// As in sfn-alias.
const BATCH: usize = 512;

/// Serves with hyper and one writer thread.
pub async fn serve(port: u16, response_body: Bytes, file: &Path) -> Result<(), Box<dyn Error>> {
    let log = OpenOptions::new().create(true).append(true).open(file)?;
    let (queue, jobs) = mpsc::channel::<Job>(4096);
    std::thread::spawn(move || write(log, jobs, &response_body));
    bare::serve(port, move |body| {
        let queue = queue.clone();
        async move {
            let (done, written) = oneshot::channel();
            queue.send((body, done)).await.ok();
            // If the writer fails, the response is empty and the measured rate is not valid.
            Ok(written.await.unwrap_or_default())
        }
    })
    .await
}

fn write(mut log: File, mut jobs: mpsc::Receiver<Job>, response_body: &Bytes) -> std::io::Result<()> {
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), Vec::new());
    while jobs.blocking_recv_many(&mut batch, BATCH) > 0 {
        bytes.clear();
        batch.iter().for_each(|(body, _): &Job| bytes.extend_from_slice(body));
        log.write_all(&bytes)?;
        log.sync_data()?;
        batch.drain(..).for_each(|(_, done)| drop(done.send(response_body.clone())));
    }
    Ok(())
}
