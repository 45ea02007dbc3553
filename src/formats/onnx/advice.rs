//! What the refusals advise.

/// What every refusal ends with when the exporter has a plainer form of the same model.
pub(super) const PLAIN_EXPORT: &str =
    "export the scaler and the tree ensemble alone, with skl2onnx options={'zipmap': False}";
