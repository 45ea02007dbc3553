//! Registries that want to know who asks.

use super::{
    Door, load_with,
    shelf::{IDENTITY, PASSWORD, Shelf, USER},
    with_config, with_iris,
};
use crate::registry::iris_digest;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

fn login(password: &str) -> Value {
    json!({"auth": BASE64_STANDARD.encode(format!("{USER}:{password}"))})
}

/// What a start with this entry for the registry ends with.
fn load(shelf: &Shelf, config: &Value) -> Result<String, String> {
    let (place, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let access = with_config(place.path(), config);
    let served = load_with(shelf, ":1", &access, cache.path());
    served.map(|served| served.digest).map_err(|error| {
        assert_eq!(error.reason(), "denied", "{error}");
        error.to_string()
    })
}

#[test]
fn the_credentials_of_dockers_config_open_the_door() {
    for door in [Door::Basic, Door::Token] {
        let shelf = with_iris(door);
        let host = &shelf.host;
        for auths in [
            json!({host: login(PASSWORD)}),
            json!({format!("http://{host}/v2/"): login(PASSWORD)}),
            json!({format!("{host}/team"): login(PASSWORD), host: login("other")}),
            json!({host: {"username": USER, "password": PASSWORD}}),
        ] {
            let config = json!({"auths": auths});
            let served = load(&shelf, &config);
            assert_eq!(served, Ok(iris_digest()), "{door:?} {config}");
        }
    }
}

#[test]
fn a_token_is_got_for_an_identity_and_renewed_when_it_has_expired() {
    let shelf = with_iris(Door::Token);
    let config =
        json!({"auths": {&shelf.host: {"auth": "PHRva2VuPjo=", "identitytoken": IDENTITY}}});
    assert_eq!(load(&shelf, &config), Ok(iris_digest()));
    // Four requests, and a token is good for two.
    let heads = shelf.heads();
    let tokens = heads.iter().filter(|head| head.starts_with("POST /token"));
    assert!(tokens.count() >= 2);
}

#[test]
fn who_is_not_let_in_is_told_where_the_credentials_come_from_and_none_of_them() {
    for door in [Door::Basic, Door::Token] {
        let shelf = with_iris(door);
        let host = &shelf.host;
        for (config, hint) in [
            (json!({}), "docker login"),
            (
                json!({"auths": {"other.io": login(PASSWORD)}}),
                "there are no credentials for 127.0.0.1",
            ),
            (
                json!({"auths": {host: login("hunter3")}}),
                "check the credentials of 127.0.0.1",
            ),
            (
                json!({"auths": {host: {}}, "credsStore": "desktop"}),
                "docker-credential-desktop",
            ),
            (
                json!({"credHelpers": {host: "ecr-login"}}),
                "docker-credential-ecr-login",
            ),
        ] {
            let refusal = load(&shelf, &config).expect_err(hint);
            assert!(refusal.contains(hint), "{door:?}: {refusal}");
            assert!(refusal.contains("config.json"), "{refusal}");
            assert!(!refusal.contains("hunter"), "{refusal}");
        }
    }
}

#[test]
fn an_open_door_needs_no_credentials_whoever_keeps_them() {
    let shelf = with_iris(Door::Open);
    let served = load(&shelf, &json!({"credsStore": "desktop"}));
    assert_eq!(served, Ok(iris_digest()));
}
