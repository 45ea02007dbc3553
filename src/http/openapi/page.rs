//! The page that shows a document: Swagger UI, whole in one file.

use super::{describe::server_url, text};
use serde_json::Value;

/// A tree with three leaves.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%23176b47'/%3E%3Cpath d='M16 8 9 16m7-8 7 8m0 0-4 8m4-8 4 8' stroke='%23fff' stroke-width='2' fill='none'/%3E%3Cg fill='%23fff'%3E%3Ccircle cx='16' cy='8' r='3'/%3E%3Ccircle cx='9' cy='16' r='3'/%3E%3Ccircle cx='23' cy='16' r='3'/%3E%3Ccircle cx='19' cy='24' r='3'/%3E%3Ccircle cx='27' cy='24' r='3'/%3E%3C/g%3E%3C/svg%3E";

/// The page for `document`: it loads nothing from anywhere.
pub(in crate::http) fn page(document: &Value) -> String {
    let service = poem_openapi::OpenApiService::new((), "", "");
    let title = text::html(document["info"]["title"].as_str().unwrap_or_default());
    let head = format!(
        "<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"icon\" href=\"{ICON}\">"
    );
    // The address that the page came from is the server's address to whoever reads it, below a path of a proxy too.
    let here = format!(
        "if (window.location.protocol.startsWith(\"http\")) {{\n\
         const here = window.location.origin + window.location.pathname.replace(/\\/docs\\/?$/, \"\");\n\
         spec.servers = [{{ url: here }}];\n\
         spec.info.description = spec.info.description.replaceAll(\"{}\", here);\n\
         }}\n\
         let oauth2RedirectUrl;",
        server_url()
    );
    let options = "docExpansion: \"list\",\ndefaultModelsExpandDepth: 0,\ndisplayRequestDuration: true,\nvalidatorUrl: null,\ndeepLinking: true,";
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
        .replacen("let oauth2RedirectUrl;", &here, 1)
        .replacen("deepLinking: true,", options, 1)
        .replace(&service.spec(), &safe);
    format!("<!doctype html>{html}")
}
