//! The calls that the server answers about itself and its model.

use super::{
    frame,
    messages::{
        InferStatistics, ModelIndex, ModelMetadataResponse, ModelRequest, ModelStatistics,
        ModelStatisticsResponse, RepositoryIndexResponse, ServerMetadataResponse,
        StatisticDuration, TensorMetadata, Yes,
    },
    walk::malformed,
};
use crate::http::{
    dialects::{
        Call, Written,
        tensors::describe::{self, Tensor},
    },
    problem::Failure,
    readiness::Readiness,
    routes::{MODEL, Params, VERSION},
    state::{ServedModel, State},
};
use std::sync::Arc;

type Answer = Result<Written, Failure>;

/// The message of a call.
pub(super) fn message<M: prost::Message + Default>(
    state: &State,
    call: &Call,
    body: &[u8],
) -> Result<M, Failure> {
    let bytes = frame::only(call, body, state.limits.max_body_bytes)?;
    M::decode(&*bytes).map_err(|_| malformed())
}

/// The model, which the message must name.
fn named<'s>(state: &'s State, call: &Call, body: &[u8]) -> Result<&'s Arc<ServedModel>, Failure> {
    let ModelRequest { name, version } = message(state, call, body)?;
    let model = state.model().ok_or_else(Readiness::no_model)?;
    model.answers_to(MODEL, &name)?;
    if !version.is_empty() {
        model.answers_to(VERSION, &version)?;
    }
    Ok(model)
}

pub(super) fn live(_: &State, call: &Call, _: &Params, _: &[u8]) -> Answer {
    frame::spoken(call)?;
    Ok(frame::answer(&Yes { yes: true }))
}

pub(super) fn ready(state: &State, call: &Call, _: &Params, _: &[u8]) -> Answer {
    frame::spoken(call)?;
    let yes = state.readiness.reason().is_none();
    Ok(frame::answer(&Yes { yes }))
}

pub(super) fn model_ready(state: &State, call: &Call, _: &Params, body: &[u8]) -> Answer {
    named(state, call, body)?;
    ready(state, call, &Params::new(), body)
}

pub(super) fn server(_: &State, call: &Call, _: &Params, _: &[u8]) -> Answer {
    frame::spoken(call)?;
    Ok(frame::answer(&ServerMetadataResponse {
        name: describe::SERVER.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        extensions: describe::EXTENSIONS.map(str::to_owned).into(),
    }))
}

pub(super) fn model(state: &State, call: &Call, _: &Params, body: &[u8]) -> Answer {
    let served = &named(state, call, body)?.served;
    let tensors = |tensors: Vec<Tensor>| {
        let tensors = tensors.into_iter().map(|tensor| TensorMetadata {
            name: tensor.name,
            datatype: tensor.datatype.to_owned(),
            shape: tensor.shape.into(),
        });
        tensors.collect()
    };
    Ok(frame::answer(&ModelMetadataResponse {
        name: served.name.clone(),
        versions: vec![served.version.clone()],
        platform: describe::platform(served),
        inputs: tensors(describe::inputs(served.model.schema())),
        outputs: tensors(describe::outputs(served)),
    }))
}

pub(super) fn stats(state: &State, call: &Call, _: &Params, body: &[u8]) -> Answer {
    let ModelRequest { name, .. } = message(state, call, body)?;
    let model = if name.is_empty() {
        state.model()
    } else {
        Some(named(state, call, body)?)
    };
    let stats = |model: &Arc<ServedModel>| {
        let counts = model.metrics.counts();
        let duration = |count, ns| Some(StatisticDuration { count, ns });
        ModelStatistics {
            name: model.served.name.clone(),
            version: model.served.version.clone(),
            inference_count: counts.rows,
            execution_count: counts.requests,
            inference_stats: Some(InferStatistics {
                success: duration(counts.requests, (counts.seconds * 1e9) as u64),
                fail: duration(counts.refusals, 0),
                queue: duration(counts.requests, 0),
            }),
        }
    };
    let model_stats = model.into_iter().map(stats).collect();
    Ok(frame::answer(&ModelStatisticsResponse { model_stats }))
}

pub(super) fn index(state: &State, call: &Call, _: &Params, _: &[u8]) -> Answer {
    frame::spoken(call)?;
    let models = describe::index(state).into_iter().map(|model| ModelIndex {
        name: model.name,
        version: model.version,
        state: model.state.to_owned(),
        reason: model.reason.to_owned(),
    });
    Ok(frame::answer(&RepositoryIndexResponse {
        models: models.collect(),
    }))
}

pub(super) fn load(_: &State, _: &Call, _: &Params, _: &[u8]) -> Answer {
    Err(describe::fixed())
}
