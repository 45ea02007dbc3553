//! A real browser on /docs; `make browser-test` installs it and runs this.

use crate::{
    app::Server,
    kinds::{KINDS, package, typed, uri},
};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use ml_serving::{config::Config, registry::Secret};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Ends the driver, and with it the browser, however the test ends.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A browser, with what must outlive it.
pub struct Browser {
    pub client: Client,
    _driver: Driver,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub async fn start() -> Self {
        let (driver, url) = driver();
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let options = json!({"goog:chromeOptions": {"args": arguments}});
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(options.as_object().unwrap().clone())
            .connect(&url)
            .await
            .unwrap();
        Self {
            client,
            _driver: driver,
            _profile: profile,
        }
    }

    /// Opens the page of a server that serves `model`.
    async fn open(&self, model: &str) -> Server {
        let mut config = Config::default();
        config.model.uri = Secret::uri(model);
        let server = Server::start(config).await;
        let page = format!("http://{}/docs", server.address);
        self.client.goto(&page).await.unwrap();
        self.wait(PREDICT).await;
        server
    }

    pub async fn wait(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(Duration::from_mins(1));
        found.for_element(Locator::Css(css)).await.unwrap()
    }

    pub async fn click(&self, css: &str) {
        self.wait(css).await.click().await.unwrap();
    }

    /// What a JavaScript expression gives.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.client.execute(&script, Vec::new()).await.unwrap()
    }
}

fn driver() -> (Driver, String) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("make browser-test installs chromedriver");
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        let port = line.split_once("successfully on port ")?.1;
        Some(port.trim_end_matches('.').to_owned())
    });
    (
        Driver(child),
        format!("http://127.0.0.1:{}", port.expect("a port")),
    )
}

pub const PREDICT: &str = "#operations-Predict-predict .opblock-summary-control";

#[tokio::test]
#[ignore = "needs chromium and chromedriver: make browser-test"]
async fn try_it_out_succeeds_in_a_real_browser() {
    let browser = Browser::start().await;
    let missing = typed();
    let missing = ("missing_and_typed", uri(&missing));
    let kinds = KINDS
        .iter()
        .map(|(kind, model)| (*kind, (*model).to_owned()));
    for (kind, model) in kinds.chain([missing]) {
        let _server = browser.open(&model).await;
        browser.click(PREDICT).await;
        browser
            .click("#operations-Predict-predict .try-out__btn")
            .await;
        browser.click("#operations-Predict-predict .execute").await;
        let status =
            "#operations-Predict-predict .live-responses-table tbody td.response-col_status";
        let status = browser.wait(status).await.text().await.unwrap();
        assert_eq!(status.lines().next(), Some("200"), "{kind}");
        let answer = "document.querySelector('.live-responses-table .microlight').textContent";
        let answer = browser.evaluate(answer).await;
        let answer: Value = serde_json::from_str(answer.as_str().unwrap()).unwrap();
        assert!(answer["latency_ms"].is_f64(), "{kind}: {answer}");
        let classifier = !["regressor", "two_targets"].contains(&kind);
        assert_eq!(
            answer["confidence"].is_number(),
            classifier,
            "{kind}: {answer}"
        );
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver: make browser-test"]
async fn the_page_loads_nothing_and_shows_where_it_came_from_in_a_real_browser() {
    let browser = Browser::start().await;
    let server = browser.open("builtin:iris").await;
    let loaded = "performance.getEntriesByType('resource').map(entry => entry.name).filter(name => !name.startsWith('data:'))";
    assert_eq!(browser.evaluate(loaded).await, json!([]));
    assert_eq!(browser.evaluate("document.title").await, "ml-serving: iris");
    assert_eq!(browser.evaluate("document.compatMode").await, "CSS1Compat");
    let text = browser.wait(".info").await.text().await.unwrap();
    assert!(
        text.contains(&format!("curl http://{}/predict", server.address)),
        "{text}"
    );
    let tags = "[...document.querySelectorAll('.opblock-tag')].map(tag => tag.dataset.tag)";
    assert_eq!(
        browser.evaluate(tags).await,
        json!([
            "Predict",
            "Model",
            "Operate",
            "MLflow",
            "V1",
            "Open Inference Protocol"
        ])
    );
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver: make browser-test"]
async fn names_out_of_a_model_stay_text_in_a_real_browser() {
    let names = [
        "<img src=x onerror=\"window.injected=1\">",
        "a`b``` c",
        "x|y|z",
        "it's \"quoted\" \\",
        "**bold** [l](http://localhost/) http://localhost/",
        "</script><script>window.injected=2</script>",
        "line\nbreak\n\n# heading",
        "\u{202e}&lt;b&gt;",
    ];
    let columns = names.map(|name| (name, "double", true));
    let package = package(&columns, &json!([1, 2, 3, 4, 5, 6, 7, 8]));
    let browser = Browser::start().await;
    let _server = browser.open(&uri(&package)).await;
    let cells = "[...document.querySelectorAll('.info table tbody tr')].map(row => row.cells[1].textContent)";
    let cells = browser.evaluate(cells).await;
    let cells: Vec<_> = cells
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell.as_str().unwrap())
        .collect();
    assert_eq!(cells.len(), names.len(), "{cells:?}");
    for (cell, name) in cells.iter().zip(names) {
        let shown = serde_json::from_str(cell).unwrap_or((*cell).to_owned());
        assert_eq!(shown, name);
    }
    for css in [
        ".info img",
        ".info script",
        ".info td a",
        ".info td strong",
        ".info td b",
    ] {
        let count = format!("document.querySelectorAll('{css}').length");
        assert_eq!(browser.evaluate(&count).await, 0, "{css}");
    }
    let blocks = "[...document.querySelectorAll('.info pre code')].map(code => code.textContent)";
    let blocks = browser.evaluate(blocks).await;
    let curl = blocks[0].as_str().unwrap();
    let body = curl.split('\'').nth(3).unwrap();
    let sent: Value = serde_json::from_str(body).unwrap();
    let sent: Vec<_> = sent["features"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(sent, names);
    browser.click(PREDICT).await;
    browser
        .wait("#operations-Predict-predict .try-out__btn")
        .await;
    assert_eq!(
        browser.evaluate("window.injected ?? null").await,
        Value::Null
    );
    browser.client.clone().close().await.unwrap();
}
