//! What names stand for: of a graph, of the branches in it, and of the bodies of functions.

use std::{collections::HashMap, rc::Rc};

/// The names of one graph, branch or body.
struct Scope<V> {
    values: HashMap<Rc<str>, V>,
    /// Whether the names around it have no meaning in it.
    closed: bool,
}

impl<V> Scope<V> {
    fn new(closed: bool) -> Self {
        let values = HashMap::new();
        Self { values, closed }
    }
}

/// The names so far, from the graph in.
pub(super) struct Scopes<V> {
    around: Vec<Scope<V>>,
    inner: Scope<V>,
}

impl<V> Scopes<V> {
    /// Those of a graph.
    pub(super) fn new() -> Self {
        Self {
            around: Vec::new(),
            inner: Scope::new(false),
        }
    }

    /// Begins a branch, which sees what is around it, or the body of a function, which does not.
    pub(super) fn open(&mut self, closed: bool) {
        let around = std::mem::replace(&mut self.inner, Scope::new(closed));
        self.around.push(around);
    }

    /// Ends what was begun last.
    pub(super) fn close(&mut self) {
        if let Some(around) = self.around.pop() {
            self.inner = around;
        }
    }

    /// What a name stands for.
    pub(super) fn value(&self, name: &str) -> Option<&V> {
        let mut scope = &self.inner;
        let mut around = self.around.iter().rev();
        loop {
            if let Some(value) = scope.values.get(name) {
                return Some(value);
            }
            scope = around.next().filter(|_| !scope.closed)?;
        }
    }

    /// Gives a name a meaning; says whether it is the first one.
    #[must_use]
    pub(super) fn set(&mut self, name: &str, value: V) -> bool {
        self.inner.values.insert(name.into(), value).is_none()
    }
}
