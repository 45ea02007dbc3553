//! The door, in a real browser; `make browser-test` installs it and runs this.

use crate::{
    app::Server,
    browser::{Browser, PREDICT},
};
use ml_serving::{
    config::{Config, Secrets},
    secret::Secret,
};
use serde_json::{Value, json};

/// Sends the example of `/predict`, as a person would, and says with which status it is answered.
async fn try_it_out(browser: &Browser) -> String {
    browser.click("#operations-Predict-predict .execute").await;
    let status = "#operations-Predict-predict .live-responses-table tbody td.response-col_status";
    let status = browser.wait(status).await.text().await.unwrap();
    status.lines().next().unwrap_or_default().to_owned()
}

async fn open(browser: &Browser, page: &str) {
    browser.client.goto(page).await.unwrap();
    browser.click(PREDICT).await;
    browser
        .click("#operations-Predict-predict .try-out__btn")
        .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver: make browser-test"]
async fn authorize_sends_the_key_in_a_real_browser() {
    let mut config = Config::default();
    config.server.auth.keys = Secrets(vec![Secret::key("a-key-of-ours")]);
    let server = Server::start(config).await;
    let browser = Browser::start().await;
    open(&browser, &format!("http://{}/docs", server.address)).await;
    assert_eq!(try_it_out(&browser).await, "401");
    browser.click(".scheme-container .authorize").await;
    let field = browser.wait(".modal-ux input[type=text]").await;
    field.send_keys("a-key-of-ours").await.unwrap();
    browser
        .click(".modal-ux .auth-btn-wrapper .authorize")
        .await;
    browser.click(".modal-ux .btn-done").await;
    browser
        .click("#operations-Predict-predict .btn-clear")
        .await;
    assert_eq!(try_it_out(&browser).await, "200");
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver: make browser-test"]
async fn a_page_below_a_prefix_asks_below_it_in_a_real_browser() {
    let mut config = Config::default();
    config.server.root_path = "/models/churn".to_owned();
    let server = Server::start(config).await;
    let browser = Browser::start().await;
    let below = format!("http://{}/models/churn/", server.address);
    // `/` redirects to the page.
    open(&browser, &below).await;
    let here = browser
        .evaluate("location.origin + location.pathname")
        .await;
    assert_eq!(here, format!("{below}docs"));
    assert_eq!(try_it_out(&browser).await, "200");
    let url = "document.querySelector('#operations-Predict-predict .request-url').textContent";
    let url = browser.evaluate(url).await;
    assert!(
        url.as_str().unwrap().contains(&format!("{below}predict")),
        "{url}"
    );
    browser.client.clone().close().await.unwrap();
}

/// What a page gets that sends a row to the server of another origin.
async fn fetch(browser: &Browser, server: &Server) -> Value {
    let script = format!(
        "const done = arguments[0]; fetch('http://{}/predict', {{method: 'POST', headers: {{'content-type': 'application/json', \
         'x-request-id': 'mine'}}, body: '{{\"features\":[5.1,3.5,1.4,0.2]}}'}}).then(async answer => done([answer.status, \
         answer.headers.get('x-request-id'), (await answer.json()).prediction]), error => done('refused'))",
        server.address
    );
    browser
        .client
        .execute_async(&script, Vec::new())
        .await
        .unwrap()
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver: make browser-test"]
async fn a_page_of_an_allowed_origin_predicts_in_a_real_browser() {
    let page = Server::start(Config::default()).await;
    let closed = Server::start(Config::default()).await;
    let mut config = Config::default();
    config.server.cors.allowed_origins = vec![format!("http://{}", page.address)];
    let open = Server::start(config).await;
    let browser = Browser::start().await;
    let health = format!("http://{}/health/live", page.address);
    browser.client.goto(&health).await.unwrap();
    assert_eq!(fetch(&browser, &open).await, json!([200, "mine", 0]));
    assert_eq!(fetch(&browser, &closed).await, "refused");
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver: make browser-test"]
async fn the_page_of_the_examples_predicts_in_a_real_browser() {
    let mut config = Config::default();
    config.server.cors.allowed_origins = vec!["*".to_owned()];
    let server = Server::start(config).await;
    let browser = Browser::start().await;
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/browser.html");
    let page = format!("file://{page}?server=http://{}", server.address);
    browser.client.goto(&page).await.unwrap();
    browser.click("button").await;
    let answer = browser.wait("output:not(:empty)").await;
    let text = answer.text().await.unwrap();
    assert!(text.starts_with("class 1, by model version "), "{text}");
    browser.client.clone().close().await.unwrap();
}
