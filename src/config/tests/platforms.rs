//! The variables of `SageMaker` and Vertex AI.

use super::*;

#[test]
fn the_variables_of_vertex_ai_stand_below_every_setting() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "model: {name: churn}")?;
        jail.set_env("AIP_HTTP_PORT", "7080");
        jail.set_env("AIP_STORAGE_URI", "gs://bucket/model");
        jail.set_env("AIP_PREDICT_ROUTE", "/predict");
        jail.set_env("AIP_HEALTH_ROUTE", "/v1/endpoints/1");
        let config = load().expect("valid");
        assert_eq!(config.server.port, 7080);
        assert_eq!(config.model.uri.expose(), "gs://bucket/model");
        let Vertex {
            predict_route,
            health_route,
        } = &config.server.vertex;
        assert_eq!(predict_route.as_deref(), Some("/predict"));
        assert_eq!(health_route.as_deref(), Some("/v1/endpoints/1"));
        jail.set_env("MLSERVING__SERVER__PORT", "9000");
        jail.create_file("c.yaml", "model: {uri: builtin:iris}")?;
        let config = load().expect("valid");
        assert_eq!(
            (config.server.port, config.model.uri.expose()),
            (9000, "builtin:iris")
        );
        Ok(())
    });
}

#[test]
fn sagemakers_variables_stand_below_every_setting() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "{}")?;
        jail.set_env("SAGEMAKER_BATCH", "true");
        jail.set_env("SAGEMAKER_MAX_PAYLOAD_IN_MB", "20");
        let server = load().expect("valid").server;
        assert_eq!(
            (server.port, server.max_body_bytes, server.max_batch_rows),
            (8080, 20 << 20, 1_000_000)
        );
        jail.set_env("SAGEMAKER_BIND_TO_PORT", "8090");
        jail.create_file("c.yaml", "server: {max_batch_rows: 5}")?;
        let server = load().expect("valid").server;
        assert_eq!((server.port, server.max_batch_rows), (8090, 5));
        let flags = Flags {
            port: Some(1),
            ..Flags::default()
        };
        let config = Config::load(None, &flags).expect("valid");
        assert_eq!(config.server.port, 1);
        Ok(())
    });
}

#[test]
fn a_wrong_value_of_a_platforms_variable_is_named_with_it() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("c.yaml", "{}")?;
        jail.set_env("AIP_HTTP_PORT", "http");
        jail.set_env("AIP_PREDICT_ROUTE", "predict");
        assert_eq!(
            load().expect_err("refused"),
            "the configuration is wrong:\n  server.port in AIP_HTTP_PORT is \"http\"; it takes a number from 0 to 65535\n  \
             AIP_PREDICT_ROUTE is \"predict\"; it takes a path that begins with / and has none of the characters { } ? # %, for \
             example /predict"
        );
        jail.clear_env();
        jail.set_env("SAGEMAKER_MAX_PAYLOAD_IN_MB", "large");
        let message = load().expect_err("refused");
        assert!(
            message.contains("SAGEMAKER_MAX_PAYLOAD_IN_MB is \"large\""),
            "{message}"
        );
        Ok(())
    });
}
