//! Constructors for the messages that the writer needs.

use super::super::proto::{
    AttributeProto, DimensionProto, NodeProto, TensorShapeProto, TensorTypeProto, TypeProto,
    ValueInfoProto, kind,
};

/// A tensor of this shape, of any where there is none; `None` is an open dimension.
pub(super) fn tensor_type(elem_type: i32, dims: &[Option<usize>]) -> TypeProto {
    let dim = |size: &Option<usize>| DimensionProto {
        dim_value: size.map(|n| n as i64),
        dim_param: None,
    };
    let shape = TensorShapeProto {
        dim: dims.iter().map(dim).collect(),
    };
    TypeProto {
        tensor_type: Some(TensorTypeProto {
            elem_type,
            shape: Some(shape).filter(|s| !s.dim.is_empty()),
        }),
        ..TypeProto::default()
    }
}

/// A named input or output.
pub(super) fn value(name: &str, elem_type: i32, dims: &[Option<usize>]) -> ValueInfoProto {
    ValueInfoProto {
        name: name.into(),
        r#type: Some(tensor_type(elem_type, dims)),
    }
}

/// A node, named like its operator.
pub(super) fn node(
    domain: &str,
    op: &str,
    inputs: &[&str],
    outputs: &[&str],
    attribute: Vec<AttributeProto>,
) -> NodeProto {
    let own = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect();
    NodeProto {
        input: own(inputs),
        output: own(outputs),
        name: op.into(),
        op_type: op.into(),
        attribute,
        domain: domain.into(),
        overload: String::new(),
    }
}

fn attribute(name: &str, kind: i32) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: kind,
        ..AttributeProto::default()
    }
}

pub(super) fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        i: Some(i),
        ..attribute(name, kind::INT)
    }
}

pub(super) fn text(name: &str, s: &str) -> AttributeProto {
    AttributeProto {
        s: Some(s.into()),
        ..attribute(name, kind::STRING)
    }
}

pub(super) fn ints(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto {
        ints: Some(ints.into_iter().collect()),
        ..attribute(name, kind::INTS)
    }
}

pub(super) fn floats(name: &str, floats: Vec<f32>) -> AttributeProto {
    AttributeProto {
        floats,
        ..attribute(name, kind::FLOATS)
    }
}

pub(super) fn strings(name: &str, strings: Vec<Vec<u8>>) -> AttributeProto {
    AttributeProto {
        strings: Some(strings.into_iter().collect()),
        ..attribute(name, kind::STRINGS)
    }
}
