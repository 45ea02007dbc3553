//! Which pages of other origins may read the answers (the Fetch standard's CORS protocol).

use crate::{config, http::media::ResponseBody};
use hyper::{
    Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
    },
    http::request::Parts,
};

/// What pages may read beside the body and the headers that they always may.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("x-request-id, x-model-version, retry-after, www-authenticate");
/// Seconds for which a browser keeps an answer to a preflight; none keeps it for longer than a day.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");
const ANY: HeaderValue = HeaderValue::from_static("*");
/// The longest list of header names that is allowed as it is asked for.
const LONGEST: usize = 1024;

/// The origins that are allowed; there is no value of it where CORS is off.
pub(in crate::http) struct Cors {
    /// Whether every origin is; then the answers are the same for all of them.
    any: bool,
    origins: Vec<HeaderValue>,
}

impl Cors {
    pub(in crate::http) fn new(config: &config::Cors) -> Option<Self> {
        let origins = &config.allowed_origins;
        let value = |origin: &String| HeaderValue::from_str(origin).ok();
        (!origins.is_empty()).then(|| Self {
            any: origins.iter().any(|origin| origin == "*"),
            origins: origins.iter().filter_map(value).collect(),
        })
    }

    /// The value of the header that allows the page of this request to read its answer.
    pub(in crate::http) fn allows(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(ORIGIN)?;
        if self.any {
            return Some(ANY);
        }
        self.origins.contains(origin).then(|| origin.clone())
    }

    /// Adds to an answer what it says of origins: `allowed` is what [`Self::allows`] says.
    pub(in crate::http) fn mark(&self, allowed: Option<HeaderValue>, response: &mut HeaderMap) {
        if !self.any {
            // A cache must not give the answer for one origin to another.
            response.append(VARY, const { HeaderValue::from_static("origin") });
        }
        if let Some(allowed) = allowed {
            response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

/// Whether a browser asks what it may send.
pub(in crate::http) fn is_preflight(head: &Parts) -> bool {
    head.method == Method::OPTIONS && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight of an origin that is allowed, at a path that takes the methods `allow`.
pub(in crate::http) fn preflight(request: &HeaderMap, allow: &str) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if let Ok(allow) = HeaderValue::from_str(allow) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, allow);
    }
    // No header gives a page more than it could do without, so those that are asked for are allowed.
    let asked = request.get(ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(asked) = asked.filter(|asked| is_list_of_names(asked)) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    let varies = HeaderValue::from_static("access-control-request-headers");
    headers.insert(VARY, varies);
    response
}

fn is_list_of_names(value: &HeaderValue) -> bool {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_, ".contains(byte);
    value.len() <= LONGEST && value.as_bytes().iter().all(part)
}
