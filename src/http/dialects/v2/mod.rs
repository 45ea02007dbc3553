//! The REST side of the Open Inference Protocol (KServe's V2), with its extensions for binary tensors, model repositories and statistics.

mod about;
mod data;
pub(in crate::http) mod parts;
pub(in crate::http) mod request;
pub(in crate::http) mod wire;
pub(in crate::http) mod write;

use super::{Call, Dialect, Scored, Target, Written};
use crate::{
    config::Server,
    http::{
        limits::Limits,
        media::MediaType,
        problem::Failure,
        routes::{Guard, MODEL, Route, VERSION},
        state::ServedModel,
    },
    input::Batch,
};
use hyper::Method;
use request::Wanted;

/// The dialect.
pub(in crate::http) struct V2;

/// Every prediction route has the same form.
#[derive(Clone, Copy)]
pub(in crate::http) struct Infer;

impl Dialect for V2 {
    type Form = Infer;
    type Wanted = Wanted;

    const READS: &'static [MediaType] = &[MediaType::Json, MediaType::Octets];

    fn routes(_: &Server) -> Vec<Route<Target<Infer>>> {
        let get = |path, name, tell| Route::new(Method::GET, path, name, Target::Tell(tell));
        let probe = |path, name, tell| get(path, name, tell).guarded(Guard::Probe);
        let post = |path, name, target| Route::new(Method::POST, path, name, target);
        let model = format!("/v2/models/{{{MODEL}}}");
        let version = format!("{model}/versions/{{{VERSION}}}");
        let mut routes = Vec::new();
        for model in [model, version] {
            let mut add = |method, rest: &str, name, target| {
                let guard = if rest == "/ready" {
                    Guard::Probe
                } else {
                    Guard::Key
                };
                let route = Route::new(method, "", name, target).guarded(guard);
                let path = format!("{model}{rest}").into();
                routes.push(Route { path, ..route });
            };
            add(Method::POST, "/infer", "v2_infer", Target::Predict(Infer));
            add(Method::GET, "", "v2_model", Target::Tell(about::model));
            add(
                Method::GET,
                "/ready",
                "v2_model_ready",
                Target::Tell(about::model_ready),
            );
            add(
                Method::GET,
                "/stats",
                "v2_model_stats",
                Target::Tell(about::stats),
            );
        }
        let (load, unload) = (Target::Ask(about::load), Target::Ask(about::load));
        routes.extend([
            probe("/v2/health/ready", "v2_health_ready", about::ready),
            probe("/v2/health/live", "v2_health_live", about::live),
            get("/v2", "v2", about::server),
            get("/v2/models/stats", "v2_stats", about::stats),
            post(
                "/v2/repository/index",
                "v2_index",
                Target::Ask(about::index),
            ),
            post("/v2/repository/models/{model}/load", "v2_load", load),
            post("/v2/repository/models/{model}/unload", "v2_unload", unload),
        ]);
        routes
    }

    fn read(
        _: Infer,
        call: &Call,
        body: &[u8],
        model: &ServedModel,
        limits: &Limits,
    ) -> Result<(Batch, Wanted), Failure> {
        let parts = parts::split(&call.head.headers, body)?;
        request::read(&parts, &model.served, limits.max_batch_rows)
    }

    fn write(wanted: &Wanted, scored: &Scored<'_>) -> Result<Written, Failure> {
        write::answer(wanted, &scored.model.served, scored.predictions)
    }

    fn tell(failure: &Failure) -> Written {
        let error = wire::Refused::of(failure);
        Written::new(
            MediaType::Json,
            serde_json::to_vec(&error).unwrap_or_default(),
        )
    }
}
