//! A model on the board: one operation from columns to sums, and what its class makes of them.

use super::{
    FormatError, corrupt,
    document::{CtrFeature, Document, Elements, Kind},
    outputs::{Classes, Outputs},
};
use crate::{
    formats::program::Board,
    input::Precision,
    model::{
        BinaryScores, Labels, Link, Output, Reg, StepOp,
        ops::{
            self, Function,
            binned::{BinnedTrees, Category, Combination, Counted, Number, Rows, Statistic},
        },
    },
};
use std::collections::HashMap;

/// What a model answers, in registers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Classes {
        labels: Labels,
        /// One for each class.
        probabilities: Vec<Reg>,
        /// The place of the class that `predict` answers.
        class: Reg,
    },
    Numbers(Vec<Reg>),
    /// For each of several labels whether it holds: the probabilities of no and yes, and the place of the likelier one.
    Flags(Vec<(Vec<Reg>, Reg)>),
}

/// Draws a model that reads `reads` in the place of its columns.
///
/// # Errors
/// `Corrupt` where features, splits and columns do not belong together, `Unsupported` where another step has made its categories.
pub(crate) fn draw(
    board: &mut Board,
    document: Document,
    reads: &[Reg],
    class: Option<&str>,
) -> Result<Answer, FormatError> {
    let outputs = document.outputs(class)?;
    let trees = trees(board, document, reads)?;
    let sums = board.draw(trees, [])?;
    match outputs {
        Outputs::Raw => Ok(Answer::Numbers(sums)),
        Outputs::Exponent => Ok(Answer::Numbers(board.apply(Function::Exp, &sums)?)),
        Outputs::MeanAndVariance => {
            let (mean, logarithm) = sums.split_at(1);
            let doubled = board.each(StepOp::Mul, logarithm, vec![2.0])?;
            let variance = board.apply(Function::Exp, &doubled)?;
            Ok(Answer::Numbers([mean, &variance].concat()))
        }
        Outputs::Classes(classes) => decide(board, sums, classes),
        Outputs::Flags => {
            let flags = sums.into_iter().map(|sum| flag(board, sum));
            Ok(Answer::Flags(flags.collect::<Result<_, _>>()?))
        }
    }
}

/// The classes of a label that holds or does not.
pub(crate) fn no_and_yes() -> Labels {
    Labels::Integers(vec![0, 1])
}

fn flag(board: &mut Board, sum: Reg) -> Result<(Vec<Reg>, Reg), FormatError> {
    let output = Output::Binary {
        labels: no_and_yes(),
        cut: 0.0,
        scores: BinaryScores::Sigmoid,
    };
    decided(board, vec![sum], output, 2)
}

/// A register for each class, and the place of the one that wins.
fn decided(
    board: &mut Board,
    reads: Vec<Reg>,
    output: Output,
    classes: usize,
) -> Result<(Vec<Reg>, Reg), FormatError> {
    let decide = ops::Decide {
        reads,
        output,
        precision: Precision::F64,
    };
    let mut answers = board.draw(decide, [])?;
    let class = answers.split_off(classes)[0];
    Ok((answers, class))
}

fn decide(board: &mut Board, sums: Vec<Reg>, classes: Classes) -> Result<Answer, FormatError> {
    let labels = classes.labels;
    let (reads, output) = if sums.len() == 1 && labels.len() == 2 {
        let output = Output::Binary {
            labels: labels.clone(),
            cut: classes.cut,
            scores: BinaryScores::Sigmoid,
        };
        (sums, output)
    } else {
        let link = if classes.independent {
            Link::Sigmoid
        } else {
            Link::Softmax
        };
        let mut reads = sums.clone();
        if labels.len() > sums.len() {
            // A class that the training data did not have is never likely.
            let never = ops::Linear {
                reads: Vec::new(),
                weights: Vec::new(),
                intercept: vec![f64::MIN],
            };
            let never = board.draw(never, [])?[0];
            reads = vec![never; labels.len()];
            for (place, sum) in classes.places.iter().zip(&sums) {
                reads[*place] = *sum;
            }
        }
        let labels = labels.clone();
        (reads, Output::Classes { labels, link })
    };
    let (probabilities, class) = decided(board, reads, output, labels.len())?;
    Ok(Answer::Classes {
        labels,
        probabilities,
        class,
    })
}

/// The operation from columns to sums.
fn trees(board: &mut Board, document: Document, reads: &[Reg]) -> Result<BinnedTrees, FormatError> {
    let mut places = Places::default();
    let read = |column: i32| {
        let read = usize::try_from(column).ok().and_then(|at| reads.get(at));
        read.copied().ok_or_else(|| {
            corrupt!(
                "the CatBoost model reads column {column}, but gets {}",
                reads.len()
            )
        })
    };
    let mut numbers = Vec::with_capacity(document.numbers.len());
    for feature in document.numbers {
        let read = read(feature.position.column)?;
        board.any_numbers(&[read])?;
        places.number(feature.position.index, &feature.borders);
        numbers.push(Number {
            read,
            borders: feature.borders,
            missing_above: feature.missing_above,
        });
    }
    for feature in &document.categories {
        let read = read(feature.position.column)?;
        board.hashed(read)?;
        places.categories.insert(feature.position.index, read);
    }
    let mut categories = Vec::with_capacity(document.one_hot.len());
    for feature in document.one_hot {
        let read = places.category(feature.index)?;
        places.values(feature.index, &feature.values);
        let values = feature.values.into_iter().map(i32::cast_unsigned).collect();
        categories.push(Category { read, values });
    }
    let mut combined = Combined::default();
    let mut statistics = Vec::with_capacity(document.statistics.len());
    for feature in document.statistics {
        let rows = document.tables.get(feature.table).map(|table| &table.rows);
        let counts = counted(&feature, rows)?;
        statistics.push(Statistic {
            combination: combined.number(feature.elements, &places)?,
            table: feature.table as u32,
            counts,
            prior: feature.prior,
            shift: feature.shift,
            scale: feature.scale,
            borders: feature.borders,
        });
    }
    Ok(BinnedTrees {
        numbers,
        categories,
        statistics,
        combinations: combined.all,
        tables: document.tables,
        trees: document.trees,
        width: document.width,
        leaves: document.leaves,
        scale: document.scale,
        bias: document.bias,
    })
}

fn counted(feature: &CtrFeature, rows: Option<&Rows>) -> Result<Counted, FormatError> {
    let border = u32::try_from(feature.target_border)
        .map_err(|_| corrupt!("a statistic of the CatBoost model has no border of the target"))?;
    let two = matches!(rows, Some(Rows::Classes { classes: 2, .. }));
    Ok(match feature.kind {
        // Of two classes the second counts, whatever the border is.
        Kind::Borders if two => Counted::Above(0),
        Kind::Borders => Counted::Above(border),
        Kind::Buckets => Counted::Class(border),
        Kind::Mean => Counted::Mean,
        Kind::Counter => Counted::Rows,
    })
}

/// Where features are read, and where their splits stand among all.
#[derive(Default)]
struct Places {
    splits: u32,
    /// By feature and the bits of the border.
    borders: HashMap<(i32, u32), u32>,
    /// By feature and value.
    values: HashMap<(i32, i32), u32>,
    categories: HashMap<i32, Reg>,
}

impl Places {
    fn number(&mut self, feature: i32, borders: &[f32]) {
        for border in borders {
            self.borders
                .insert((feature, border.to_bits()), self.splits);
            self.splits += 1;
        }
    }

    fn values(&mut self, feature: i32, values: &[i32]) {
        for value in values {
            self.values.insert((feature, *value), self.splits);
            self.splits += 1;
        }
    }

    fn category(&self, feature: i32) -> Result<Reg, FormatError> {
        let read = self.categories.get(&feature).copied();
        read.ok_or_else(|| corrupt!("the CatBoost model has no categorical feature {feature}"))
    }
}

/// Combinations, each once.
#[derive(Default)]
struct Combined {
    known: HashMap<Elements, u32>,
    all: Vec<Combination>,
}

impl Combined {
    fn number(&mut self, elements: Elements, places: &Places) -> Result<u32, FormatError> {
        if let Some(number) = self.known.get(&elements) {
            return Ok(*number);
        }
        let categories = elements.categories.iter();
        let categories = categories.map(|feature| places.category(*feature));
        let borders = elements
            .splits
            .iter()
            .map(|split| places.borders.get(split));
        let values = elements.values.iter().map(|value| places.values.get(value));
        let splits: Option<Vec<u32>> = borders.chain(values).map(Option::<&u32>::copied).collect();
        let combination = Combination {
            categories: categories.collect::<Result<_, _>>()?,
            splits: splits.ok_or_else(|| {
                corrupt!("a combination of the CatBoost model names a split that no feature has")
            })?,
        };
        let number = self.all.len() as u32;
        self.all.push(combination);
        self.known.insert(elements, number);
        Ok(number)
    }
}
