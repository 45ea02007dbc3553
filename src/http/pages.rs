//! The pages: the document and Swagger UI, made once per model and kept as bytes that are ready to send.

use super::{
    door::coding,
    media::ResponseBody,
    openapi,
    routes::{Guard, Route},
};
use crate::{config::Vertex, load::LoadedModel};
use bytes::Bytes;
use flate2::Compression;
use hyper::{
    Method, Response, StatusCode,
    header::{
        CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION, VARY,
    },
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// What is at a page's route.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    Document,
    Docs,
    /// The redirect from `/` to `/docs`.
    Root,
}

/// The routes; `docs` says whether there are pages for people.
pub(super) fn routes(docs: bool) -> Vec<Route<Which>> {
    let get = |path, name, which| Route::new(Method::GET, path, name, which).guarded(Guard::Page);
    let mut routes = vec![get("/openapi.json", "openapi", Which::Document)];
    if docs {
        routes.push(get("/docs", "docs", Which::Docs));
        routes.push(get("/", "root", Which::Root));
    }
    routes
}

/// The pages of one model, or of none. Each is made when it is first asked for: it takes up to a tenth of a second and two megabytes,
/// which most servers never need.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// The routes of Vertex AI.
    vertex: Vertex,
    document: OnceLock<Page>,
    docs: OnceLock<Page>,
}

impl Pages {
    pub(super) fn new(vertex: &Vertex) -> Self {
        Self {
            vertex: vertex.clone(),
            ..Self::default()
        }
    }

    /// The answer, if the page is made already. `prefix` is the path below which the client sees the server.
    pub(super) fn get(
        &self,
        which: Which,
        prefix: &str,
        headers: &HeaderMap,
    ) -> Option<Response<ResponseBody>> {
        match which {
            Which::Document if prefix.is_empty() => {
                self.document.get().map(|page| page.answer(headers))
            }
            Which::Document => self
                .document
                .get()
                .map(|page| page.below(prefix).answer(headers)),
            Which::Docs => self.docs.get().map(|page| page.answer(headers)),
            Which::Root => Some(redirect(prefix)),
        }
    }

    /// Makes the page, in the model's terms if there is one; `finish` has the last word on its document. Blocks.
    pub(super) fn make(
        &self,
        which: Which,
        served: Option<&LoadedModel>,
        finish: impl Fn(&mut Value),
    ) {
        let document = || {
            let mut document = openapi::document_at(served, &self.vertex);
            finish(&mut document);
            document
        };
        match which {
            Which::Document => drop(self.document.get_or_init(|| {
                Page::new(document().to_string().into(), "application/json", BY_BOTH)
            })),
            Which::Docs => drop(self.docs.get_or_init(|| {
                let page = openapi::page(&document());
                Page::new(page.into(), "text/html; charset=utf-8", BY_CODING)
            })),
            Which::Root => {}
        }
    }
}

/// A page that is ready to send.
#[derive(Debug)]
struct Page {
    bytes: Bytes,
    /// The same, compressed.
    gzip: Option<Bytes>,
    /// A weak tag, because it is the same with gzip and without.
    etag: HeaderValue,
    media_type: HeaderValue,
    /// The headers of a request that the answer depends on.
    vary: HeaderValue,
}

const BY_CODING: HeaderValue = HeaderValue::from_static("accept-encoding");
const BY_PREFIX: HeaderValue = HeaderValue::from_static("x-forwarded-prefix");
const BY_BOTH: HeaderValue = HeaderValue::from_static("accept-encoding, x-forwarded-prefix");

impl Page {
    fn new(bytes: Bytes, media_type: &'static str, vary: HeaderValue) -> Self {
        let gzip = coding::gzip(&bytes, Compression::default());
        let digest = Sha256::digest(&bytes);
        let etag = format!("W/\"{}\"", hex(&digest[..8]));
        Self {
            bytes,
            gzip,
            etag: tag(&etag),
            media_type: HeaderValue::from_static(media_type),
            vary,
        }
    }

    /// The document for clients that see the server below `prefix`. It is not kept: a client may name any prefix.
    fn below(&self, prefix: &str) -> Self {
        let servers = serde_json::json!([{"url": prefix}]);
        let rest = self.bytes.strip_prefix(b"{").unwrap_or_default();
        let start = format!("{{\"servers\":{servers},");
        let bytes = [start.as_bytes(), rest].concat().into();
        let etag = self.etag.to_str().unwrap_or_default();
        let of_prefix = Sha256::digest(prefix);
        let etag = format!("{}-{}\"", etag.trim_end_matches('"'), hex(&of_prefix[..4]));
        Self {
            bytes,
            gzip: None,
            etag: tag(&etag),
            media_type: self.media_type.clone(),
            vary: self.vary.clone(),
        }
    }

    fn answer(&self, request: &HeaderMap) -> Response<ResponseBody> {
        let mut response = Response::new(ResponseBody::default());
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag.clone());
        headers.insert(VARY, self.vary.clone());
        if self.is_known(request) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.media_type.clone());
        let gzip = self.gzip.as_ref().filter(|_| coding::takes_gzip(request));
        if gzip.is_some() {
            headers.insert(CONTENT_ENCODING, coding::GZIP);
        }
        *response.body_mut() = gzip.unwrap_or(&self.bytes).clone().into();
        response
    }

    /// Whether the client has this very page (RFC 9110, section 13.1.2: compared as weak tags).
    fn is_known(&self, request: &HeaderMap) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let ours = self.etag.to_str().map(opaque);
        let mut known = coding::listed(request, &IF_NONE_MATCH);
        known.any(|tag| tag == "*" || ours.as_ref().is_ok_and(|ours| opaque(tag) == *ours))
    }
}

/// To `/docs`. Where no prefix is known there may be one all the same, so the redirect is relative.
fn redirect(prefix: &str) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let to = match prefix {
        "" => Ok(HeaderValue::from_static("docs")),
        prefix => HeaderValue::from_str(&format!("{prefix}/docs")),
    };
    let headers = response.headers_mut();
    headers.insert(LOCATION, to.unwrap_or(HeaderValue::from_static("docs")));
    headers.insert(VARY, BY_PREFIX);
    response
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digit = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit)]);
    digits.map(digit).collect()
}

fn tag(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("W/\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_tag_in_a_list_and_by_a_star() {
        let page = Page::new("text".into(), "text/plain", BY_CODING);
        let tag = page.etag.to_str().unwrap().to_owned();
        let known = |value: String| {
            let value = HeaderValue::from_str(&value).unwrap();
            page.is_known(&HeaderMap::from_iter([(IF_NONE_MATCH, value)]))
        };
        assert!(known(tag.clone()) && known("*".to_owned()));
        assert!(known(format!(
            "\"other\", {}",
            tag.trim_start_matches("W/")
        )));
        assert!(!known("\"other\"".to_owned()) && !page.is_known(&HeaderMap::new()));
        assert_ne!(
            Page::new("other".into(), "text/plain", BY_CODING).etag,
            page.etag
        );
    }
}
