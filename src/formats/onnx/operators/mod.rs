//! The operators: one small reader for each, and the table of all.
//!
//! Source: <https://onnx.ai/onnx/operators/index.html>; where it is vague, onnxruntime's kernels.

mod arithmetic;
mod cast;
mod choose;
mod condition;
mod constants;
mod encode;
mod fold;
mod functions;
mod hash;
mod impute;
mod linear;
mod lookup;
mod matrix;
mod neighbours;
mod node;
mod pair;
mod places;
mod reduce;
mod scale;
mod sequence;
mod shape;
mod slice;
mod svm;
mod text;
mod trees;
mod zip;

use super::{
    attributes::Attributes,
    corrupt,
    drawing::{Drawing, FreeText, Tokens, Value, common, computed},
    features::{Elem, Features},
    labels,
    proto::{GraphProto, ML_DOMAIN, NodeProto, elem},
    tensor::{Cell, Dim, Meaning, Tensor, broadcast, cells_of, place, spread},
    tensors, unsupported,
    walk::label,
};
use crate::formats::FormatError;

/// The domain of onnxruntime's own operators.
const MICROSOFT: &str = "com.microsoft";

/// Draws a node.
type Reader = fn(&mut Drawing, &NodeProto) -> Result<(), FormatError>;

/// The operators of the default domain, in the order of their names.
const DEFAULT: &[(&str, Reader)] = &[
    ("Abs", functions::unary),
    ("Acos", functions::unary),
    ("Acosh", functions::unary),
    ("Add", arithmetic::pairwise),
    ("And", arithmetic::pairwise),
    ("ArgMax", choose::arg_extreme),
    ("ArgMin", choose::arg_extreme),
    ("Asin", functions::unary),
    ("Asinh", functions::unary),
    ("Atan", functions::unary),
    ("Atanh", functions::unary),
    ("BatchNormalization", scale::batch_normalization),
    ("Cast", cast::cast),
    ("CastLike", cast::cast),
    ("Ceil", functions::unary),
    ("Clip", arithmetic::clip),
    ("Compress", slice::compress),
    ("Concat", shape::concat),
    ("Constant", constants::constant),
    ("ConstantOfShape", constants::of_shape),
    ("Cos", functions::unary),
    ("Cosh", functions::unary),
    ("CumSum", arithmetic::cumulative),
    ("Div", arithmetic::pairwise),
    ("Equal", arithmetic::pairwise),
    ("Erf", functions::unary),
    ("Exp", functions::unary),
    ("Expand", shape::expand),
    ("Flatten", shape::flatten),
    ("Floor", functions::unary),
    ("Gather", slice::gather),
    ("GatherElements", slice::gather_elements),
    ("GatherND", places::gather_nd),
    ("Gemm", matrix::gemm),
    ("Greater", arithmetic::pairwise),
    ("GreaterOrEqual", arithmetic::pairwise),
    ("Identity", shape::identity),
    ("IsNaN", functions::is_nan),
    ("Less", arithmetic::pairwise),
    ("LessOrEqual", arithmetic::pairwise),
    ("Log", functions::unary),
    ("LogSoftmax", functions::softmax),
    ("LpNormalization", scale::lp_normalization),
    ("MatMul", matrix::matmul),
    ("Max", arithmetic::pairwise),
    ("Mean", arithmetic::mean),
    ("Min", arithmetic::pairwise),
    ("Mod", arithmetic::pairwise),
    ("Mul", arithmetic::pairwise),
    ("Neg", functions::unary),
    ("Not", functions::unary),
    ("Or", arithmetic::pairwise),
    ("Pow", arithmetic::pairwise),
    ("Reciprocal", functions::unary),
    ("ReduceL1", reduce::reduce),
    ("ReduceL2", reduce::reduce),
    ("ReduceLogSum", reduce::reduce),
    ("ReduceLogSumExp", reduce::reduce),
    ("ReduceMax", reduce::reduce),
    ("ReduceMean", reduce::reduce),
    ("ReduceMin", reduce::reduce),
    ("ReduceProd", reduce::reduce),
    ("ReduceSum", reduce::reduce),
    ("ReduceSumSquare", reduce::reduce),
    ("Relu", functions::unary),
    ("Reshape", shape::reshape),
    ("Round", functions::unary),
    ("Scan", neighbours::scan),
    ("ScatterElements", places::scatter_elements),
    ("SequenceAt", sequence::at),
    ("SequenceConstruct", sequence::construct),
    ("Shape", constants::shape),
    ("Sigmoid", functions::unary),
    ("Sign", functions::unary),
    ("Sin", functions::unary),
    ("Sinh", functions::unary),
    ("Slice", slice::slice),
    ("Softmax", functions::softmax),
    ("Split", slice::split),
    ("Sqrt", functions::unary),
    ("Squeeze", shape::squeeze),
    ("StringNormalizer", text::normalizer),
    ("Sub", arithmetic::pairwise),
    ("Sum", arithmetic::pairwise),
    ("Tan", functions::unary),
    ("Tanh", functions::unary),
    ("TfIdfVectorizer", text::vectorizer),
    ("Tile", shape::tile),
    ("TopK", choose::top_k),
    ("Transpose", shape::transpose),
    ("Unsqueeze", shape::unsqueeze),
    ("Where", condition::choose),
    ("Xor", arithmetic::pairwise),
];

/// Those of `ai.onnx.ml`.
const MACHINE_LEARNING: &[(&str, Reader)] = &[
    ("ArrayFeatureExtractor", slice::array_feature_extractor),
    ("Binarizer", scale::binarizer),
    ("CategoryMapper", encode::category_mapper),
    ("FeatureVectorizer", scale::feature_vectorizer),
    ("Imputer", impute::imputer),
    ("LabelEncoder", encode::label_encoder),
    ("LinearClassifier", linear::classifier),
    ("LinearRegressor", linear::regressor),
    ("Normalizer", scale::normalizer),
    ("OneHotEncoder", encode::one_hot),
    ("SVMClassifier", svm::classifier),
    ("SVMRegressor", svm::regressor),
    ("Scaler", scale::scaler),
    ("TreeEnsemble", trees::regressor),
    ("TreeEnsembleClassifier", trees::classifier),
    ("TreeEnsembleRegressor", trees::regressor),
    ("ZipMap", zip::zip_map),
];

/// Those of onnxruntime.
const RUNTIME: &[(&str, Reader)] = &[
    ("CDist", neighbours::distances),
    ("MurmurHash3", hash::murmur3),
    ("Tokenizer", text::tokenizer),
];

/// The reader of a node's operator, if it has one.
fn reader(node: &NodeProto) -> Option<Reader> {
    let table = match node.domain.as_str() {
        "" | "ai.onnx" => DEFAULT,
        ML_DOMAIN => MACHINE_LEARNING,
        MICROSOFT => RUNTIME,
        _ => return None,
    };
    let found = table.iter().find(|(name, _)| *name == node.op_type);
    found.map(|(_, reader)| *reader)
}

/// Whether a domain has operators of this table.
pub(super) fn has_domain(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx" | ML_DOMAIN | MICROSOFT)
}

/// The name of a node's operator if it has no reader, with its domain where that is not the default one.
pub(super) fn unknown(node: &NodeProto) -> Option<String> {
    let name = || match node.domain.as_str() {
        "" | "ai.onnx" | ML_DOMAIN => node.op_type.clone(),
        domain => format!("{} of the domain `{domain}`", node.op_type),
    };
    reader(node).is_none().then(name)
}

/// Draws a node.
pub(super) fn draw(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    match reader(node) {
        Some(reader) => reader(drawing, node),
        None => Err(unsupported!("{} is not supported", label(node))),
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT, MACHINE_LEARNING, RUNTIME};

    #[test]
    fn the_page_names_every_operator() {
        let page = include_str!("../../../../docs/models.md");
        for (name, _) in DEFAULT.iter().chain(MACHINE_LEARNING).chain(RUNTIME) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}
