//! Layers over one another, and what is said about mistakes in them.

mod platforms;

use super::*;
use figment::Jail;

fn load() -> Result<Config, String> {
    Config::load(Some(Path::new("c.yaml")), &Flags::default()).map_err(|e| e.to_string())
}

#[test]
fn flags_override_the_environment_which_overrides_the_file() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file(
            "c.yaml",
            "server: {port: 1, host: a, max_in_flight: 7}\nmodel: {name: 7}",
        )?;
        jail.set_env("MLSERVING__SERVER__PORT", "2");
        jail.set_env("MLSERVING__SERVER__HOST", "b");
        jail.set_env("MLSERVING__SERVER__MAX_BATCH_ROWS", "");
        let flags = Flags {
            port: Some(3),
            ..Flags::default()
        };
        let config = Config::load(Some(Path::new("c.yaml")), &flags).expect("valid");
        assert_eq!((config.server.port, config.server.host.as_str()), (3, "b"));
        assert_eq!(
            (config.server.max_in_flight, config.model.name.as_str()),
            (7, "7")
        );
        assert_eq!(config.server.max_batch_rows, 10_000);
        Ok(())
    });
}

#[test]
fn a_misspelt_key_is_named_with_its_variable_or_its_file() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "server: {prot: 1}")?;
        let message = load().expect_err("refused");
        assert!(
            message.contains("prot") && message.contains("c.yaml"),
            "{message}"
        );
        jail.create_file("c.yaml", "{}")?;
        jail.set_env("MLSERVING__SERVER__PORT", "many");
        let message = load().expect_err("refused");
        assert!(
            message.contains("MLSERVING__SERVER__PORT") && message.contains("many"),
            "{message}"
        );
        Ok(())
    });
}

#[test]
fn the_variables_kubernetes_injects_for_a_service_are_ignored() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "{}")?;
        jail.set_env("MLSERVING_PORT", "tcp://10.96.0.7:80");
        jail.set_env("ML_SERVING_SERVICE_HOST", "10.96.0.7");
        assert_eq!(load().expect("valid"), Config::default());
        Ok(())
    });
}

#[test]
fn every_wrong_value_is_reported_at_once() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file(
            "c.yaml",
            "server: {max_in_flight: 0}\nmodel: {sha256: abc}\nlog: {level: loud}",
        )?;
        let message = load().expect_err("refused");
        for setting in ["server.max_in_flight", "model.sha256", "log.level"] {
            assert!(message.contains(setting), "{message}");
        }
        Ok(())
    });
}

#[test]
fn log_level_is_read_in_the_spelling_of_python_too() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "{}")?;
        jail.set_env("LOG_LEVEL", "WARNING");
        assert_eq!(load().expect("valid").log.level, "warn");
        jail.set_env("MLSERVING__LOG__LEVEL", "debug");
        assert_eq!(load().expect("valid").log.level, "debug");
        Ok(())
    });
}

/// The whole message about this file and these variables.
fn message(file: &str, variables: &[(&str, &str)]) -> String {
    let mut text = String::new();
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", file)?;
        for (name, value) in variables {
            jail.set_env(name, value);
        }
        text = load().expect_err("refused");
        Ok(())
    });
    text
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_what_the_setting_takes() {
    let wrong = |problem: &str| format!("the configuration is wrong: {problem}");
    assert_eq!(
        message("{}", &[("MLSERVING__SERVER__PORT", "many")]),
        wrong(
            "server.port in MLSERVING__SERVER__PORT is \"many\"; it takes a number from 0 to 65535"
        )
    );
    assert_eq!(
        message("server: {port: 70000}", &[]),
        wrong("server.port in c.yaml is 70000; it takes a number from 0 to 65535")
    );
    assert_eq!(
        message("server: {max_in_flight: -1.5}", &[]),
        wrong("server.max_in_flight in c.yaml is -1.5; it takes a number from 1 to 1000000")
    );
    assert_eq!(
        message("server: {docs: [yes]}", &[]),
        wrong("server.docs in c.yaml is a list; it takes true or false")
    );
    assert_eq!(
        message("{}", &[("LOG_LEVEL", "loud")]),
        wrong("log.level in LOG_LEVEL is \"loud\"; it takes trace, debug, info, warn or error")
    );
    for host in ["127.0.0.1:80", "[::1]:80", "http://localhost"] {
        assert_eq!(
            message("{}", &[("MLSERVING__SERVER__HOST", host)]),
            wrong(&format!(
                "server.host in MLSERVING__SERVER__HOST is {host:?}; it takes a name or an address without a port, for example 0.0.0.0 or ::1"
            ))
        );
    }
    assert_eq!(
        message("log: {format: xml}", &[]),
        wrong("log.format in c.yaml is \"xml\"; it takes text or json")
    );
}

#[test]
fn an_unknown_key_is_named_with_the_one_that_was_perhaps_meant() {
    let wrong = |problem: &str| format!("the configuration is wrong: {problem}");
    assert_eq!(
        message("server: {prot: 1}", &[]),
        wrong("there is no setting server.prot, which c.yaml sets; did you mean server.port?")
    );
    assert_eq!(
        message("port: 1", &[]),
        wrong("there is no setting port, which c.yaml sets; did you mean server.port?")
    );
    assert_eq!(
        message("sever: {port: 1}", &[]),
        wrong("there is no setting sever, which c.yaml sets; did you mean server?")
    );
    assert_eq!(
        message("{}", &[("MLSERVING__LOG__LEVLE", "info")]),
        wrong("there is no setting MLSERVING__LOG__LEVLE; did you mean MLSERVING__LOG__LEVEL?")
    );
    assert_eq!(
        message("log: {xyz: 1}", &[]),
        wrong(
            "there is no setting log.xyz, which c.yaml sets; the settings are log.level, log.format, log.access"
        )
    );
}

#[test]
fn a_variable_that_names_a_section_is_refused_whatever_else_sets_the_section() {
    let log = "the configuration is wrong: there is no setting MLSERVING__LOG; the settings are MLSERVING__LOG__LEVEL, MLSERVING__LOG__FORMAT, MLSERVING__LOG__ACCESS";
    let section = ("MLSERVING__LOG", "debug");
    assert_eq!(message("{}", &[section]), log);
    assert_eq!(message("log: {format: json}", &[section]), log);
    let within = ("MLSERVING__LOG__LEVEL", "debug");
    assert_eq!(message("{}", &[section, within]), log);
    assert_eq!(message("{}", &[within, section]), log);
    let server = message("{}", &[("MLSERVING__SERVER", "x")]);
    for name in [
        "MLSERVING__SERVER;",
        "MLSERVING__SERVER__HOST,",
        "MLSERVING__SERVER__DOCS",
    ] {
        assert!(server.contains(name), "{server}");
    }
}

#[test]
fn a_variable_below_a_setting_is_refused_and_hides_nothing() {
    let below = ("MLSERVING__LOG__LEVEL__X", "1");
    let text = message("{}", &[below, ("MLSERVING__LOG__LEVEL", "debug")]);
    assert!(
        text.contains("there is no setting MLSERVING__LOG__LEVEL__X; the settings are "),
        "{text}"
    );
}

#[test]
fn mistakes_of_every_layer_are_listed_together() {
    let text = message(
        "server: {prot: 1}\nlog: {format: xml}",
        &[("MLSERVING__SERVER__PORT", "x"), ("LOG_LEVEL", "loud")],
    );
    assert_eq!(text.lines().count(), 5, "{text}");
}

#[test]
fn what_a_layer_above_sets_right_is_no_mistake() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "server: {port: many}")?;
        jail.set_env("LOG_LEVEL", "NOTICE");
        jail.set_env("MLSERVING__LOG__LEVEL", "warn");
        let flags = Flags {
            port: Some(3),
            ..Flags::default()
        };
        let config = Config::load(Some(Path::new("c.yaml")), &flags).expect("valid");
        assert_eq!((config.server.port, &*config.log.level), (3, "warn"));
        Ok(())
    });
}

#[test]
fn a_file_that_holds_no_settings_is_named_with_the_reason() {
    for (file, reason) in [
        ("just text", "holds no sections"),
        ("[1, 2]", "holds no sections"),
        ("server: {port: 1", "is not YAML"),
    ] {
        let text = message(file, &[]);
        assert!(text.contains("c.yaml") && text.contains(reason), "{text}");
    }
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_dir("c.yaml")?;
        assert!(load().expect_err("a directory").contains("c.yaml"));
        Ok(())
    });
}

#[test]
fn what_is_left_blank_has_its_default() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        for file in ["", "# nothing\n", "server:\n", "server:\n  port:\n"] {
            jail.create_file("c.yaml", file)?;
            assert_eq!(load().expect("valid"), Config::default(), "{file:?}");
        }
        Ok(())
    });
}

#[test]
fn text_in_a_variable_is_taken_to_the_letter() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "{}")?;
        jail.set_env("MLSERVING__MODEL__NAME", "007");
        jail.set_env("MLSERVING__MODEL__URI", "[models]");
        let model = load().expect("valid").model;
        assert_eq!((&*model.name, model.uri.expose()), ("007", "[models]"));
        Ok(())
    });
}

#[test]
fn brackets_around_an_ipv6_address_are_left_out() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        for host in ["[::1]", "::1"] {
            let flags = Flags {
                host: Some(host.to_owned()),
                ..Flags::default()
            };
            let config = Config::load(None, &flags).expect("valid");
            assert_eq!(config.server.host, "::1");
        }
        Ok(())
    });
}

#[test]
fn every_setting_is_in_the_table_and_the_table_holds_nothing_else() {
    let config = serde_json::to_value(Config::default()).expect("JSON");
    let mut keys: Vec<String> = Vec::new();
    let mut left = vec![(String::new(), config)];
    while let Some((key, value)) = left.pop() {
        match value {
            serde_json::Value::Object(inner) => {
                let below = |(name, value)| match key.as_str() {
                    "" => (name, value),
                    key => (format!("{key}.{name}"), value),
                };
                left.extend(inner.into_iter().map(below));
            }
            _ => keys.push(key),
        }
    }
    let mut table: Vec<_> = settings::SETTINGS
        .iter()
        .map(|(key, _)| (*key).to_owned())
        .collect();
    keys.sort();
    table.sort();
    assert_eq!(keys, table);
}

#[test]
fn the_format_of_the_error_itself_is_read_where_it_can_be() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "log: {format: json, level: loud}")?;
        let error = Config::load(Some(Path::new("c.yaml")), &Flags::default());
        assert_eq!(error.expect_err("refused").log_format, LogFormat::Json);
        jail.set_env("MLSERVING__LOG__FORMAT", "json");
        assert_eq!(log_format(), LogFormat::Json);
        Ok(())
    });
}

#[test]
fn a_config_file_that_is_not_there_is_an_error() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        assert!(load().expect_err("refused").contains("c.yaml"));
        Ok(())
    });
}

#[test]
fn a_list_comes_from_a_file_or_with_commas_from_a_variable() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        let origins = ["https://a.example", "http://b.example:8080"];
        jail.create_file(
            "c.yaml",
            "server: {cors: {allowed_origins: [\"https://a.example\", \"http://b.example:8080\"]}}",
        )?;
        assert_eq!(load().expect("valid").server.cors.allowed_origins, origins);
        jail.create_file("c.yaml", "server: {cors: {allowed_origins: }}")?;
        assert_eq!(load().expect("valid"), Config::default());
        jail.set_env(
            "MLSERVING__SERVER__CORS__ALLOWED_ORIGINS",
            "https://a.example, http://b.example:8080,",
        );
        assert_eq!(load().expect("valid").server.cors.allowed_origins, origins);
        Ok(())
    });
}

#[test]
fn mistakes_below_a_section_of_a_section_are_named_too() {
    for (file, told) in [
        (
            "server: {cors: {allowed_origin: a}}",
            "did you mean server.cors.allowed_origins",
        ),
        ("server: {cors: 1}", "there is no setting server.cors"),
        (
            "server: {cors: {allowed_origins: [\"a.example/\"]}}",
            "is a list; it takes origins without a path",
        ),
        (
            "server: {cors: {allowed_origins: [\"https://a.example/\"]}}",
            "it takes origins",
        ),
        ("server: {cors: {allowed_origins: [1]}}", "it takes origins"),
        (
            "server: {cors: {allowed_origins: \"https://A.example\"}}",
            "it takes origins",
        ),
    ] {
        let text = message(file, &[]);
        assert!(text.contains(told), "{file}: {text}");
    }
    let text = message("{}", &[("MLSERVING__SERVER__CORS", "https://a.example")]);
    assert!(
        text.contains("there is no setting MLSERVING__SERVER__CORS"),
        "{text}"
    );
}
