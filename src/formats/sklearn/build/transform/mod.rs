//! Transformers: registers to registers, as their `transform` is written.

mod bins;
mod categories;
mod decompose;
mod dictionary;
mod function;
mod impute;
mod neighbours;
mod one_hot;
mod ordinal;
mod polynomial;
mod power;
mod quantile;
mod rows;
mod scale;
mod select;
mod spline;
mod target;
mod text;

pub(super) use text::reads_text;

use super::{
    super::{id::Id, numpy, record::Node},
    FormatError, Part, Reader, cells, corrupt, unsupported,
};
use crate::{
    formats::program::{Entry, Otherwise, Register},
    input::Word,
    model::{Reg, StepOp, ops},
};

impl Reader {
    /// What a fitted transformer makes of the registers that it is given.
    pub(super) fn transform(
        &mut self,
        part: Part<'_>,
        reads: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        let part = super::compose::found(part)?;
        self.parts.push(part.class.to_owned());
        match (part.package(), part.class) {
            ("sklearn" | "imblearn", "Pipeline") => self.pipeline(part, reads),
            ("sklearn", "ColumnTransformer") => self.by_columns(part, &reads),
            ("sklearn", "FeatureUnion") => self.union(part, &reads),
            ("sklearn", "StandardScaler") => self.standard_scaler(part, &reads),
            ("sklearn", "MinMaxScaler") => self.min_max_scaler(part, &reads),
            ("sklearn", "MaxAbsScaler") => self.max_abs_scaler(part, &reads),
            ("sklearn", "RobustScaler") => self.robust_scaler(part, &reads),
            ("sklearn", "SimpleImputer") => self.simple_imputer(part, &reads),
            ("sklearn", "KNNImputer") => self.knn_imputer(part, &reads),
            ("sklearn", "MissingIndicator") => self.missing_indicator(part, &reads),
            ("sklearn", "OneHotEncoder") => self.one_hot(part, &reads),
            ("sklearn", "OrdinalEncoder") => self.ordinal(part, &reads),
            ("sklearn", "TargetEncoder") => self.target(part, &reads),
            ("sklearn", "KBinsDiscretizer") => self.bins(part, &reads),
            ("sklearn", "PolynomialFeatures") => self.polynomial(part, &reads),
            ("sklearn", "PowerTransformer") => self.power(part, &reads),
            ("sklearn", "CountVectorizer" | "TfidfVectorizer" | "HashingVectorizer") => {
                self.vectorizer(part, &reads)
            }
            ("sklearn", "TfidfTransformer") => self.tfidf(part, &reads),
            ("sklearn", "QuantileTransformer") => self.quantiles(part, &reads),
            ("sklearn", "SplineTransformer") => self.splines(part, &reads),
            ("sklearn", "DictVectorizer") => self.dictionary(part, &reads),
            (
                "category_encoders",
                "OrdinalEncoder" | "OneHotEncoder" | "TargetEncoder" | "CountEncoder",
            ) => self.category_encoder(part, &reads),
            ("sklearn", "Binarizer") => self.binarizer(part, &reads),
            ("sklearn", "Normalizer") => self.normalizer(part, &reads),
            ("sklearn", "PCA" | "IncrementalPCA") => self.pca(part, &reads),
            ("sklearn", "TruncatedSVD") => self.truncated_svd(part, &reads),
            ("sklearn", "FastICA") => self.fast_ica(part, &reads),
            ("sklearn", "LinearDiscriminantAnalysis") => self.discriminants(part, &reads),
            ("sklearn", class) if select::is_selector(class) => self.select(part, &reads),
            ("sklearn", "FunctionTransformer") => self.function(part, reads),
            ("sklearn", "KMeans" | "MiniBatchKMeans" | "BisectingKMeans" | "Birch") => {
                // The distances alone.
                let near = self.near(part, &reads)?;
                Ok(near.map(|near| near[1..].to_vec()).unwrap_or_default())
            }
            ("sklearn", "LabelEncoder" | "LabelBinarizer" | "MultiLabelBinarizer") => {
                Err(unsupported!(
                    "the step `{}` is a {}, which is fitted on the target alone and encodes no columns; use a OneHotEncoder or an \
                     OrdinalEncoder",
                    self.board.place(),
                    part.class
                ))
            }
            _ => Err(self.refusal(part)),
        }
    }
}
