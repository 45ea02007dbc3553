//! The calls: their paths, and what answers them.

use super::{about, health, reflection};
use crate::http::{
    dialects::{Ask, Converse, Target},
    routes::{Guard, Route},
};
use hyper::Method;

/// The one call that predicts.
#[derive(Clone, Copy)]
pub(in crate::http) struct ModelInfer;

type Call = Route<Target<ModelInfer>>;

macro_rules! inference {
    ($method:literal) => {
        concat!("/inference.GRPCInferenceService/", $method)
    };
}

macro_rules! reflection {
    ($version:literal) => {
        concat!(
            "/grpc.reflection.",
            $version,
            ".ServerReflection/ServerReflectionInfo"
        )
    };
}

/// Every call, the most used one first.
pub(super) fn all() -> Vec<Call> {
    let mut calls = inference();
    let check = "/grpc.health.v1.Health/Check";
    let watch = "/grpc.health.v1.Health/Watch";
    calls.extend([
        ask(check, "grpc_health", health::check).guarded(Guard::Probe),
        talk(watch, "grpc_health_watch", health::watch).guarded(Guard::Probe),
        talk(reflection!("v1"), "grpc_reflection", reflection::info).guarded(Guard::Page),
        talk(reflection!("v1alpha"), "grpc_reflection", reflection::info).guarded(Guard::Page),
    ]);
    calls
}

fn inference() -> Vec<Call> {
    let infer = Target::Predict(ModelInfer);
    let probe = |path, name, answer| ask(path, name, answer).guarded(Guard::Probe);
    let load = "grpc_repository_load";
    vec![
        call(inference!("ModelInfer"), "grpc_model_infer", infer),
        probe(inference!("ServerLive"), "grpc_server_live", about::live),
        probe(inference!("ServerReady"), "grpc_server_ready", about::ready),
        probe(
            inference!("ModelReady"),
            "grpc_model_ready",
            about::model_ready,
        ),
        ask(
            inference!("ServerMetadata"),
            "grpc_server_metadata",
            about::server,
        ),
        ask(
            inference!("ModelMetadata"),
            "grpc_model_metadata",
            about::model,
        ),
        ask(
            inference!("ModelStatistics"),
            "grpc_model_statistics",
            about::stats,
        ),
        ask(
            inference!("RepositoryIndex"),
            "grpc_repository_index",
            about::index,
        ),
        ask(inference!("RepositoryModelLoad"), load, about::load),
        ask(inference!("RepositoryModelUnload"), load, about::load),
    ]
}

fn call(path: &'static str, name: &'static str, target: Target<ModelInfer>) -> Call {
    Route::new(Method::POST, path, name, target)
}

fn ask(path: &'static str, name: &'static str, answer: Ask) -> Call {
    call(path, name, Target::Ask(answer))
}

fn talk(path: &'static str, name: &'static str, answer: Converse) -> Call {
    call(path, name, Target::Converse(answer))
}
