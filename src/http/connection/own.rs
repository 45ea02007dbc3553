//! The answers that hyper gives by itself: to what is not HTTP, and to headers that are too large. They have no body, and the service
//! never sees them, so they are replaced where they are written.

/// The status of an answer of hyper's own. It is recognised by its whole text: a status from 400 up and the three headers that hyper adds,
/// without the `x-request-id` that every other answer has.
pub(super) fn status(written: &[u8]) -> Option<u16> {
    let head = written.strip_prefix(b"HTTP/1.")?;
    if head.get(1..3) != Some(b" 4") || !written.ends_with(b"\r\n\r\n") {
        return None;
    }
    let head = std::str::from_utf8(written).ok()?;
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let own = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        ["connection", "content-length", "date"]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
    };
    lines.all(own).then_some(status)
}

/// An answer in the place of hyper's own.
pub(super) struct Own {
    pub(super) text: Vec<u8>,
    /// How much of it is written.
    pub(super) sent: usize,
}

impl Own {
    /// hyper's own answer `bare` with these headers and this body.
    pub(super) fn new(bare: &[u8], headers: &[u8], body: &[u8]) -> Self {
        let first = bare.split_inclusive(|byte| *byte == b'\n').next();
        let first = first.unwrap_or_default();
        let rest = bare[first.len()..].split_inclusive(|byte| *byte == b'\n');
        let rest = rest.filter(|line| !line.to_ascii_lowercase().starts_with(b"content-length:"));
        let length = format!("content-length: {}\r\n", body.len());
        let mut text = [first, headers, length.as_bytes()].concat();
        rest.for_each(|line| text.extend_from_slice(line));
        text.extend_from_slice(body);
        Self { text, sent: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\ndate: now\r\n\r\n";

    #[test]
    fn hypers_own_answers_are_told_from_ours() {
        for (text, found) in [
            (BARE.to_owned(), Some(431)),
            (BARE.replace("HTTP/1.1 431", "HTTP/1.0 400"), Some(400)),
            (BARE.replace("date: now", "x-request-id: 1"), None),
            (BARE.replace(" 431", " 200"), None),
            (format!("{BARE}body"), None),
            ("HTTP/1.1 4".to_owned(), None),
            ("HTTP/1.1 100 Continue\r\n\r\n".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(status(text.as_bytes()), found, "{text}");
        }
    }

    #[test]
    fn headers_and_a_body_are_added() {
        let own = Own::new(BARE.as_bytes(), b"x-request-id: 7\r\n", b"why");
        assert_eq!(
            String::from_utf8(own.text).as_deref(),
            Ok(
                "HTTP/1.1 431 Request Header Fields Too Large\r\nx-request-id: 7\r\ncontent-length: 3\r\nconnection: close\r\n\
                 date: now\r\n\r\nwhy"
            )
        );
    }
}
