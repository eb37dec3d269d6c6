//! The least that a server can do: read the body, answer the same bytes always.

use crate::Outcome;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// On hyper, with its defaults.
pub async fn hyper(port: u16, answer: Bytes) -> Outcome {
    serve(port, move |_| std::future::ready(Ok(answer.clone()))).await
}

/// Serves on hyper; what to answer to a body is for `work` to say.
pub async fn serve<F>(port: u16, work: impl Fn(Bytes) -> F + Clone + Send + Sync + 'static) -> Outcome
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
        // A client that goes away ends its connection, and nothing else.
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok() });
    }
}

/// The headers of ours, so that as many bytes go over the wire.
fn response(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("x-amzn-requestid", HeaderValue::from_static("00000000-0000-4000-8000-000000000000"));
    response
}

/// On axum.
pub async fn axum(port: u16, answer: Bytes) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let handler = async move |_body: Bytes| response(answer.clone());
    Ok(axum::serve(listener, axum::Router::new().route("/", axum::routing::post(handler))).await?)
}
