//! The one table from error codes to statuses, and the problem document (RFC 9457) that carries them.

use poem_openapi::Object;
use serde::Serialize;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $status:literal, $code:literal, $title:literal;)*) => {
        /// Every way a request can fail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[doc = $doc])* $variant,)* }

        impl Code {
            /// All codes, for tests and documents.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The stable machine-readable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// A short human-readable summary that never changes.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    BadRequest = 400, "bad_request", "The request is no valid HTTP";
    InvalidJson = 400, "invalid_json", "The body is not JSON";
    InvalidGzip = 400, "invalid_gzip", "The body is not gzip";
    InvalidCsv = 400, "invalid_csv", "The body is not CSV";
    IncompleteBody = 400, "incomplete_body", "The body ended early";
    InvalidMessage = 400, "invalid_message", "The body is not the message that it should be";
    NotSupported = 400, "not_supported", "This server does not do that";
    Unauthorized = 401, "unauthorized", "A key is needed";
    NotFound = 404, "not_found", "No such path";
    UnknownModel = 404, "unknown_model", "No such model";
    MethodNotAllowed = 405, "method_not_allowed", "The path does not take this method";
    BodyTimeout = 408, "body_timeout", "The body came too slowly";
    BodyTooLarge = 413, "body_too_large", "The body is too large";
    TooManyRows = 413, "too_many_rows", "The batch has too many rows";
    UriTooLong = 414, "uri_too_long", "The path is too long";
    UnsupportedMediaType = 415, "unsupported_media_type", "The body's media type is not read here";
    UnsupportedEncoding = 415, "unsupported_encoding", "The body's encoding is not read here";
    WrongFeatureCount = 422, "wrong_feature_count", "A row has the wrong number of features";
    InvalidType = 422, "invalid_type", "A value has the wrong type";
    MissingValue = 422, "missing_value", "This model takes no missing values";
    UnknownValue = 422, "unknown_value", "The model does not know this value";
    OutOfRange = 422, "out_of_range", "A number is out of range";
    MissingColumn = 422, "missing_column", "A column is missing";
    UnknownColumn = 422, "unknown_column", "The model has no such column";
    DuplicateColumn = 422, "duplicate_column", "A column was given twice";
    UnnamedColumns = 422, "unnamed_columns", "This model's columns have no names";
    MissingField = 422, "missing_field", "A field is missing";
    UnknownField = 422, "unknown_field", "There is no such field";
    DuplicateField = 422, "duplicate_field", "A field was given twice";
    InvalidTensor = 422, "invalid_tensor", "A tensor does not fit its description";
    InvalidQuery = 422, "invalid_query", "A query parameter is wrong";
    Overloaded = 429, "overloaded", "The server is at its limit";
    HeadersTooLarge = 431, "headers_too_large", "The headers are too large";
    Internal = 500, "internal", "Internal server error";
    NotReady = 503, "not_ready", "The model is not there yet";
}

impl Code {
    /// The status of gRPC (google.rpc.Code), which follows from that of HTTP.
    pub const fn grpc(self) -> u8 {
        match (self, self.status()) {
            // There is no such method, or it does nothing here.
            (Self::NotFound | Self::NotSupported, _) | (_, 405) => UNIMPLEMENTED,
            (_, 401) => UNAUTHENTICATED,
            (_, 403) => PERMISSION_DENIED,
            (_, 404) => NOT_FOUND,
            (_, 408 | 504) => DEADLINE_EXCEEDED,
            (_, 413 | 429) => RESOURCE_EXHAUSTED,
            (_, 503) => UNAVAILABLE,
            (_, 400..500) => INVALID_ARGUMENT,
            _ => INTERNAL,
        }
    }
}

const INVALID_ARGUMENT: u8 = 3;
const DEADLINE_EXCEEDED: u8 = 4;
const NOT_FOUND: u8 = 5;
const PERMISSION_DENIED: u8 = 7;
const RESOURCE_EXHAUSTED: u8 = 8;
const UNIMPLEMENTED: u8 = 12;
const INTERNAL: u8 = 13;
const UNAVAILABLE: u8 = 14;
const UNAUTHENTICATED: u8 = 16;

/// One place in the body, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Serialize, Object)]
#[oai(rename = "ProblemItem")]
pub struct Item {
    /// Where: `body`, then field names and row or column indices (counted from 0).
    pub loc: Vec<serde_json::Value>,
    /// What is wrong there.
    pub msg: String,
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, Serialize, Object)]
pub struct Problem {
    /// Always `about:blank`: `code` tells problems apart.
    pub r#type: String,
    /// What kind of problem this is.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong in this request, and where.
    pub detail: String,
    /// A stable machine-readable name of the problem.
    pub code: String,
    /// Every place that is wrong, where there are several or a place can be named (at most 20).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[oai(skip_serializing_if_is_empty)]
    pub errors: Vec<Item>,
}

/// A request that failed: what the client is told.
#[derive(Clone, Debug)]
pub struct Failure {
    pub code: Code,
    pub detail: String,
    pub errors: Vec<Item>,
    /// The methods that the path takes, for [`Code::MethodNotAllowed`].
    pub allow: Option<String>,
    /// The cause, for the log only.
    pub cause: Option<String>,
    /// How many rows got no prediction; 0 when nobody counted them.
    pub rows: usize,
}

impl Failure {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            allow: None,
            cause: None,
            rows: 0,
        }
    }

    /// Adds the places of the mistakes.
    #[must_use]
    pub fn at(mut self, errors: Vec<Item>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds the methods that the path takes.
    #[must_use]
    pub fn allowing(mut self, allow: &str) -> Self {
        self.allow = Some(allow.to_owned());
        self
    }

    /// Adds how many rows got no prediction.
    #[must_use]
    pub fn of_rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// A failure inside the server. The client gets only the code; the cause goes to the log.
    #[expect(clippy::needless_pass_by_value, reason = "for map_err")]
    pub fn internal(cause: impl ToString) -> Self {
        let detail = "The server failed to answer; its log has the cause under this x-request-id.";
        Self {
            cause: Some(cause.to_string()),
            ..Self::new(Code::Internal, detail)
        }
    }

    /// What went wrong, for formats that have one text for it.
    pub fn summary(&self) -> String {
        match self.errors.len() {
            0 | 1 => self.detail.clone(),
            many => format!("{} (the first of {many} mistakes)", self.detail),
        }
    }

    /// The body to send.
    pub fn problem(&self) -> Problem {
        Problem {
            r#type: "about:blank".to_owned(),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            detail: self.detail.clone(),
            code: self.code.name().to_owned(),
            errors: self.errors.clone(),
        }
    }

    /// The body to send, as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.problem()).unwrap_or_default()
    }
}
