//! What goes over the wire: how scores become bytes, and what the server says of its own state.

use super::{
    read::More,
    row::{OfClass, OfTargets, Row, Score, Scores},
};
use crate::{
    load::LoadedModel,
    model::{Labels, Output, Predictions},
};
use poem_openapi::Object;
use serde::Serialize;

/// Which of the rows' answers to write, and how.
pub(in crate::http) struct Answer<'a> {
    pub(in crate::http) served: &'a LoadedModel,
    pub(in crate::http) predictions: &'a Predictions,
    pub(in crate::http) more: More,
}

impl Answer<'_> {
    /// One object, with the latency.
    pub(in crate::http) fn one(&self, latency_ms: f64) -> serde_json::Result<Vec<u8>> {
        self.write(Some(latency_ms))
    }

    /// An array of objects.
    pub(in crate::http) fn batch(&self) -> serde_json::Result<Vec<u8>> {
        self.write(None)
    }

    fn write(&self, latency: Option<f64>) -> serde_json::Result<Vec<u8>> {
        let model = &self.served.model;
        let (predictions, precision) = (self.predictions, model.output_precision());
        match (model.output(), model.labels()) {
            (Output::Targets(targets), _) => {
                let spans = model.output().spans();
                let of = OfTargets {
                    targets,
                    spans: &spans,
                    mixed: targets.iter().any(Labels::are_text),
                    graded: model.has_probabilities(),
                    precision,
                };
                self.rows(latency, |i| of.row(predictions, i, self.more, latency))
            }
            (_, Some(labels)) => {
                let of = OfClass {
                    model,
                    labels,
                    kind: model.kind(),
                    precision,
                };
                self.rows(latency, |i| of.row(predictions, i, self.more, latency))
            }
            (_, None) if predictions.width > 1 => self.rows(latency, |i| {
                Row::of(Scores(predictions.row(i), precision), latency)
            }),
            (_, None) => self.rows(latency, |i| {
                Row::of(Score(predictions.row(i)[0], precision), latency)
            }),
        }
    }

    fn rows<R: Serialize>(
        &self,
        latency_ms: Option<f64>,
        row: impl Fn(usize) -> R,
    ) -> serde_json::Result<Vec<u8>> {
        let mut body = Vec::with_capacity(128);
        if latency_ms.is_some() {
            serde_json::to_writer(&mut body, &row(0))?;
            return Ok(body);
        }
        body.push(b'[');
        for i in 0..self.predictions.rows() {
            if i > 0 {
                body.push(b',');
            }
            serde_json::to_writer(&mut body, &row(i))?;
        }
        body.push(b']');
        Ok(body)
    }
}

/// The process is there.
#[derive(Serialize, Object)]
pub(in crate::http) struct Alive {
    /// Always `alive`.
    pub(in crate::http) status: String,
}

/// Whether predictions are served.
#[derive(Serialize, Object)]
pub(in crate::http) struct Readiness {
    /// `ready` or `not_ready`.
    pub(in crate::http) status: String,
    /// Why not: `model_not_loaded`, `draining`, or the kind of the last failure to load.
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) reason: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) model_name: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) model_version: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) run_id: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) digest: Option<String>,
    /// Where the model came from; `cache` when the registry was down at the start.
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) source: Option<String>,
}

impl Readiness {
    /// What `/health/ready` says; `reason` is why predictions are not served.
    pub(in crate::http) fn of(served: Option<&LoadedModel>, reason: Option<&str>) -> Self {
        let status = if reason.is_none() {
            "ready"
        } else {
            "not_ready"
        };
        Self {
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            model_name: served.map(|served| served.name.clone()),
            model_version: served.map(|served| served.version.clone()),
            run_id: served.and_then(|served| served.run_id.clone()),
            digest: served.map(|served| served.digest.clone()),
            source: served.map(|served| served.source.as_str().to_owned()),
        }
    }
}
