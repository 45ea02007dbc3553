//! Chains of `x == 3, else x == 5, else …` with one common child → one split by a set of categories.
//!
//! onnxmltools writes a categorical split of LightGBM as such a chain, because the operators know no sets. Unfolded, each
//! link would take a copy of everything below the common child.

use crate::model::{CategorySet, Test, TreeNode};

/// The sets found so far.
pub(super) struct Sets {
    pub(super) sets: Vec<CategorySet>,
    /// How many words further sets may take: a set is as long as its largest category, whatever the size of the file.
    words: usize,
}

impl Sets {
    /// For a file of `size` bytes.
    pub(super) fn new(size: usize) -> Self {
        Self {
            sets: Vec::new(),
            words: size.max(1 << 20),
        }
    }

    /// Joins the chains of a tree. Links that were joined stay behind, reached by no one.
    pub(super) fn join(&mut self, tree: &mut [TreeNode]) {
        for at in 0..tree.len() {
            let Some(first) = link(tree, at as u32) else {
                continue;
            };
            let mut members = vec![first.category];
            let mut end = first.no;
            while let Some(next) = link(tree, end) {
                let joins = next.feature == first.feature
                    && next.yes == first.yes
                    && next.missing_yes == first.missing_yes;
                // A chain that comes back to itself is refused later, as any cycle.
                if !joins || members.len() > tree.len() {
                    break;
                }
                members.push(next.category);
                end = next.no;
            }
            let length = members.iter().max().map_or(0, |most| most / 32 + 1) as usize;
            if members.len() < 2 || length > self.words {
                continue;
            }
            self.words -= length;
            let mut words = vec![0; length];
            for category in members {
                if let Some(word) = words.get_mut(category as usize / 32) {
                    *word |= 1 << (category % 32);
                }
            }
            if let Some(node) = tree.get_mut(at) {
                *node = TreeNode::Categories {
                    feature: first.feature,
                    set: self.sets.len() as u32,
                    yes: first.yes,
                    no: end,
                    missing_yes: first.missing_yes,
                };
            }
            self.sets.push(CategorySet {
                words,
                whole: true,
                ..CategorySet::default()
            });
        }
    }
}

/// A test for equality with a number that can be a category.
struct Link {
    feature: u32,
    category: u32,
    yes: u32,
    no: u32,
    missing_yes: bool,
}

fn link(tree: &[TreeNode], at: u32) -> Option<Link> {
    let TreeNode::Split {
        feature,
        test: Test::Eq,
        threshold,
        yes,
        no,
        missing_yes,
    } = *tree.get(at as usize)?
    else {
        return None;
    };
    let whole = threshold.fract() == 0.0 && (0.0..f64::from(1 << 24)).contains(&threshold);
    whole.then_some(Link {
        feature,
        category: threshold as u32,
        yes,
        no,
        missing_yes,
    })
}
