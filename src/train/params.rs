//! The parameters of a training and their limits.

use std::fmt;
use std::str::FromStr;

use super::TrainError;

/// Depth of a tree when none is given, and the deepest that can be asked for.
///
/// A random forest's tree is some 2 log2(rows) deep, 48 for the largest table that is read. Only strange data makes it deeper.
pub const DEEPEST: usize = 256;
/// The largest forest that can be asked for.
pub const MOST_TREES: usize = 10_000;

/// What is learnt of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Its classes.
    Classification,
    /// Its values: the target is a quantity.
    Regression,
}

impl Task {
    /// The name that users see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Regression => "regression",
        }
    }
}

impl FromStr for Task {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Classification, Self::Regression]
            .into_iter()
            .find(|task| task.name() == text)
            .ok_or_else(|| "it takes classification or regression".to_owned())
    }
}

/// How many features each split sees. They are drawn anew for every split; those that are constant there do not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Features {
    Count(usize),
    /// The square root of their number, rounded down.
    Sqrt,
    /// Between 0 (exclusive) and 1; the count is rounded up.
    Share(f64),
}

impl Features {
    /// The number of features a split sees out of `available`.
    pub fn count(self, available: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Sqrt => available.isqrt().max(1),
            Self::Share(share) => ((available as f64 * share).ceil() as usize).clamp(1, available),
        }
    }
}

impl fmt::Display for Features {
    /// As it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Sqrt => f.write_str("sqrt"),
            Self::Share(share) => write!(f, "{share:?}"),
        }
    }
}

impl FromStr for Features {
    type Err = String;

    /// `3` is a count, `0.5` or `1.0` a share, `sqrt` the square root.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = if text == "sqrt" {
            Some(Self::Sqrt)
        } else if text.contains('.') {
            text.parse().map(Self::Share).ok()
        } else {
            text.parse().map(Self::Count).ok()
        };
        parsed.ok_or_else(|| "it takes a count such as 3, a share such as 0.5, or sqrt".to_owned())
    }
}

/// The parameters of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Trees in the forest.
    pub trees: usize,
    /// Levels below the root; none means [`DEEPEST`].
    pub max_depth: Option<usize>,
    /// Fewest bootstrap draws a leaf may hold.
    pub min_leaf: usize,
    /// Features per split; none means what suits the task.
    pub features: Option<Features>,
    /// The seed of every random choice.
    pub seed: u64,
    /// Share of the rows held out to measure on; 0 trains on all and measures nothing.
    pub test_split: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            trees: 100,
            max_depth: None,
            min_leaf: 1,
            features: None,
            seed: 42,
            test_split: 0.2,
        }
    }
}

impl Params {
    /// Checks every parameter against its limits and the number of feature columns.
    pub fn check(&self, columns: usize) -> Result<(), TrainError> {
        let refuse =
            |flag, given: String, rule: String| Err(TrainError::Parameter { flag, given, rule });
        if !(1..=MOST_TREES).contains(&self.trees) {
            let rule = format!("choose 1 to {MOST_TREES}");
            return refuse("--trees", self.trees.to_string(), rule);
        }
        if let Some(depth) = self.max_depth
            && !(1..=DEEPEST).contains(&depth)
        {
            let rule = format!("choose 1 to {DEEPEST}");
            return refuse("--max-depth", depth.to_string(), rule);
        }
        if self.min_leaf == 0 {
            return refuse("--min-leaf", "0".to_owned(), "choose 1 or more".to_owned());
        }
        match self.features {
            Some(Features::Count(count)) if !(1..=columns).contains(&count) => {
                let rule = format!("choose 1 to {columns}, the number of feature columns");
                return refuse("--features", count.to_string(), rule);
            }
            Some(Features::Share(share)) if !(share > 0.0 && share <= 1.0) => {
                let rule = "a share is above 0.0 and at most 1.0".to_owned();
                return refuse("--features", share.to_string(), rule);
            }
            _ => {}
        }
        if !(0.0..1.0).contains(&self.test_split) {
            let rule = "choose a share of the rows, from 0 to below 1".to_owned();
            return refuse("--test-split", self.test_split.to_string(), rule);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Params)) -> String {
        let mut params = Params::default();
        change(&mut params);
        params.check(4).expect_err("out of its limits").to_string()
    }

    #[test]
    fn the_defaults_suit_any_table() {
        assert!(Params::default().check(1).is_ok());
    }

    #[test]
    fn every_limit_names_its_flag_and_the_way_out() {
        assert_eq!(refused(|p| p.trees = 0), "--trees is 0; choose 1 to 10000");
        assert_eq!(
            refused(|p| p.max_depth = Some(0)),
            "--max-depth is 0; choose 1 to 256"
        );
        assert_eq!(
            refused(|p| p.min_leaf = 0),
            "--min-leaf is 0; choose 1 or more"
        );
        assert_eq!(
            refused(|p| p.features = Some(Features::Count(5))),
            "--features is 5; choose 1 to 4, the number of feature columns"
        );
        assert_eq!(
            refused(|p| p.features = Some(Features::Share(f64::NAN))),
            "--features is NaN; a share is above 0.0 and at most 1.0"
        );
        assert_eq!(
            refused(|p| p.test_split = 1.0),
            "--test-split is 1; choose a share of the rows, from 0 to below 1"
        );
    }

    #[test]
    fn features_are_shown_as_they_are_read() {
        for text in ["3", "0.5", "1.0", "sqrt"] {
            let features: Features = text.parse().expect(text);
            assert_eq!(features.to_string(), text);
        }
        let counts = [1, 3, 4, 20].map(|available| Features::Sqrt.count(available));
        assert_eq!(counts, [1, 1, 2, 4]);
    }

    #[test]
    fn a_point_makes_a_share_and_a_share_rounds_up() {
        assert_eq!("3".parse(), Ok(Features::Count(3)));
        assert_eq!("1.0".parse(), Ok(Features::Share(1.0)));
        assert!("many".parse::<Features>().is_err());
        assert_eq!(Features::Share(0.5).count(11), 6);
        assert_eq!(Features::Share(1e-9).count(11), 1);
    }
}
