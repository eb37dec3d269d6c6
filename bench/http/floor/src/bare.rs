//! Minimal servers: they read the body and always respond with the same bytes.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::error::Error;
use tokio::net::TcpListener;

/// Serves with hyper and its defaults.
pub async fn hyper(port: u16, response_body: Bytes) -> Result<(), Box<dyn Error>> {
    serve(port, move |_| std::future::ready(Ok(response_body.clone()))).await
}

/// Serves with hyper. `respond` returns the body of a response.
pub async fn serve<F>(
    port: u16,
    respond: impl Fn(Bytes) -> F + Clone + Send + Sync + 'static,
) -> Result<(), Box<dyn Error>>
where
    F: Future<Output = hyper::Result<Bytes>> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let respond = respond.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let respond = respond.clone();
            async move { Ok::<_, hyper::Error>(response(respond(request.collect().await?.to_bytes()).await?)) }
        });
        // An error of a client closes only its connection.
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok() });
    }
}

/// Creates a response with the same headers as sfn-alias, so that the number of bytes is the same.
fn response(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("x-amzn-requestid", HeaderValue::from_static("00000000-0000-4000-8000-000000000000"));
    response
}

/// Serves with axum.
pub async fn axum(port: u16, response_body: Bytes) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let handler = async move |_body: Bytes| response(response_body.clone());
    Ok(axum::serve(listener, axum::Router::new().route("/", axum::routing::post(handler))).await?)
}
