//! The page that shows a document: Swagger UI, whole in one file.

use super::{describe::server_url, text};
use flate2::read::GzDecoder;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::io::Read;

/// A tree.
const ICON: &str = include_str!("icon.svg");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Swagger UI as the build has packed it.
const UI_STYLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"));
const UI_SCRIPT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"));

/// The page for `document`. It contains everything that it needs and loads nothing.
pub(in crate::http) fn page(document: &Value) -> String {
    // Strings in the document come from model files; none may end the script they are embedded in.
    let safe = document
        .to_string()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    format!(
        include_str!("page.html"),
        title = text::html(document["info"]["title"].as_str().unwrap_or_default()),
        icon = utf8_percent_encode(ICON, NON_ALPHANUMERIC),
        ui_style = unpacked(UI_STYLE),
        style = STYLE,
        ui_script = unpacked(UI_SCRIPT),
        spec = safe,
        script = SCRIPT.replace("SERVER_URL", &server_url()),
    )
}

/// What the build has packed.
fn unpacked(packed: &[u8]) -> String {
    let mut whole = String::new();
    if let Err(error) = GzDecoder::new(packed).read_to_string(&mut whole) {
        tracing::error!(%error, "a part of /docs cannot be unpacked");
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_page_has_every_piece() {
        let page = page(&json!({"info": {"title": "</title><b>"}, "marked": "<here>"}));
        for piece in [
            "<!doctype html>",
            "<html lang=\"en\">",
            "<title>&lt;/title&gt;&lt;b&gt;</title>",
            "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg",
            STYLE,
            "For license information please see",
            "sourceMappingURL=swagger-ui.css.map",
            "spec.servers = [{ url: here }];",
            "validatorUrl: null,",
            r#""marked":"\u003chere>""#,
        ] {
            assert_eq!(page.matches(piece).count(), 1, "{piece}");
        }
        assert!(!page.contains("SERVER_URL"));
    }
}
