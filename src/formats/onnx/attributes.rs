//! Typed access to the attributes of one ONNX node.

use super::{
    advice::PLAIN_EXPORT,
    corrupt,
    lists::{Ints, NO_INTS, NO_STRINGS, Strings},
    proto::{AttributeProto, GraphProto, NodeProto, TensorProto, elem, kind},
    unsupported,
};
use crate::{formats::FormatError, input::Precision};

/// The numbers of a list or a tensor.
pub(super) enum Numbers<'a> {
    Floats(&'a [f32]),
    Stored(Vec<f64>),
}

impl Numbers<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Floats(list) => list.len(),
            Self::Stored(list) => list.len(),
        }
    }

    #[inline]
    pub(super) fn get(&self, i: usize) -> Option<f64> {
        match self {
            Self::Floats(list) => list.get(i).map(|x| f64::from(*x)),
            Self::Stored(list) => list.get(i).copied(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = f64> {
        (0..self.len()).filter_map(|i| self.get(i))
    }
}

/// The attributes of one node, whose names have been checked.
pub(super) struct Attributes<'a> {
    op: &'a str,
    list: &'a [AttributeProto],
}

impl<'a> Attributes<'a> {
    /// # Errors
    /// When an attribute occurs twice or is not among `known`: an attribute we do not know may change the answer.
    pub(super) fn new(node: &'a NodeProto, known: &[&str]) -> Result<Self, FormatError> {
        let op = node.op_type.as_str();
        for (i, attribute) in node.attribute.iter().enumerate() {
            let name = attribute.name.as_str();
            if node.attribute.iter().take(i).any(|a| a.name == name) {
                return Err(corrupt!("{op} has the attribute `{name}` twice"));
            }
            if !attribute.ref_attr_name.is_empty() {
                return Err(unsupported!(
                    "{op} takes its attribute `{name}` from the attribute `{}` of a function, which is only possible inside a function",
                    attribute.ref_attr_name
                ));
            }
            if !known.contains(&name) {
                return Err(unsupported!(
                    "{op} has the attribute `{name}`, which this server does not know; {}",
                    PLAIN_EXPORT
                ));
            }
        }
        Ok(Self {
            op,
            list: &node.attribute,
        })
    }

    fn get(&self, name: &str, kind: i32) -> Result<Option<&'a AttributeProto>, FormatError> {
        let Some(attribute) = self.list.iter().find(|a| a.name == name) else {
            return Ok(None);
        };
        // Files of IR version 1 carry no type.
        if attribute.r#type != kind && attribute.r#type != 0 {
            return Err(corrupt!("{}: `{name}` is of the wrong type", self.op));
        }
        Ok(Some(attribute))
    }

    /// An integer, if it is given. As all of these, `Corrupt` where the attribute is of another type.
    pub(super) fn int(&self, name: &str) -> Result<Option<i64>, FormatError> {
        Ok(self.get(name, kind::INT)?.map(|a| a.i.unwrap_or(0)))
    }

    /// A float, if it is given.
    pub(super) fn float(&self, name: &str) -> Result<Option<f64>, FormatError> {
        let float = self.get(name, kind::FLOAT)?;
        Ok(float.map(|a| a.f.unwrap_or(0.0).into()))
    }

    /// A graph, if it is given.
    pub(super) fn graph(&self, name: &str) -> Result<Option<&'a GraphProto>, FormatError> {
        Ok(self.get(name, kind::GRAPH)?.and_then(|a| a.g.as_deref()))
    }

    /// Whether an attribute is given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.list.iter().any(|a| a.name == name)
    }

    /// A UTF-8 string, if it is given.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, FormatError> {
        let Some(attribute) = self.get(name, kind::STRING)? else {
            return Ok(None);
        };
        let bytes = attribute.s.as_deref().unwrap_or_default();
        std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| corrupt!("{}: `{name}` is not UTF-8", self.op))
    }

    /// Integers; none where they are not given.
    pub(super) fn ints(&self, name: &str) -> Result<&'a Ints, FormatError> {
        let ints = self.get(name, kind::INTS)?.and_then(|a| a.ints.as_ref());
        Ok(ints.unwrap_or(&NO_INTS))
    }

    /// Floats; none where they are not given.
    pub(super) fn floats(&self, name: &str) -> Result<&'a [f32], FormatError> {
        Ok(self
            .get(name, kind::FLOATS)?
            .map_or(&[], |a| a.floats.as_slice()))
    }

    /// Strings as bytes; none where they are not given.
    pub(super) fn bytes(&self, name: &str) -> Result<&'a Strings, FormatError> {
        let strings = self.get(name, kind::STRINGS)?;
        let strings = strings.and_then(|a| a.strings.as_ref());
        Ok(strings.unwrap_or(&NO_STRINGS))
    }

    /// A tensor, if it is given.
    pub(super) fn tensor(&self, name: &str) -> Result<Option<&'a TensorProto>, FormatError> {
        Ok(self.get(name, kind::TENSOR)?.and_then(|a| a.t.as_ref()))
    }

    /// Numbers given as `name` (floats) or, since `ai.onnx.ml` 3, as `name_as_tensor` (doubles).
    pub(super) fn numbers(
        &self,
        name: &str,
        precision: Precision,
    ) -> Result<Numbers<'a>, FormatError> {
        let floats = self.floats(name)?;
        let Some(tensor) = self.tensor(&format!("{name}_as_tensor"))? else {
            return Ok(Numbers::Floats(floats));
        };
        let values = self.stored(tensor, precision)?;
        if !values.is_empty() && !floats.is_empty() {
            return Err(corrupt!(
                "{}: `{name}` and `{name}_as_tensor` are both given",
                self.op
            ));
        }
        Ok(if values.is_empty() {
            Numbers::Floats(floats)
        } else {
            Numbers::Stored(values)
        })
    }

    /// Numbers given as a tensor, of the precision that the trees compare in.
    pub(super) fn tensor_numbers(
        &self,
        name: &str,
        precision: Precision,
    ) -> Result<Vec<f64>, FormatError> {
        match self.tensor(name)? {
            Some(tensor) => self.stored(tensor, precision),
            None => Ok(Vec::new()),
        }
    }

    fn stored(&self, tensor: &TensorProto, precision: Precision) -> Result<Vec<f64>, FormatError> {
        let (values, stored) = tensor_numbers(tensor)?;
        if stored != precision && !values.is_empty() {
            // onnxruntime refuses the same file.
            return Err(corrupt!(
                "{}: the tensor `{}` and the input of the trees differ in precision",
                self.op,
                tensor.name
            ));
        }
        Ok(values)
    }

    /// Bytes given as a tensor.
    pub(super) fn tensor_bytes(&self, name: &str) -> Result<Vec<u8>, FormatError> {
        let bytes = self.tensor(name)?.map(tensor_bytes);
        bytes
            .unwrap_or_else(|| Some(Vec::new()))
            .ok_or_else(|| corrupt!("{}: `{name}` is not a tensor of bytes", self.op))
    }
}

/// The bytes of a tensor of them, which lie in `raw_data` or, one in a number, in a typed field.
fn tensor_bytes(tensor: &TensorProto) -> Option<Vec<u8>> {
    if tensor.data_type != elem::UINT8 || tensor.data_location != 0 {
        return None;
    }
    if tensor.int32_data.is_empty() {
        return Some(tensor.raw_data.clone());
    }
    let bytes = tensor.int32_data.iter().map(|&n| u8::try_from(n).ok());
    bytes.collect()
}

/// The numbers of a float or double tensor, which lie in `raw_data` (little-endian) or in a typed field.
pub(super) fn tensor_numbers(tensor: &TensorProto) -> Result<(Vec<f64>, Precision), FormatError> {
    let name = &tensor.name;
    if tensor.data_location != 0 {
        return Err(unsupported!(
            "the tensor `{name}` lies in another file; save the ONNX model with its data inside"
        ));
    }
    let raw = &tensor.raw_data;
    let (values, precision): (Vec<f64>, _) = match tensor.data_type {
        elem::FLOAT if raw.is_empty() => (
            tensor.float_data.iter().map(|&f| f64::from(f)).collect(),
            Precision::F32,
        ),
        elem::FLOAT if raw.len().is_multiple_of(4) => (
            raw.as_chunks()
                .0
                .iter()
                .map(|&b| f64::from(f32::from_le_bytes(b)))
                .collect(),
            Precision::F32,
        ),
        elem::DOUBLE if raw.is_empty() => (tensor.double_data.clone(), Precision::F64),
        elem::DOUBLE if raw.len().is_multiple_of(8) => (
            raw.as_chunks()
                .0
                .iter()
                .map(|&b| f64::from_le_bytes(b))
                .collect(),
            Precision::F64,
        ),
        elem::FLOAT | elem::DOUBLE => {
            return Err(corrupt!("the tensor `{name}` ends inside a number"));
        }
        other => {
            return Err(unsupported!(
                "the tensor `{name}` holds elements of type {other}, not float or double"
            ));
        }
    };
    let claimed = tensor.dims.iter().try_fold(1_usize, |n, &d| {
        usize::try_from(d).ok().and_then(|d| n.checked_mul(d))
    });
    if claimed != Some(values.len()) {
        return Err(corrupt!(
            "the tensor `{name}` has {} numbers and claims the shape {:?}",
            values.len(),
            tensor.dims
        ));
    }
    Ok((values, precision))
}
