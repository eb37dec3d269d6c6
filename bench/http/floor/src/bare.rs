//! Minimal servers: read the body and return constant bytes.

use crate::FloorResult;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Runs a server on hyper with its defaults.
pub async fn hyper(port: u16, body: Bytes) -> FloorResult {
    serve(port, move |_| std::future::ready(Ok(body.clone()))).await
}

/// Runs a server on hyper that responds with the result of `work`.
pub async fn serve<F>(port: u16, work: impl Fn(Bytes) -> F + Clone + Send + Sync + 'static) -> FloorResult
where
    F: Future<Output = hyper::Result<Bytes>> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let work = work.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let work = work.clone();
            async move { Ok::<_, hyper::Error>(response(work(request.collect().await?.to_bytes()).await?)) }
        });
        // A disconnected client affects only its own connection.
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok() });
    }
}

/// Adds the headers of our endpoint, so that the responses have the same size.
fn response(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("x-amzn-requestid", HeaderValue::from_static("00000000-0000-4000-8000-000000000000"));
    response
}

/// Runs a server on axum.
pub async fn axum(port: u16, body: Bytes) -> FloorResult {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let handler = async move |_body: Bytes| response(body.clone());
    Ok(axum::serve(listener, axum::Router::new().route("/", axum::routing::post(handler))).await?)
}
