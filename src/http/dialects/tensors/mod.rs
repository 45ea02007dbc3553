//! Tensors of the Open Inference Protocol, as REST and gRPC have them: what they claim to be, how they become rows, what answers they
//! become, and what a client is told about them beforehand.

pub(in crate::http) mod answer;
pub(in crate::http) mod datatype;
pub(in crate::http) mod describe;
pub(super) mod fill;
pub(super) mod plan;
pub(super) mod raw;
pub(super) mod tensor;

use crate::http::problem::{Code, Failure};

/// A tensor that is not what it claims to be; `name` is the client's.
pub(super) fn broken(name: &str, what: impl std::fmt::Display) -> Failure {
    let detail = format!("input {:?}: {what}", super::rows::echo(name));
    Failure::new(Code::InvalidTensor, detail)
}
