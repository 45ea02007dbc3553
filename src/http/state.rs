//! The state of one server, which the other modules of `http` use.

use super::{
    admission::Permits,
    connection::Waiting,
    limits::Limits,
    problem::{Code, Failure},
    readiness::Readiness,
    routes::{MODEL, Params, VERSION},
};
use crate::{
    config::Server,
    cores::cores,
    load::LoadedModel,
    model::Workers,
    observe::metrics::{Metrics, ModelLabels, ModelMetrics},
};
use hyper::header::HeaderValue;
use std::sync::{Arc, OnceLock};

/// One server's state. Requests share it.
pub(super) struct State {
    pub(super) limits: Limits,
    pub(super) metrics: Metrics,
    pub(super) readiness: Readiness,
    /// One place per prediction that may be in flight. It is taken when the whole body is there.
    pub(super) admission: Arc<Permits>,
    /// The bodies that are not there yet.
    pub(super) waiting: Waiting,
    model: OnceLock<Arc<ServedModel>>,
}

impl State {
    /// A server without a model yet. `operations` are the names that requests are counted under.
    pub(super) fn new(server: &Server, operations: &[&'static str]) -> Self {
        Self {
            limits: Limits::new(server),
            metrics: Metrics::new(operations),
            readiness: Readiness::default(),
            admission: Permits::new(server.max_in_flight),
            waiting: Waiting::new(
                server.max_waiting_bodies,
                // One body always has room.
                server.max_waiting_bytes.max(server.max_body_bytes),
            ),
            model: OnceLock::new(),
        }
    }

    /// Serves `served` from now on. A server never changes its model: a second call does nothing.
    pub(super) fn set_model(&self, served: LoadedModel) {
        self.model
            .get_or_init(|| Arc::new(ServedModel::new(served, &self.metrics)));
        self.readiness.loaded();
    }

    /// The model, if it is the one that the parameters of a path name.
    ///
    /// # Errors
    /// Before there is one, and where the path names another.
    pub(super) fn named(&self, params: &Params) -> Result<&Arc<ServedModel>, Failure> {
        let model = self.model().ok_or_else(Readiness::no_model)?;
        for (param, value) in params {
            model.answers_to(param, value)?;
        }
        Ok(model)
    }

    /// The model, once there is one.
    pub(super) fn model(&self) -> Option<&Arc<ServedModel>> {
        self.model.get()
    }
}

/// About half a millisecond of work. Longer work would delay other connections.
const INLINE_STEPS: usize = 500_000;
/// Parsing this many bytes takes that long.
const INLINE_BYTES: usize = 64 << 10;

/// A model and what requests to it need, worked out once.
pub(super) struct ServedModel {
    pub(super) served: LoadedModel,
    pub(super) metrics: ModelMetrics,
    /// What large batches for a forest over the columns themselves are shared out among: as many threads as the CPU quota has cores.
    pub(super) workers: Workers,
    /// Bodies larger than this are worked on outside the async workers.
    pub(super) inline_bytes: usize,
    /// The value of the header `x-model-version`.
    pub(super) version: HeaderValue,
}

impl ServedModel {
    /// Whether the model is the one that a client names; `param` tells what of it.
    ///
    /// # Errors
    /// If it is another one.
    pub(super) fn answers_to(&self, param: &str, value: &str) -> Result<(), Failure> {
        let (what, is) = match param {
            MODEL => ("model", &self.served.name),
            VERSION => ("version", &self.served.version),
            _ => return Ok(()),
        };
        if value == is {
            return Ok(());
        }
        let detail = format!(
            "There is no such {what}; this server has the model {:?}, version {:?}.",
            self.served.name, self.served.version
        );
        Err(Failure::new(Code::UnknownModel, detail))
    }

    fn new(served: LoadedModel, metrics: &Metrics) -> Self {
        let metrics = metrics.model_loaded(&ModelLabels {
            name: &served.name,
            version: &served.version,
            flavor: &served.flavor,
            digest: &served.digest,
            run_id: served.run_id.as_deref().unwrap_or_default(),
            source: served.source.as_str(),
            choices: &served.choice_names(),
            load_seconds: served.load_seconds,
            cache_bytes: served.cached.as_ref().map(|cached| cached.cache_bytes),
        });
        let model = &served.model;
        let steps_per_row = (model.size().trees * model.size().depth.max(1)).max(1);
        // A feature takes two bytes of JSON at least.
        let inline_bytes = (INLINE_STEPS / steps_per_row).max(1) * model.schema().len() * 2;
        let version =
            HeaderValue::from_str(&served.version).unwrap_or(HeaderValue::from_static("unknown"));
        Self {
            metrics,
            workers: Workers::new(cores()),
            inline_bytes: inline_bytes.clamp(4 << 10, INLINE_BYTES),
            version,
            served,
        }
    }
}
