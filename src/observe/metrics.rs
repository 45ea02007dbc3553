//! Every metric: its name, its help, its labels and buckets. Handles are resolved once, so that counting is an atomic add.

use super::{
    histogram::{Buckets, Described, Histogram, HistogramVec},
    openmetrics,
};
use prometheus::{
    Encoder, GaugeVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder, process_collector::ProcessCollector,
};
use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

/// The status codes that this server answers with. Any other one is counted as `other`.
const STATUSES: [u16; 17] = [
    200, 204, 303, 304, 400, 401, 404, 405, 408, 413, 414, 415, 422, 429, 431, 500, 503,
];

/// Buckets from a microsecond, which one small row takes, to ten seconds. The sum is kept in nanoseconds: that is enough for five centuries.
const SECONDS: Buckets = Buckets {
    bounds: &[
        1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2,
        0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
    ],
    scale: 1e9,
};

/// Buckets of rows per request, up to the default limit of a batch.
const ROWS: Buckets = Buckets {
    bounds: &[
        1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0, 10_000.0,
    ],
    scale: 1.0,
};

/// Declares metrics: a field's name is the metric's name, its comment the help, and its type comes with labels and buckets.
macro_rules! metrics {
    ($(#[$meta:meta])* struct $group:ident {
        $($(#[doc = $help:literal])+ $name:ident: $kind:ident [$($label:literal),*] $(in $buckets:ident)?,)+
    }) => {
        $(#[$meta])*
        struct $group { $($(#[doc = $help])+ $name: $kind,)+ }

        impl $group {
            /// Registers all of them. Panics if a name is taken, which every test would see.
            fn register(registry: &Registry) -> Self {
                let names = "metric names are constants, registered once";
                $(
                    let opts = metrics!(@opts stringify!($name), concat!($($help),+).trim() $(, $buckets)?);
                    let $name = $kind::new(opts, &[$($label),*]).expect(names);
                    registry.register(Box::new($name.clone())).expect(names);
                )+
                Self { $($name),+ }
            }
        }
    };
    (@opts $name:expr, $help:expr) => { Opts::new($name, $help) };
    (@opts $name:expr, $help:expr, $buckets:ident) => { Described { opts: Opts::new($name, $help), buckets: $buckets } };
}

metrics! {
    /// The metrics that exist without a model too.
    struct OfServer {
        /// HTTP requests answered.
        http_requests_total: IntCounterVec["operation", "code"],
        /// Seconds from a request's headers to its answer.
        http_request_duration_seconds: HistogramVec["operation"] in SECONDS,
        /// HTTP requests that have begun and not ended.
        http_requests_in_flight: IntGaugeVec[],
        /// Failed attempts to load the model.
        model_load_failures_total: IntCounterVec["reason"],
        /// Always 1; the labels tell the build.
        build_info: IntGaugeVec["version"],
    }
}

metrics! {
    /// The metrics that exist once the model is loaded.
    struct OfModel {
        /// Rows predicted (success) and rows without a prediction (error). Once a model is loaded, a prediction request that is not answered
        /// with 200 counts by its rows, or as one row where they could not be counted.
        predictions_total: IntCounterVec["model_name", "status"],
        /// Seconds from a complete request body to its answer.
        prediction_latency_seconds: HistogramVec["model_name"] in SECONDS,
        /// Rows per prediction request.
        prediction_rows: HistogramVec["model_name"] in ROWS,
        /// Rows predicted, by winning class.
        prediction_class_total: IntCounterVec["model_name", "class"],
        /// Rows predicted, by target and winning class, of a model that predicts several targets.
        prediction_target_class_total: IntCounterVec["model_name", "target", "class"],
        /// Always 1; the labels tell the model.
        model_info: IntGaugeVec["model_name", "model_version", "flavor", "digest", "run_id", "source"],
        /// Seconds it took to load the model.
        model_load_seconds: GaugeVec[],
        /// Bytes of all packages in the cache when the model was loaded.
        model_cache_bytes: GaugeVec[],
    }
}

/// All metrics of one server, in a registry of their own.
pub struct Metrics {
    registry: Registry,
    server: OfServer,
    in_flight: IntGauge,
    operations: Vec<Operation>,
}

/// One operation's handles.
struct Operation {
    name: &'static str,
    duration: Histogram,
    counts: [OnceLock<IntCounter>; STATUSES.len() + 1],
}

/// The model's handles.
pub struct ModelMetrics {
    succeeded: IntCounter,
    failed: IntCounter,
    latency: Histogram,
    rows: Histogram,
    /// Of every class of every target.
    classes: Vec<Vec<IntCounter>>,
    /// Requests that got no prediction: `failed` counts their rows.
    refusals: AtomicU64,
}

/// What was counted of a model so far.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Requests answered, and the rows in them.
    pub requests: u64,
    pub rows: u64,
    /// From complete bodies to answers, of all these requests.
    pub seconds: f64,
    /// Requests that got no prediction.
    pub refusals: u64,
}

/// What the labels of `model_info` and other metrics say about the model.
pub struct ModelLabels<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub flavor: &'a str,
    pub digest: &'a str,
    /// Empty where there is none.
    pub run_id: &'a str,
    /// `builtin`, `directory`, `registry` or `cache`
    pub source: &'a str,
    /// The class labels of each target in score order; empty for a regressor.
    pub choices: &'a [Vec<String>],
    pub load_seconds: f64,
    /// Of all packages in the cache, where the model is in it.
    pub cache_bytes: Option<u64>,
}

impl Metrics {
    /// Registers what needs no model. `operations` is the closed set of names that requests are counted under; it must not repeat.
    ///
    /// # Panics
    /// If a name is registered twice, which every test would see.
    pub fn new(operations: &[&'static str]) -> Self {
        let registry = Registry::new();
        let server = OfServer::register(&registry);
        let process = registry.register(Box::new(ProcessCollector::for_self()));
        process.expect("nothing else is called process_…");
        let version = &[env!("CARGO_PKG_VERSION")];
        server.build_info.with_label_values(version).set(1);
        let operations = operations.iter().map(|name| Operation {
            name,
            duration: server
                .http_request_duration_seconds
                .with_label_values(&[name]),
            counts: Default::default(),
        });
        Self {
            in_flight: server
                .http_requests_in_flight
                .with_label_values::<&str>(&[]),
            operations: operations.collect(),
            server,
            registry,
        }
    }

    /// Counts a request as in flight until the guard is dropped.
    pub fn begin(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    /// Counts one answered request. `operation` is an index into the names given to [`Metrics::new`].
    pub fn answered(&self, operation: usize, status: u16, seconds: f64) {
        let operation = &self.operations[operation];
        let known = STATUSES.iter().position(|known| *known == status);
        let slot = known.unwrap_or(STATUSES.len());
        let count = operation.counts[slot].get_or_init(|| {
            let code = known.map_or("other".to_owned(), |_| status.to_string());
            let labels = &[operation.name, code.as_str()];
            self.server.http_requests_total.with_label_values(labels)
        });
        count.inc();
        operation.duration.observe(seconds);
    }

    /// Counts a failed attempt to load the model. `reason` is one of a closed set.
    pub fn load_failed(&self, reason: &'static str) {
        let failures = &self.server.model_load_failures_total;
        failures.with_label_values(&[reason]).inc();
    }

    /// Registers the model's metrics.
    ///
    /// # Panics
    /// When called twice.
    pub fn model_loaded(&self, labels: &ModelLabels) -> ModelMetrics {
        let all = OfModel::register(&self.registry);
        let ModelLabels {
            name,
            version,
            flavor,
            digest,
            run_id,
            source,
            choices,
            load_seconds,
            cache_bytes,
        } = *labels;
        let info = &[name, version, flavor, digest, run_id, source];
        all.model_info.with_label_values(info).set(1);
        all.model_load_seconds
            .with_label_values::<&str>(&[])
            .set(load_seconds);
        if let Some(bytes) = cache_bytes {
            let gauge = all.model_cache_bytes.with_label_values::<&str>(&[]);
            gauge.set(bytes as f64);
        }
        let counter = |target: usize, class: &String| {
            let target = target.to_string();
            if choices.len() > 1 {
                let labels = &[name, target.as_str(), class.as_str()];
                all.prediction_target_class_total.with_label_values(labels)
            } else {
                let labels = &[name, class.as_str()];
                all.prediction_class_total.with_label_values(labels)
            }
        };
        let classes = choices.iter().enumerate();
        let classes = classes.map(|(target, classes)| {
            let classes = classes.iter().map(|class| counter(target, class));
            classes.collect()
        });
        ModelMetrics {
            succeeded: all.predictions_total.with_label_values(&[name, "success"]),
            failed: all.predictions_total.with_label_values(&[name, "error"]),
            latency: all.prediction_latency_seconds.with_label_values(&[name]),
            rows: all.prediction_rows.with_label_values(&[name]),
            classes: classes.collect(),
            refusals: AtomicU64::new(0),
        }
    }

    /// Everything in the `OpenMetrics` format.
    pub fn encode_openmetrics(&self) -> String {
        openmetrics::encode(&self.registry.gather())
    }

    /// Everything in Prometheus's text format.
    pub fn encode(&self) -> String {
        let mut text = Vec::new();
        match TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            Ok(()) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) => {
                tracing::error!(%error, "metrics cannot be encoded");
                String::new()
            }
        }
    }
}

/// A request that has begun and not ended.
pub struct InFlight<'a>(&'a IntGauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl ModelMetrics {
    /// Counts the rows of an answered request; `classes` has a winner of each target per row, or nothing for a regressor.
    pub fn predicted(&self, rows: usize, classes: &[u32], seconds: f64) {
        self.succeeded.inc_by(rows as u64);
        self.latency.observe(seconds);
        self.rows.observe(rows as f64);
        for winners in classes.chunks_exact(self.classes.len().max(1)) {
            for (classes, class) in self.classes.iter().zip(winners) {
                classes[*class as usize].inc();
            }
        }
    }

    /// Counts a request that got no prediction; `rows` is 0 when they could not be counted.
    pub fn refused(&self, rows: usize) {
        self.failed.inc_by(rows.max(1) as u64);
        self.refusals.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        Counts {
            requests: self.latency.count(),
            rows: self.succeeded.get(),
            seconds: self.latency.sum(),
            refusals: self.refusals.load(Ordering::Relaxed),
        }
    }
}
