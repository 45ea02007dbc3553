//! Counts the messages of an ONNX file before they are decoded.
//!
//! Two bytes on the wire can claim a message of 150 bytes in memory, so a forged file could make the decoder allocate
//! a hundred times its size. No tree model has more than a few dozen messages.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::{advice::PLAIN_EXPORT, corrupt, unsupported};
use crate::formats::FormatError;

/// Messages a tree model may have: nodes, attributes, tensors, types, entries.
const MAX_MESSAGES: usize = 65_536;

/// Values a file may list in `strings`: one per tree node is what ONNX needs.
const MAX_STRINGS: usize = 64 << 20;

#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Function,
    Node,
    Attribute,
    Tensor,
    Value,
    Type,
    TensorType,
    Sequence,
    Map,
    Shape,
    /// Counted, not opened: text, or a message without parts.
    Part,
}

/// The message kind of a field, or nothing for a field that holds none.
fn child(kind: Kind, tag: u32) -> Option<Kind> {
    Some(match (kind, tag) {
        // A graph may stand in an attribute, too.
        (Kind::Model, 7) | (Kind::Attribute, 6) => Kind::Graph,
        (Kind::Graph | Kind::Attribute, 5) => Kind::Tensor,
        (Kind::Model, 25) => Kind::Function,
        (Kind::Graph, 1) | (Kind::Function, 7) => Kind::Node,
        (Kind::Graph, 11 | 12) => Kind::Value,
        (Kind::Node, 5) | (Kind::Function, 11) => Kind::Attribute,
        (Kind::Value | Kind::Map, 2) | (Kind::Sequence, 1) => Kind::Type,
        (Kind::Type, 1) => Kind::TensorType,
        (Kind::Type, 4) => Kind::Sequence,
        (Kind::Type, 5) => Kind::Map,
        (Kind::TensorType, 2) => Kind::Shape,
        // Operator sets and metadata, names of values and attributes, dimensions.
        (Kind::Model, 8 | 14)
        | (Kind::Node, 1 | 2)
        | (Kind::Function, 4 | 5 | 6 | 9)
        | (Kind::Shape, 1) => Kind::Part,
        _ => return None,
    })
}

/// Refuses a file with more messages than a model has, or one that is cut off.
pub(super) fn check(bytes: &[u8]) -> Result<(), FormatError> {
    let mut messages = 0;
    let mut strings = 0;
    let mut open = vec![(Kind::Model, bytes)];
    while let Some((kind, mut rest)) = open.pop() {
        while !rest.is_empty() {
            let (tag, wire) = decode_key(&mut rest).map_err(|e| not_onnx(&e))?;
            if wire != WireType::LengthDelimited {
                skip_field(wire, tag, &mut rest, DecodeContext::default())
                    .map_err(|e| not_onnx(&e))?;
                continue;
            }
            let length = decode_varint(&mut rest).map_err(|e| not_onnx(&e))?;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let Some((field, after)) = rest.split_at_checked(length) else {
                return Err(corrupt!("the ONNX file is cut off"));
            };
            rest = after;
            if let Some(child) = child(kind, tag) {
                messages += 1;
                if !matches!(child, Kind::Part) {
                    open.push((child, field));
                }
            } else if matches!((kind, tag), (Kind::Attribute, 9) | (Kind::Tensor, 6)) {
                strings += 1;
            }
            if messages > MAX_MESSAGES || strings > MAX_STRINGS {
                return Err(unsupported!(
                    "the ONNX graph has more than {MAX_MESSAGES} parts, no tree model has that many; {}",
                    PLAIN_EXPORT
                ));
            }
        }
    }
    Ok(())
}

fn not_onnx(error: &prost::DecodeError) -> FormatError {
    corrupt!("the file is not an ONNX model: {error}")
}
