//! The pages: the document and Swagger UI, made once per model and kept as bytes that are ready to send.

use super::{media::ResponseBody, openapi, routes::Route};
use crate::{config::Vertex, load::LoadedModel};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use hyper::{
    Method, Response, StatusCode,
    header::{
        ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
        IF_NONE_MATCH, LOCATION, VARY,
    },
};
use sha2::{Digest, Sha256};
use std::{io::Write, sync::OnceLock};

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
    let get = |path, name, which| Route::new(Method::GET, path, name, which);
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

    /// The answer, if the page is made already.
    pub(super) fn get(&self, which: Which, headers: &HeaderMap) -> Option<Response<ResponseBody>> {
        match which {
            Which::Document => self.document.get().map(|page| page.answer(headers)),
            Which::Docs => self.docs.get().map(|page| page.answer(headers)),
            Which::Root => Some(redirect("/docs")),
        }
    }

    /// Makes the page, in the model's terms if there is one. Blocks.
    pub(super) fn make(&self, which: Which, served: Option<&LoadedModel>) {
        match which {
            Which::Document => drop(self.document.get_or_init(|| {
                let document = openapi::document_at(served, &self.vertex).to_string();
                Page::new(document.into(), "application/json")
            })),
            Which::Docs => drop(self.docs.get_or_init(|| {
                let page = openapi::page(&openapi::document_at(served, &self.vertex));
                Page::new(page.into(), "text/html; charset=utf-8")
            })),
            Which::Root => {}
        }
    }
}

/// A page that is ready to send.
#[derive(Debug)]
struct Page {
    bytes: Bytes,
    gzip: Bytes,
    /// A weak tag, because it is the same with gzip and without.
    etag: HeaderValue,
    media_type: HeaderValue,
}

impl Page {
    fn new(bytes: Bytes, media_type: &'static str) -> Self {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        let gzip = gzip.write_all(&bytes).and_then(|()| gzip.finish());
        let digest = Sha256::digest(&bytes);
        let hex = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
        let etag = format!("W/\"{}\"", hex.collect::<String>());
        Self {
            bytes,
            gzip: gzip.unwrap_or_default().into(),
            etag: HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("W/\"\"")),
            media_type: HeaderValue::from_static(media_type),
        }
    }

    fn answer(&self, request: &HeaderMap) -> Response<ResponseBody> {
        let mut response = Response::new(ResponseBody::default());
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if self.is_known(request) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.media_type.clone());
        let body = if takes_gzip(request) {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            &self.gzip
        } else {
            &self.bytes
        };
        *response.body_mut() = body.clone().into();
        response
    }

    /// Whether the client has this very page (RFC 9110, section 13.1.2: compared as weak tags).
    fn is_known(&self, request: &HeaderMap) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let ours = self.etag.to_str().map(opaque);
        let mut known = listed(request, &IF_NONE_MATCH);
        known.any(|tag| tag == "*" || ours.as_ref().is_ok_and(|ours| opaque(tag) == *ours))
    }
}

/// Whether the client takes gzip (RFC 9110, section 12.5.3); a weight of 0 says no.
fn takes_gzip(request: &HeaderMap) -> bool {
    let weight = |coding: &str| {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let q = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        (name, q.map_or(Ok(1.0), str::parse::<f32>).unwrap_or(0.0))
    };
    let codings: Vec<_> = listed(request, &ACCEPT_ENCODING).map(weight).collect();
    let of = |wanted: &[&str]| {
        codings
            .iter()
            .find(|(name, _)| wanted.contains(&name.as_str()))
    };
    of(&["gzip", "x-gzip"])
        .or_else(|| of(&["*"]))
        .is_some_and(|(_, weight)| *weight > 0.0)
}

/// The elements of a header that is a list, over all its lines.
fn listed<'h>(
    headers: &'h HeaderMap,
    name: &hyper::header::HeaderName,
) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).into_iter();
    let texts = lines.filter_map(|line| line.to_str().ok());
    texts.flat_map(|line| line.split(',').map(str::trim))
}

fn redirect(to: &'static str) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static(to));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: hyper::header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_who_takes_it() {
        for (value, takes) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("br, *", true),
            ("*;q=0.1, gzip;q=0", false),
            ("gzip;q=0.000", false),
            ("identity", false),
            ("br", false),
            ("", false),
            ("gzipped", false),
        ] {
            assert_eq!(
                takes_gzip(&headers(ACCEPT_ENCODING, value)),
                takes,
                "{value}"
            );
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_page_is_known_by_its_tag_in_a_list_and_by_a_star() {
        let page = Page::new("text".into(), "text/plain");
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
        assert_ne!(Page::new("other".into(), "text/plain").etag, page.etag);
    }
}
