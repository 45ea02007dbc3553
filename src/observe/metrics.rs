//! Every metric: names, labels and buckets. Handles are resolved once, so that counting is an atomic add.

use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder, core::Collector, process_collector::ProcessCollector,
};
use std::sync::OnceLock;

/// The status codes this server can answer with; anything else is counted as `other`.
const STATUSES: [u16; 15] = [
    200, 303, 400, 404, 405, 408, 413, 415, 422, 429, 431, 500, 501, 503, 504,
];

/// From a microsecond, which one small row takes, to ten seconds.
const LATENCY_BUCKETS: [f64; 22] = [
    1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1,
    0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
];

/// Rows per request, up to the default limit of a batch.
const ROW_BUCKETS: [f64; 10] = [
    1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0, 10_000.0,
];

/// All metrics of one server, in a registry of their own.
pub struct Metrics {
    registry: Registry,
    http: Vec<PerOperation>,
    requests: IntCounterVec,
    /// Requests that have begun and not ended.
    pub in_flight: IntGauge,
    load_failures: IntCounterVec,
    model: OnceLock<ModelMetrics>,
}

struct PerOperation {
    name: &'static str,
    duration: Histogram,
    counts: [OnceLock<IntCounter>; STATUSES.len() + 1],
}

/// What is counted per prediction, once there is a model to name.
pub struct ModelMetrics {
    succeeded: IntCounter,
    failed: IntCounter,
    latency: Histogram,
    rows: Histogram,
    classes: Vec<IntCounter>,
}

/// What `model_info` and its like say about the model.
pub struct ModelLabels<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub flavor: &'a str,
    pub digest: &'a str,
    /// Empty where there is none.
    pub run_id: &'a str,
    /// `builtin`, `directory`, `registry` or `cache`
    pub source: &'a str,
    /// Class labels in score order; empty for a regressor.
    pub classes: &'a [String],
    pub load_seconds: f64,
}

impl Metrics {
    /// Registers what needs no model. `operations` is the closed set of names requests are counted under; it must not repeat.
    ///
    /// # Panics
    /// If a name is registered twice, which the tests would see.
    pub fn new(operations: &[&'static str]) -> Self {
        let registry = Registry::new();
        let requests = vec(
            &registry,
            "http_requests_total",
            "HTTP requests answered.",
            &["operation", "code"],
        );
        let durations = register(
            &registry,
            HistogramVec::new(
                HistogramOpts::new(
                    "http_request_duration_seconds",
                    "Seconds from a request's headers to its answer.",
                )
                .buckets(LATENCY_BUCKETS.to_vec()),
                &["operation"],
            ),
        );
        let http = operations.iter().map(|name| PerOperation {
            name,
            duration: durations.with_label_values(&[name]),
            counts: Default::default(),
        });
        let http = http.collect();
        let in_flight = IntGauge::new(
            "http_requests_in_flight",
            "HTTP requests that have begun and not ended.",
        );
        let build: IntGaugeVec = register(
            &registry,
            IntGaugeVec::new(
                Opts::new("build_info", "Always 1; the labels tell the build."),
                &["version"],
            ),
        );
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        registry
            .register(Box::new(ProcessCollector::for_self()))
            .expect("registered once");
        Self {
            http,
            in_flight: register(&registry, in_flight),
            load_failures: vec(
                &registry,
                "model_load_failures_total",
                "Failed attempts to load the model.",
                &["reason"],
            ),
            requests,
            registry,
            model: OnceLock::new(),
        }
    }

    /// Counts one answered request. `operation` is an index into the names given to [`Metrics::new`].
    pub fn answered(&self, operation: usize, status: u16, seconds: f64) {
        let per = &self.http[operation];
        let slot = STATUSES
            .iter()
            .position(|known| *known == status)
            .unwrap_or(STATUSES.len());
        let count = per.counts[slot].get_or_init(|| {
            let code = STATUSES
                .get(slot)
                .map_or_else(|| "other".to_owned(), ToString::to_string);
            self.requests.with_label_values(&[per.name, &code])
        });
        count.inc();
        per.duration.observe(seconds);
    }

    /// Counts a failed attempt to load the model. `reason` is one of a closed set.
    pub fn load_failed(&self, reason: &'static str) {
        self.load_failures.with_label_values(&[reason]).inc();
    }

    /// Registers the model's metrics; only the first call does.
    pub fn model_loaded(&self, labels: &ModelLabels) {
        self.model
            .get_or_init(|| ModelMetrics::new(&self.registry, labels));
    }

    /// The model's metrics, once there is a model.
    pub fn model(&self) -> Option<&ModelMetrics> {
        self.model.get()
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

impl ModelMetrics {
    fn new(registry: &Registry, labels: &ModelLabels) -> Self {
        let ModelLabels {
            name,
            version,
            flavor,
            digest,
            run_id,
            source,
            ..
        } = *labels;
        let predictions = vec(
            registry,
            "predictions_total",
            "Rows predicted or refused.",
            &["model_name", "status"],
        );
        let info: IntGaugeVec = register(
            registry,
            IntGaugeVec::new(
                Opts::new("model_info", "Always 1; the labels tell the model."),
                &[
                    "model_name",
                    "model_version",
                    "flavor",
                    "digest",
                    "run_id",
                    "source",
                ],
            ),
        );
        info.with_label_values(&[name, version, flavor, digest, run_id, source])
            .set(1);
        let load =
            prometheus::Gauge::new("model_load_seconds", "Seconds it took to load the model.");
        register(registry, load).set(labels.load_seconds);
        let latency = HistogramOpts::new(
            "prediction_latency_seconds",
            "Seconds from a complete request body to its answer.",
        );
        let latency = HistogramVec::new(latency.buckets(LATENCY_BUCKETS.to_vec()), &["model_name"]);
        let rows = HistogramOpts::new("prediction_rows", "Rows per prediction request.")
            .buckets(ROW_BUCKETS.to_vec());
        let rows = HistogramVec::new(rows, &["model_name"]);
        let classes = vec(
            registry,
            "prediction_class_total",
            "Rows predicted, by winning class.",
            &["model_name", "class"],
        );
        Self {
            succeeded: predictions.with_label_values(&[name, "success"]),
            failed: predictions.with_label_values(&[name, "error"]),
            latency: register(registry, latency).with_label_values(&[name]),
            rows: register(registry, rows).with_label_values(&[name]),
            classes: labels
                .classes
                .iter()
                .map(|class| classes.with_label_values(&[name, class]))
                .collect(),
        }
    }

    /// Counts the rows of an answered request; `classes` has a winner per row, or nothing for a regressor.
    pub fn predicted(&self, rows: usize, classes: &[u32], seconds: f64) {
        self.succeeded.inc_by(rows as u64);
        self.latency.observe(seconds);
        self.rows.observe(rows as f64);
        for class in classes {
            self.classes[*class as usize].inc();
        }
    }

    /// Counts the rows of a request that was refused.
    pub fn refused(&self, rows: usize) {
        self.failed.inc_by(rows as u64);
    }
}

fn vec(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    register(registry, IntCounterVec::new(Opts::new(name, help), labels))
}

fn register<C: Collector + Clone + 'static>(
    registry: &Registry,
    collector: Result<C, prometheus::Error>,
) -> C {
    let collector = collector.and_then(|collector| {
        registry.register(Box::new(collector.clone()))?;
        Ok(collector)
    });
    collector.expect("metric names are constants that tests register")
}
