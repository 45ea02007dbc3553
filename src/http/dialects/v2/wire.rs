//! What the routes answer, beside predictions, whose form depends on the request.

use crate::{
    http::{
        dialects::tensors::describe::{self, Tensor},
        problem::Failure,
        state::ServedModel,
    },
    load::LoadedModel,
};
use serde::Serialize;

/// A failure.
#[derive(Serialize)]
pub(in crate::http) struct Refused {
    pub(in crate::http) error: String,
}

impl Refused {
    pub(in crate::http) fn of(failure: &Failure) -> Self {
        let more = match failure.errors.len() {
            0 | 1 => String::new(),
            2 => " (and 1 more mistake)".to_owned(),
            n => format!(" (and {} more mistakes)", n - 1),
        };
        let error = format!("{}{more}", failure.detail);
        Self { error }
    }
}

/// The server.
#[derive(Serialize)]
pub(in crate::http) struct Server {
    name: &'static str,
    version: &'static str,
    extensions: [&'static str; 3],
}

impl Server {
    pub(in crate::http) const THIS: Self = Self {
        name: describe::SERVER,
        version: env!("CARGO_PKG_VERSION"),
        extensions: describe::EXTENSIONS,
    };
}

#[derive(Serialize)]
pub(in crate::http) struct Live {
    pub(in crate::http) live: bool,
}

#[derive(Serialize)]
pub(in crate::http) struct Ready {
    pub(in crate::http) ready: bool,
}

#[derive(Serialize)]
pub(in crate::http) struct ModelReady<'a> {
    pub(in crate::http) name: &'a str,
    pub(in crate::http) ready: bool,
}

/// The model with its tensors.
#[derive(Serialize)]
pub(in crate::http) struct Model<'a> {
    name: &'a str,
    versions: [&'a str; 1],
    platform: String,
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
}

impl<'a> Model<'a> {
    pub(in crate::http) fn of(served: &'a LoadedModel) -> Self {
        Self {
            name: &served.name,
            versions: [&served.version],
            platform: describe::platform(served),
            inputs: describe::inputs(served.model.schema()),
            outputs: describe::outputs(served),
        }
    }
}

/// How many times something was done, and the nanoseconds it took together.
#[derive(Default, Serialize)]
pub(in crate::http) struct Duration {
    pub(in crate::http) count: u64,
    pub(in crate::http) ns: u64,
}

/// What was asked of the model so far.
#[derive(Serialize)]
pub(in crate::http) struct Stats<'a> {
    pub(in crate::http) name: &'a str,
    pub(in crate::http) version: &'a str,
    /// Rows.
    pub(in crate::http) inference_count: u64,
    /// Requests.
    pub(in crate::http) execution_count: u64,
    pub(in crate::http) inference_stats: InferStats,
    pub(in crate::http) batch_stats: [(); 0],
}

/// Requests that were answered and that were refused. Nothing waits in a queue, and refusals take no time worth counting.
#[derive(Serialize)]
pub(in crate::http) struct InferStats {
    pub(in crate::http) success: Duration,
    pub(in crate::http) fail: Duration,
    pub(in crate::http) queue: Duration,
}

impl<'a> Stats<'a> {
    pub(in crate::http) fn of(model: &'a ServedModel) -> Self {
        let counts = model.metrics.counts();
        let duration = |count, ns| Duration { count, ns };
        Self {
            name: &model.served.name,
            version: &model.served.version,
            inference_count: counts.rows,
            execution_count: counts.requests,
            inference_stats: InferStats {
                success: duration(counts.requests, (counts.seconds * 1e9) as u64),
                fail: duration(counts.refusals, 0),
                queue: duration(counts.requests, 0),
            },
            batch_stats: [],
        }
    }
}

#[derive(Serialize)]
pub(in crate::http) struct AllStats<'a> {
    pub(in crate::http) model_stats: Vec<Stats<'a>>,
}
