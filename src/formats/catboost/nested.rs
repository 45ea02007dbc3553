//! Trees in JSON whose nodes each ask a split of their own: nodes inside nodes.

use super::{FormatError, corrupt};
use crate::model::ops::binned::{Step, Trees};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Nested {
    #[serde(default)]
    left: Option<Box<Nested>>,
    #[serde(default)]
    right: Option<Box<Nested>>,
    #[serde(default)]
    split: Option<Split>,
    #[serde(default)]
    value: Option<Leaf>,
}

#[derive(Deserialize)]
struct Split {
    split_index: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Leaf {
    One(f64),
    Several(Vec<f64>),
}

/// The trees as nodes that lie behind each other, numbers per leaf, and the leaf vectors.
pub(super) fn lay_out(all: Vec<Nested>) -> Result<(Trees, usize, Vec<f64>), FormatError> {
    let mut laid = Laid::default();
    let mut roots = Vec::with_capacity(all.len());
    for tree in all {
        roots.push(laid.nodes.len() as u32);
        laid.tree(tree)?;
    }
    let nodes = laid.nodes;
    let width = laid.width.unwrap_or(0);
    Ok((Trees::Stepped { roots, nodes }, width, laid.leaves))
}

#[derive(Default)]
struct Laid {
    nodes: Vec<Step>,
    leaves: Vec<f64>,
    width: Option<usize>,
}

/// A node whose children are still to be laid out, and the node that leads to it.
struct Todo {
    node: Nested,
    /// Its parent, and whether it is reached by a yes.
    from: Option<(usize, bool)>,
}

impl Laid {
    fn tree(&mut self, root: Nested) -> Result<(), FormatError> {
        let mut todo = vec![Todo {
            node: root,
            from: None,
        }];
        while let Some(Todo { node, from }) = todo.pop() {
            let at = self.nodes.len();
            if let Some((parent, yes)) = from {
                let Ok(way) = u16::try_from(at - parent) else {
                    return Err(corrupt!("a tree of the CatBoost model has too many nodes"));
                };
                let parent = &mut self.nodes[parent];
                *(if yes { &mut parent.yes } else { &mut parent.no }) = way;
            }
            let mut step = Step {
                split: 0,
                no: 0,
                yes: 0,
                leaf: u32::MAX,
            };
            match (node.split, node.left, node.right, node.value) {
                (Some(split), Some(no), Some(yes), _) => {
                    step.split = split.split_index;
                    for (node, yes) in [(yes, true), (no, false)] {
                        let from = Some((at, yes));
                        todo.push(Todo { node: *node, from });
                    }
                }
                (None, None, None, Some(value)) => step.leaf = self.leaf(value)?,
                _ => {
                    return Err(corrupt!(
                        "a node of the CatBoost model is neither split nor leaf"
                    ));
                }
            }
            self.nodes.push(step);
        }
        Ok(())
    }

    fn leaf(&mut self, value: Leaf) -> Result<u32, FormatError> {
        let values = match value {
            Leaf::One(value) => vec![value],
            Leaf::Several(values) => values,
        };
        let width = *self.width.get_or_insert(values.len());
        if width != values.len() || width == 0 {
            return Err(corrupt!(
                "a leaf of the CatBoost model has {} values",
                values.len()
            ));
        }
        let number = self.leaves.len() / width;
        self.leaves.extend(values);
        Ok(u32::try_from(number).unwrap_or(u32::MAX))
    }
}
