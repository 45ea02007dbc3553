//! The part of the graph before the trees: a batch of rows and what is done to its columns.

use std::rc::Rc;

use super::{
    advice::PLAIN_EXPORT,
    corrupt,
    proto::{TensorTypeProto, ValueInfoProto, elem},
    unsupported,
};
use crate::{
    formats::{FormatError, MAX_FEATURES},
    input::{Column, ColumnType, Precision, Schema},
    model::{Step, StepOp},
};

/// The element type of a tensor of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elem {
    Bool,
    Integer,
    Float,
    Double,
    Text,
}

impl Elem {
    /// What onnxruntime computes and compares in: integers are converted to `f32` for a float threshold.
    pub(super) fn precision(self) -> Precision {
        match self {
            Self::Double | Self::Text => Precision::F64,
            Self::Bool | Self::Integer | Self::Float => Precision::F32,
        }
    }
}

/// `x op numbers`, where the numbers are one per column or one for all.
struct Scaling {
    op: StepOp,
    /// Shared with the constant it came from: many nodes may name one large tensor.
    numbers: Rc<[f64]>,
    precision: Precision,
}

/// A batch of rows on its way to the trees.
pub(super) struct Features {
    /// Unknown when the graph leaves the width open.
    pub(super) width: Option<usize>,
    kind: ColumnType,
    /// Every column comes from an integer or boolean input.
    integral: bool,
    /// One column per graph input, with its name, in the order of the concatenation.
    named: Vec<Column>,
    pub(super) elem: Elem,
    pub(super) input: Precision,
    steps: Vec<Scaling>,
    /// The values have been cast to `f32` since the last `f64` step.
    round: bool,
}

impl Features {
    /// A graph input.
    pub(super) fn input(info: &ValueInfoProto) -> Result<Self, FormatError> {
        let name = &info.name;
        let tensor = info.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
        let Some(tensor) = tensor else {
            return Err(unsupported!(
                "the input `{name}` is not a tensor; {PLAIN_EXPORT}"
            ));
        };
        let (kind, elem) = types(name, tensor.elem_type)?;
        let width = width(name, tensor)?;
        let named = if width == Some(1) {
            vec![Column::new(name.clone(), kind)]
        } else {
            Vec::new()
        };
        let input = match elem {
            Elem::Float => Precision::F32,
            _ => Precision::F64,
        };
        Ok(Self {
            width,
            kind,
            integral: matches!(elem, Elem::Integer | Elem::Bool),
            named,
            elem,
            input,
            steps: Vec::new(),
            round: false,
        })
    }

    /// Columns that other operators have computed.
    pub(super) fn computed(width: usize, elem: Elem) -> Self {
        let input = match elem {
            Elem::Float => Precision::F32,
            _ => Precision::F64,
        };
        Self {
            width: Some(width),
            kind: ColumnType::Double,
            integral: matches!(elem, Elem::Integer | Elem::Bool),
            named: Vec::new(),
            elem,
            input,
            steps: Vec::new(),
            round: false,
        }
    }

    /// The type of its columns in a signature.
    pub(super) fn kind(&self) -> ColumnType {
        self.kind
    }

    /// Whether a cast to an integer type changes nothing: the values are integers already.
    pub(super) fn holds_integers(&self) -> bool {
        self.integral && self.steps.is_empty()
    }

    /// `Cast` between float and double, from integers to either, or back.
    pub(super) fn cast(mut self, to: Elem) -> Self {
        if to.precision() == Precision::F32 {
            if self.steps.is_empty() {
                self.input = Precision::F32;
            } else if self.elem == Elem::Double {
                self.round = true;
            }
        } else {
            self.settle();
        }
        self.elem = to;
        self
    }

    /// Writes a rounding that is still owed as a step of its own: a product with one.
    fn settle(&mut self) {
        if std::mem::take(&mut self.round) {
            self.steps.push(Scaling {
                op: StepOp::Mul,
                numbers: Rc::new([1.0]),
                precision: Precision::F32,
            });
        }
    }

    /// `x op constant`, where the constant has one number or one per column.
    pub(super) fn step(
        &mut self,
        op: StepOp,
        constant: &Rc<[f64]>,
        precision: Precision,
    ) -> Result<(), FormatError> {
        if constant.iter().any(|c| !c.is_finite()) {
            return Err(corrupt!(
                "the preprocessing has a constant that is not finite"
            ));
        }
        if op == StepOp::Div && constant.contains(&0.0) {
            return Err(corrupt!("the preprocessing divides a column by zero"));
        }
        match (self.width, constant.len()) {
            (_, 1) => {}
            (Some(width), n) if n == width => {}
            (None, n @ 2..=MAX_FEATURES) => self.width = Some(n),
            (width, n) => {
                return Err(unsupported!(
                    "the preprocessing has {n} numbers for {} columns",
                    width.map_or_else(|| "an unknown number of".into(), |w| w.to_string())
                ));
            }
        }
        // `x - 0`, `x * 1` and `x / 1` are `x` to the bit; `-0 + 0` is not.
        let neutral = match op {
            StepOp::Sub => Some(0.0),
            StepOp::Mul | StepOp::Div => Some(1.0),
            StepOp::Add
            | StepOp::AtLeast
            | StepOp::AtMost
            | StepOp::ZeroIsMissing
            | StepOp::IsMissing => None,
        };
        if constant.iter().all(|&c| Some(c) == neutral) {
            return Ok(());
        }
        // Each step costs a number per column once it is spread out; no scaler has this many.
        if self.steps.len() >= 64 {
            return Err(unsupported!(
                "the preprocessing has more than 64 steps; {PLAIN_EXPORT}"
            ));
        }
        self.settle();
        self.steps.push(Scaling {
            op,
            numbers: Rc::clone(constant),
            precision,
        });
        Ok(())
    }

    /// The steps with one number per column.
    pub(super) fn steps(&self, width: usize) -> Vec<Step> {
        let spread = |step: &Scaling| Step {
            op: step.op,
            operand: match &*step.numbers {
                [one] => vec![*one; width],
                many => many.to_vec(),
            },
            precision: step.precision,
        };
        self.steps.iter().map(spread).collect()
    }

    /// `Concat` and `FeatureVectorizer`: columns side by side, nothing done to them yet.
    pub(super) fn concat(op: &str, parts: Vec<Self>) -> Result<Self, FormatError> {
        let mut parts = parts.into_iter();
        let Some(mut all) = parts.next() else {
            return Err(corrupt!("{op} has no input"));
        };
        let mut one_by_one = all.named.len() == 1;
        for part in parts {
            if !part.steps.is_empty() || !all.steps.is_empty() {
                return Err(unsupported!(
                    "{op} joins columns that were preprocessed apart; scale all columns together, after joining them"
                ));
            }
            if part.elem != all.elem || part.input != all.input {
                return Err(unsupported!(
                    "{op} joins columns of different precision; give every input the same type"
                ));
            }
            one_by_one &= part.named.len() == 1;
            all.integral &= part.integral;
            all.named.extend(part.named);
            all.width = match (all.width, part.width) {
                (Some(a), Some(b)) if a + b <= MAX_FEATURES => Some(a + b),
                _ => {
                    return Err(unsupported!(
                        "{op} joins inputs of unknown width, or more than {MAX_FEATURES} columns"
                    ));
                }
            };
        }
        if !one_by_one {
            all.named.clear();
        }
        Ok(all)
    }

    /// Whether a value can be NaN: no integer is.
    pub(super) fn holds_nan(&self) -> bool {
        !self.integral
    }

    /// The columns a client sends.
    pub(super) fn schema(&self, width: usize) -> Schema {
        // A lone column `X` is how exporters name the whole batch, not a feature.
        if self.named.len() == width && width > 1 {
            Schema::new(self.named.clone(), true)
        } else {
            Schema::unnamed(width, self.kind)
        }
    }
}

/// The type of an input's column in a signature, and of its elements.
fn types(name: &str, elem_type: i32) -> Result<(ColumnType, Elem), FormatError> {
    match elem_type {
        elem::FLOAT => Ok((ColumnType::Float, Elem::Float)),
        elem::DOUBLE => Ok((ColumnType::Double, Elem::Double)),
        elem::INT64 => Ok((ColumnType::Long, Elem::Integer)),
        elem::INT32 => Ok((ColumnType::Integer, Elem::Integer)),
        elem::BOOL => Ok((ColumnType::Boolean, Elem::Bool)),
        elem::STRING => Ok((ColumnType::Text, Elem::Text)),
        other => Err(unsupported!(
            "the input `{name}` holds elements of type {other}; float, double, int64, int32, bool and string work"
        )),
    }
}

/// How many columns an input has, where its shape tells.
fn width(name: &str, tensor: &TensorTypeProto) -> Result<Option<usize>, FormatError> {
    match tensor.shape.as_ref().map(|s| s.dim.as_slice()) {
        None => Ok(None),
        Some([_, columns]) => match columns.dim_value {
            Some(n @ 1..) if n as u64 <= MAX_FEATURES as u64 => Ok(Some(n as usize)),
            Some(n) => Err(unsupported!(
                "the input `{name}` is {n} wide; 1 to {MAX_FEATURES} columns work"
            )),
            None => Ok(None),
        },
        Some(dims) => Err(unsupported!(
            "the input `{name}` has {} dimensions, not rows and columns",
            dims.len()
        )),
    }
}
