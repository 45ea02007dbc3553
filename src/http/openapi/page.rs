//! The page that shows a document: Swagger UI, whole in one file.

use super::{describe::server_url, text};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// A tree.
const ICON: &str = include_str!("icon.svg");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page for `document`. It contains everything that it needs and loads nothing.
pub(in crate::http) fn page(document: &Value) -> String {
    let service = poem_openapi::OpenApiService::new((), "", "");
    let title = text::html(document["info"]["title"].as_str().unwrap_or_default());
    let icon = utf8_percent_encode(ICON, NON_ALPHANUMERIC);
    let head = format!(
        "<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"icon\" href=\"data:image/svg+xml,{icon}\">\n\
         <style>{STYLE}</style>"
    );
    let script = format!(
        "{}\n    let oauth2RedirectUrl;",
        SCRIPT.replace("SERVER_URL", &server_url())
    );
    let options = "deepLinking: true,\n        docExpansion: \"list\",\n        defaultModelsExpandDepth: 0,\n        \
                   displayRequestDuration: true,\n        validatorUrl: null,";
    // Strings in the document come from model files; none may end the script they are embedded in.
    let safe = document
        .to_string()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    let html = service
        .swagger_ui_html()
        .replacen("<html charset=\"UTF-8\">", "<html lang=\"en\">", 1)
        .replacen("<title>Swagger UI</title>", &head, 1)
        .replacen("let oauth2RedirectUrl;", &script, 1)
        .replacen("deepLinking: true,", options, 1)
        .replace(&service.spec(), &safe);
    format!("<!doctype html>{html}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_page_has_every_piece_that_is_put_into_poems_template() {
        let page = page(&json!({"info": {"title": "</title><b>"}, "marked": "<here>"}));
        for piece in [
            "<!doctype html>",
            "<html lang=\"en\">",
            "<title>&lt;/title&gt;&lt;b&gt;</title>",
            "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg",
            STYLE,
            "spec.servers = [{ url: here }];",
            "validatorUrl: null,",
            r#""marked":"\u003chere>""#,
        ] {
            assert_eq!(page.matches(piece).count(), 1, "{piece}");
        }
        assert!(!page.contains("SERVER_URL"));
    }
}
