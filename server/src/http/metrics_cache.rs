//! Caches the metrics page, so that many scrapes render it only once per second.

use bytes::Bytes;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long a page is served from the cache.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The last page and its time.
#[derive(Debug, Default)]
pub(super) struct MetricsCache(Mutex<Option<(Instant, Bytes)>>);

impl MetricsCache {
    /// Returns the page, rendered again if it is a second old. One caller renders it, the others wait.
    ///
    /// # Errors
    /// The error of `render`, which is not cached.
    pub async fn get<E>(&self, render: impl Future<Output = Result<Bytes, E>>) -> Result<Bytes, E> {
        let mut cached = self.0.lock().await;
        if let Some((rendered, page)) = &*cached
            && rendered.elapsed() < MAX_AGE
        {
            return Ok(page.clone());
        }
        let start = Instant::now();
        let page = render.await?;
        *cached = Some((start, page.clone()));
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, MetricsCache};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::time::advance;

    async fn get(
        cache: &MetricsCache,
        renders: &AtomicUsize,
        result: Result<&'static str, &'static str>,
    ) -> Result<Bytes, &'static str> {
        let render = async {
            renders.fetch_add(1, Ordering::SeqCst);
            result.map(|text| Bytes::from_static(text.as_bytes()))
        };
        cache.get(render).await
    }

    #[tokio::test(start_paused = true)]
    async fn page_is_rendered_once_per_second() {
        let (cache, renders) = (MetricsCache::default(), AtomicUsize::new(0));
        for _ in 0..10 {
            for _ in 0..1000 {
                assert_eq!(get(&cache, &renders, Ok("page")).await, Ok(Bytes::from_static(b"page")));
            }
            advance(Duration::from_millis(500)).await;
        }
        assert_eq!(renders.load(Ordering::SeqCst), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn error_is_not_cached() {
        let (cache, renders) = (MetricsCache::default(), AtomicUsize::new(0));
        assert_eq!(get(&cache, &renders, Err("disk error")).await, Err("disk error"));
        assert_eq!(get(&cache, &renders, Ok("page")).await, Ok(Bytes::from_static(b"page")));
        assert_eq!(renders.load(Ordering::SeqCst), 2);
    }
}
