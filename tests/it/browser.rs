//! A real browser on /docs; `make browser-test` installs it and runs this.

use crate::app::Server;
use fantoccini::{ClientBuilder, Locator};
use ml_serving::config::Config;
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

#[tokio::test]
#[ignore = "needs chromium and chromedriver: make browser-test"]
async fn try_it_out_succeeds_in_a_real_browser() {
    let server = Server::start(Config::default()).await;
    let (_driver, url) = driver();
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
    let options = serde_json::json!({"goog:chromeOptions": {"args": arguments}});
    let browser = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
        .capabilities(options.as_object().unwrap().clone())
        .connect(&url)
        .await
        .unwrap();
    browser
        .goto(&format!("http://{}/docs", server.address))
        .await
        .unwrap();
    let wait = async |css: &str| {
        browser
            .wait()
            .at_most(Duration::from_mins(1))
            .for_element(Locator::Css(css))
            .await
            .unwrap()
    };
    wait("#operations-default-predict .opblock-summary-control")
        .await
        .click()
        .await
        .unwrap();
    wait("#operations-default-predict .try-out__btn")
        .await
        .click()
        .await
        .unwrap();
    wait("#operations-default-predict .execute")
        .await
        .click()
        .await
        .unwrap();
    let status =
        wait("#operations-default-predict .live-responses-table tbody td.response-col_status")
            .await;
    assert_eq!(status.text().await.unwrap().lines().next(), Some("200"));
    let page = browser.source().await.unwrap();
    assert!(page.contains("confidence"));
    browser.close().await.unwrap();
}
