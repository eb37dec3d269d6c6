//! The page of metrics, built once for all who ask within a second.

use bytes::Bytes;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// For how long a page is served again.
const FRESH: Duration = Duration::from_secs(1);

/// A page, and when it was built.
#[derive(Debug, Default)]
pub(super) struct Page(Mutex<Option<(Instant, Bytes)>>);

impl Page {
    /// Returns the page, built anew if it is a second old. One caller builds, the others wait for it.
    ///
    /// # Errors
    /// The error of `build`, which is not stored.
    pub async fn get<E>(&self, build: impl Future<Output = Result<Bytes, E>>) -> Result<Bytes, E> {
        let mut stored = self.0.lock().await;
        if let Some((built, page)) = &*stored
            && built.elapsed() < FRESH
        {
            return Ok(page.clone());
        }
        let began = Instant::now();
        let page = build.await?;
        *stored = Some((began, page.clone()));
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Page};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::time::advance;

    async fn get(
        page: &Page,
        built: &AtomicUsize,
        result: Result<&'static str, &'static str>,
    ) -> Result<Bytes, &'static str> {
        let build = async {
            built.fetch_add(1, Ordering::SeqCst);
            result.map(|text| Bytes::from_static(text.as_bytes()))
        };
        page.get(build).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_built_once_per_second() {
        let (page, built) = (Page::default(), AtomicUsize::new(0));
        for _ in 0..10 {
            for _ in 0..1000 {
                assert_eq!(get(&page, &built, Ok("page")).await, Ok(Bytes::from_static(b"page")));
            }
            advance(Duration::from_millis(500)).await;
        }
        assert_eq!(built.load(Ordering::SeqCst), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_is_not_stored() {
        let (page, built) = (Page::default(), AtomicUsize::new(0));
        assert_eq!(get(&page, &built, Err("the disk")).await, Err("the disk"));
        assert_eq!(get(&page, &built, Ok("page")).await, Ok(Bytes::from_static(b"page")));
        assert_eq!(built.load(Ordering::SeqCst), 2);
    }
}
