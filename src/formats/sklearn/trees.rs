//! Trees in the place of their arrays.

use super::{
    super::{FormatError, corrupt},
    id::Id,
    numpy,
    record::{Arena, Node},
    tree::Tree,
};

/// The tree with the `state` of a `sklearn.tree._tree.Tree`.
pub(super) fn read(arena: &Arena<'_>, state: Id) -> Result<Tree, FormatError> {
    let array = |name: &str| {
        let id = arena.get(state, name);
        let array = id.map(|id| numpy::array(arena, id)).transpose()?.flatten();
        array.ok_or_else(|| corrupt!("a tree has no array `{name}`"))
    };
    Tree::of(&array("nodes")?, &array("values")?)
}

/// Puts the tree in the place of its state, where `object` is one, and lets go of its arrays, whose memory `reuse` gets. What cannot be read
/// stays, to be told when somebody needs it.
pub(super) fn keep(
    arena: &mut Arena<'_>,
    object: Id,
    state: Id,
    mut reuse: impl FnMut(Vec<u8>),
) -> Result<(), FormatError> {
    if arena.class(object) != Some(("sklearn.tree._tree", "Tree")) {
        return Ok(());
    }
    let Ok(tree) = read(arena, state) else {
        return Ok(());
    };
    for name in ["nodes", "values"] {
        if let Some(array) = arena.get(state, name) {
            numpy::release(arena, array).map(&mut reuse);
        }
    }
    let tree = arena.add(Node::Tree(Box::new(tree)))?;
    if let Some(Node::Object(object)) = arena.node_mut(object) {
        object.state = tree;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{
        pickle::{self, Length},
        tests::serialized,
    };
    use super::*;

    fn opened(kind: &str) -> Arena<'static> {
        let file = serialized("1.9.1-random_forest_classifier.gz", kind);
        let mut arena = Arena::new(file.len());
        pickle::read(&mut file.as_slice(), Length::Is(file.len()), &mut arena).unwrap();
        arena
    }

    /// The bytes of all arrays that are still in memory.
    fn in_arrays(arena: &Arena<'_>) -> usize {
        let bytes = arena.nodes().map(|node| match node {
            Node::OwnedBytes(bytes) => bytes.len(),
            _ => 0,
        });
        bytes.sum()
    }

    #[test]
    fn what_a_trees_arrays_held_is_in_memory_once() {
        for kind in ["pickle4", "pickle5", "joblib"] {
            let arena = opened(kind);
            let trees = arena.nodes().filter(|node| matches!(node, Node::Tree(_)));
            assert!(trees.count() > 1, "{kind}");
            assert!(in_arrays(&arena) < 500, "{kind}: {}", in_arrays(&arena));
        }
    }
}
