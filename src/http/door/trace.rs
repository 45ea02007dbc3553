//! The trace that a request belongs to (W3C Trace Context).

use hyper::header::{HeaderMap, HeaderName, HeaderValue};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The length of version 00: two digits, 32, 16 and two, with dashes between them.
const LENGTH: usize = 55;

/// What a request says of its trace, not looked at yet.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Trace<'h>(Option<&'h HeaderValue>);

impl<'h> Trace<'h> {
    pub(in crate::http) fn of(headers: &'h HeaderMap) -> Self {
        Self(headers.get(TRACEPARENT))
    }

    /// The header and the id of the trace in it, if the header is valid. A header that is not is as good as none.
    pub(in crate::http) fn parent(self) -> Option<(&'h str, &'h str)> {
        let parent = self.0?.to_str().ok()?;
        let bytes = parent.as_bytes();
        let field = |from: usize, length: usize| parent.get(from..from + length);
        let digits = |text: &&str| {
            let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            text.bytes().all(hex)
        };
        let (version, _flags) = (field(0, 2).filter(digits)?, field(53, 2).filter(digits)?);
        let trace = field(3, 32).filter(digits)?;
        let span = field(36, 16).filter(digits)?;
        let dashes = [2, 35, 52].iter().all(|at| bytes[*at] == b'-');
        // Later versions may add fields at the end.
        let ends = match (version, bytes.len()) {
            ("ff", _) => false,
            (_, LENGTH) => true,
            ("00", _) => false,
            (_, _) => bytes[LENGTH] == b'-',
        };
        let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
        (dashes && ends && !is_zero(trace) && !is_zero(span)).then_some((parent, trace))
    }

    /// The id of the trace.
    pub(in crate::http) fn id(self) -> Option<&'h str> {
        self.parent().map(|(_, id)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_valid_header_is_found_and_others_are_ignored() {
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let zeros = "0".repeat(32);
        for (header, valid) in [
            (format!("00-{trace}-{span}-01"), true),
            (format!("00-{trace}-{span}-ff"), true),
            (format!("cc-{trace}-{span}-01-later"), true),
            (format!("00-{trace}-{span}-01-later"), false),
            (format!("cc-{trace}-{span}-01later"), false),
            (format!("ff-{trace}-{span}-01"), false),
            (format!("00-{zeros}-{span}-01"), false),
            (format!("00-{trace}-{}-01", &zeros[..16]), false),
            (format!("00-{}-{span}-01", trace.to_uppercase()), false),
            (format!("00-{trace}-{span}-0g"), false),
            (format!("00-{trace}-{span}"), false),
            (format!("00_{trace}-{span}-01"), false),
            (format!("00-{trace}-{span}-1ü"), false),
            (String::new(), false),
        ] {
            let value = HeaderValue::from_bytes(header.as_bytes()).unwrap();
            let given = Trace(Some(&value));
            assert_eq!(given.id(), valid.then_some(trace), "{header}");
        }
        assert_eq!(Trace(None).id(), None);
    }
}
