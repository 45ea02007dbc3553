//! What an input tensor claims to be.

use super::{broken, datatype::Datatype};
use crate::http::{
    dialects::rows::echo,
    problem::{Code, Failure},
};

/// How the strings of a tensor are meant: MLServer's content types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http::dialects) enum Strings {
    /// As they are.
    Plain,
    Base64,
    /// Each string is a JSON value: what pandas columns of several types become.
    Json,
}

/// An input tensor without its data.
#[derive(Clone, Debug)]
pub(in crate::http::dialects) struct Tensor {
    pub(in crate::http::dialects) name: String,
    pub(in crate::http::dialects) datatype: Datatype,
    pub(in crate::http::dialects) strings: Strings,
    pub(super) shape: Vec<usize>,
    /// The product of the shape.
    pub(in crate::http::dialects) values: usize,
}

impl Tensor {
    /// # Errors
    /// A datatype or content type that is not read here, and a shape that no rows have.
    pub(in crate::http::dialects) fn new(
        name: String,
        datatype: &str,
        shape: &[i64],
        content_type: Option<&str>,
    ) -> Result<Self, Failure> {
        let Some(known) = Datatype::named(datatype) else {
            let (name, datatype) = (echo(&name), echo(datatype));
            let detail = format!(
                "input {name:?}: the datatype {datatype:?} is not read here; send one of {}",
                Datatype::list().join(", ")
            );
            return Err(Failure::new(Code::InvalidType, detail));
        };
        let strings = strings(content_type).ok_or_else(|| {
            let other = echo(content_type.unwrap_or_default());
            let detail = format!(
                "input {:?}: the content type {other:?} is not read here; np, pd, pd_json, str, base64 and datetime are",
                echo(&name)
            );
            Failure::new(Code::InvalidType, detail)
        })?;
        if !(1..=2).contains(&shape.len()) {
            let what = format!("its shape has {} dimensions, not 1 or 2", shape.len());
            return Err(broken(&name, what));
        }
        let dims: Result<Vec<usize>, _> = shape.iter().map(|n| usize::try_from(*n)).collect();
        let counted = dims.ok().and_then(|dims| {
            let product = dims.iter().try_fold(1usize, |all, n| all.checked_mul(*n));
            product.map(|values| (dims, values))
        });
        let Some((shape, values)) = counted else {
            return Err(broken(&name, format!("no tensor has the shape {shape:?}")));
        };
        Ok(Self {
            name,
            datatype: known,
            strings,
            shape,
            values,
        })
    }

    pub(in crate::http::dialects) fn rows(&self) -> usize {
        self.shape[0]
    }

    /// Values per row.
    pub(in crate::http::dialects) fn per_row(&self) -> usize {
        self.shape.get(1).copied().unwrap_or(1)
    }
}

fn strings(content_type: Option<&str>) -> Option<Strings> {
    match content_type.unwrap_or_default() {
        "" | "np" | "pd" | "str" | "datetime" => Some(Strings::Plain),
        "base64" => Some(Strings::Base64),
        "pd_json" => Some(Strings::Json),
        _ => None,
    }
}
