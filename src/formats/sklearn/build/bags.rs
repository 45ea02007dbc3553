//! Bags: members that were each fitted on some of the rows, and on some of the columns.
//!
//! Source: `sklearn/ensemble/_bagging.py`; `imblearn/ensemble/{_bagging,_easy_ensemble}.py`, whose members are pipelines that begin with
//! a sampler.

use super::{
    super::numpy,
    FormatError, Part, corrupt,
    forests::{Trees, is_tree},
};

/// The members of a bag, and which of the row's columns each is given.
#[derive(Debug)]
pub(super) struct Bag<'d> {
    pub(super) members: Vec<Part<'d>>,
    pub(super) columns: Vec<Vec<u32>>,
}

impl<'d> Bag<'d> {
    /// The bag that a part is, if it is one. `room` is the number of bytes that its lists may have taken.
    pub(super) fn of(part: Part<'d>, mut room: usize) -> Result<Option<Self>, FormatError> {
        match (part.package(), part.class) {
            ("sklearn", "BaggingClassifier" | "BaggingRegressor")
            | ("imblearn", "BalancedBaggingClassifier" | "EasyEnsembleClassifier") => {}
            _ => return Ok(None),
        }
        let members = part.parts("estimators_")?;
        let given = part.arena.items(part.attribute("estimators_features_")?);
        let given = given.unwrap_or_default();
        if members.is_empty() || given.len() != members.len() {
            return Err(corrupt!(
                "the {} has {} members and {} lists of columns",
                part.class,
                members.len(),
                given.len()
            ));
        }
        let mut columns = Vec::with_capacity(given.len());
        for id in given {
            let Some(array) = numpy::array(part.arena, *id)? else {
                return Err(corrupt!(
                    "a list of columns of the {} is no array",
                    part.class
                ));
            };
            // Every list lies in the file once, unless one stands for many.
            room = room
                .checked_sub(array.len().saturating_mul(4))
                .ok_or_else(|| corrupt!("the file names one list of columns many times over"))?;
            let numbers = array.numbers()?;
            let column = |i| u32::try_from(numbers.int(i));
            let list: Result<Vec<u32>, _> = (0..array.len()).map(column).collect();
            columns
                .push(list.map_err(|_| corrupt!("a column of the {} has no number", part.class))?);
        }
        Ok(Some(Self { members, columns }))
    }

    /// The trees, where the members are nothing else and know all of the bag's `classes`; none are those of a regressor.
    pub(super) fn trees(self, classes: Option<usize>) -> Result<Option<Trees<'d>>, FormatError> {
        let kind = if classes.is_some() {
            "Classifier"
        } else {
            "Regressor"
        };
        for member in &self.members {
            if !is_tree(*member) || !member.class.ends_with(kind) {
                return Ok(None);
            }
            let tree = member.tree()?;
            if classes.is_some_and(|classes| tree.outputs != 1 || tree.width != classes) {
                return Ok(None);
            }
        }
        Ok(Some(Trees {
            parts: self.members,
            columns: Some(self.columns),
        }))
    }
}
