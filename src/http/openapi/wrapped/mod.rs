//! MLflow, V1 and Vertex AI in the document: their bodies and answers in the model's terms, with examples that are true.

mod answers;
mod examples;
mod places;
mod schemas;
mod typed;

pub(super) use answers::{
    MlflowAnswer, PingAnswer, V1Answer, V1ModelAnswer, V1ModelsAnswer, VersionAnswer, VertexAnswer,
    VertexHealthAnswer,
};
pub(super) use examples::show;
pub(super) use places::place;
pub(super) use schemas::{MlflowRequest, V1Request, VertexRequest};
pub(super) use typed::{by_model, without_model};
