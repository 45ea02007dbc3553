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
        // No node joins two chains, so that a tree is walked once however its chains run into each other.
        let mut joined = vec![false; tree.len()];
        for at in 0..tree.len() {
            if joined.get(at) != Some(&false) {
                continue;
            }
            let Some(first) = link(tree, at as u32) else {
                continue;
            };
            let mut members = vec![first.category];
            let mut end = first.no;
            while let Some(next) = link(tree, end)
                && let Some(joined @ false) = joined.get_mut(end as usize)
            {
                let joins = next.feature == first.feature
                    && next.yes == first.yes
                    && next.missing_yes == first.missing_yes;
                if !joins {
                    break;
                }
                *joined = true;
                members.push(next.category);
                end = next.no;
            }
            if members.len() < 2 {
                continue;
            }
            if let Some(set) = self.add(&members, true)
                && let Some(node) = tree.get_mut(at)
            {
                *node = TreeNode::Categories {
                    feature: first.feature,
                    set,
                    yes: first.yes,
                    no: end,
                    missing_yes: first.missing_yes,
                };
            }
        }
    }

    /// The number of a new set, unless it is too long. Without `whole`, a fraction counts as what is left of it without its digits.
    pub(super) fn add(&mut self, members: &[u32], whole: bool) -> Option<u32> {
        let length = members.iter().max().map_or(0, |most| most / 32 + 1) as usize;
        self.words = self.words.checked_sub(length)?;
        let mut words = vec![0; length];
        for category in members {
            if let Some(word) = words.get_mut(*category as usize / 32) {
                *word |= 1 << (category % 32);
            }
        }
        self.sets.push(CategorySet {
            words,
            whole,
            fraction_yes: !whole && members.contains(&0),
            ..CategorySet::default()
        });
        Some(self.sets.len() as u32 - 1)
    }
}

/// A number that can be a category, as one.
pub(super) fn category(number: f64) -> Option<u32> {
    let whole = number.fract() == 0.0 && (0.0..f64::from(1 << 24)).contains(&number);
    whole.then_some(number as u32)
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
    Some(Link {
        feature,
        category: category(threshold)?,
        yes,
        no,
        missing_yes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(category: u32, yes: u32, no: u32) -> TreeNode {
        TreeNode::Split {
            feature: 0,
            test: Test::Eq,
            threshold: category.into(),
            yes,
            no,
            missing_yes: false,
        }
    }

    #[test]
    fn a_chain_of_a_million_links_takes_one_walk() {
        let links = 1_000_000;
        let mut tree: Vec<_> = (0..links).map(|i| equal(i % 99, links, i + 1)).collect();
        // It comes back to its middle.
        tree.push(equal(7, links, links / 2));
        let mut sets = Sets::new(0);
        sets.join(&mut tree);
        assert_eq!(sets.sets.len(), 1);
        assert!(matches!(tree[0], TreeNode::Categories { .. }));
    }
}
