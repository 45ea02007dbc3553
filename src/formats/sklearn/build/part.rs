//! One object of a model: its attributes by name, with errors that name it.

use std::borrow::Cow;

use super::{
    super::{
        array::Array,
        id::Id,
        numpy,
        record::{Arena, Node},
        tree::Tree,
        trees,
    },
    corrupt, known, unsupported,
};
use crate::formats::FormatError;

/// Whether a value is an instance, a class or a function that is none of the libraries'.
fn foreign(arena: &Arena<'_>, id: Id) -> bool {
    match arena.node(id) {
        Node::Object(_) => arena.class(id).is_none_or(|(module, _)| !known(module)),
        Node::Global { .. } => arena.global(id).is_none_or(|(module, _)| !known(module)),
        _ => false,
    }
}

/// The refusal of a file that does not hold a model.
pub(super) fn no_model(arena: &Arena<'_>, root: Id) -> FormatError {
    let kind = arena.kind(root);
    if foreign(arena, root) {
        return unsupported!(
            "the model is {kind}, which this server does not know and will not run; log the model inside it, with the flavor of \
             its library"
        );
    }
    unsupported!("the file holds {kind}, not a fitted scikit-learn model")
}

/// The record of an instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'d> {
    pub(super) arena: &'d Arena<'d>,
    pub(super) id: Id,
    state: Id,
    pub(super) module: &'d str,
    pub(super) class: &'d str,
}

impl<'d> Part<'d> {
    /// The object `id`; nothing where it is a value of another kind, or of a class that this server does not follow.
    pub(super) fn new(arena: &'d Arena<'d>, id: Id) -> Option<Self> {
        let (module, class) = arena.class(id).filter(|(module, _)| known(module))?;
        let state = arena.object(id)?.state;
        // An object with slots has a pair of dicts.
        let state = match arena.node(state) {
            Node::Tuple(pair) => *pair.first()?,
            _ => state,
        };
        Some(Self {
            arena,
            id,
            state,
            module,
            class,
        })
    }

    /// Module and class, for messages.
    pub(super) fn full_name(&self) -> String {
        format!("{}.{}", self.module, self.class)
    }

    /// An attribute that is there and is not None.
    pub(super) fn get(&self, name: &str) -> Option<Id> {
        let found = self.arena.get(self.state, name)?;
        (!self.arena.is_none(found)).then_some(found)
    }

    /// An attribute that a fitted model has.
    pub(super) fn attribute(&self, name: &str) -> Result<Id, FormatError> {
        self.get(name).ok_or_else(|| {
            self.too_old().unwrap_or_else(|| {
                corrupt!(
                    "the {} has no `{name}`: it is not fitted, or of an unknown version; fit it and log it again",
                    self.class
                )
            })
        })
    }

    /// The refusal of a part that a version before 0.24 has written, some of which have other attributes.
    pub(super) fn too_old(&self) -> Option<FormatError> {
        let version = self.version_text().filter(|_| !self.since(0, 24))?;
        Some(unsupported!(
            "the {} was written by scikit-learn {}; fit it with 0.24 or later, and log it again",
            self.class,
            version.escape_debug()
        ))
    }

    /// The number of columns that the part was fitted on. Before 0.23 it had another name.
    pub(super) fn n_features(&self) -> Result<usize, FormatError> {
        match self.get("n_features_in_") {
            None if self.get("n_features_").is_some() => self.count("n_features_"),
            _ => self.count("n_features_in_"),
        }
    }

    fn wrong(&self, name: &str, id: Id) -> FormatError {
        if foreign(self.arena, id) {
            return unsupported!(
                "`{name}` of the {} is {}, which this server does not know and will not run",
                self.class,
                self.arena.kind(id)
            );
        }
        corrupt!(
            "`{name}` of the {} is {}, which no version of scikit-learn writes",
            self.class,
            self.arena.kind(id)
        )
    }

    /// An attribute that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&'d str> {
        self.arena.text(self.get(name)?)
    }

    /// Whether the attribute is true, as a bool of Python or numpy, or as a number.
    pub(super) fn flag(&self, name: &str) -> bool {
        let number = self.get(name).and_then(|id| numpy::number(self.arena, id));
        number.is_some_and(|number| number != 0.0)
    }

    /// An attribute that is a numpy array.
    pub(super) fn array(&self, name: &str) -> Result<Array<'d>, FormatError> {
        let id = self.attribute(name)?;
        numpy::array(self.arena, id)?.ok_or_else(|| self.wrong(name, id))
    }

    /// An attribute that is an array of numbers, or one number.
    pub(super) fn array_or_number(&self, name: &str) -> Result<Vec<f64>, FormatError> {
        let id = self.attribute(name)?;
        match numpy::array(self.arena, id)? {
            Some(array) => array.floats(),
            None => Ok(vec![self.number(name)?]),
        }
    }

    /// A number of Python or numpy.
    pub(super) fn number(&self, name: &str) -> Result<f64, FormatError> {
        let id = self.attribute(name)?;
        numpy::number(self.arena, id).ok_or_else(|| self.wrong(name, id))
    }

    /// A number that may be absent or None, and nothing else.
    pub(super) fn optional_number(&self, name: &str) -> Result<Option<f64>, FormatError> {
        self.get(name).map(|_| self.number(name)).transpose()
    }

    /// A number where the attribute is no text; anything else, such as a function, is refused.
    pub(super) fn optional_number_or_text(&self, name: &str) -> Result<Option<f64>, FormatError> {
        if self.text(name).is_some() {
            return Ok(None);
        }
        self.optional_number(name)
    }

    /// A number that is whole, not negative and fits 32 bits.
    pub(super) fn count(&self, name: &str) -> Result<usize, FormatError> {
        let number = self.number(name)?;
        if number.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&number) {
            return Err(corrupt!("`{name}` of the {} is {number}", self.class));
        }
        Ok(number as usize)
    }

    /// An object below this one.
    pub(super) fn part(&self, name: &str) -> Result<Part<'d>, FormatError> {
        let id = self.attribute(name)?;
        Part::new(self.arena, id).ok_or_else(|| self.wrong(name, id))
    }

    /// The one tree that this is the estimator of.
    pub(super) fn tree(&self) -> Result<Cow<'d, Tree>, FormatError> {
        let state = self.part("tree_")?.state;
        match self.arena.node(state) {
            Node::Tree(tree) => Ok(Cow::Borrowed(tree)),
            _ => trees::read(self.arena, state).map(Cow::Owned),
        }
    }

    /// The objects in a list or in an array.
    pub(super) fn parts(&self, name: &str) -> Result<Vec<Part<'d>>, FormatError> {
        let id = self.attribute(name)?;
        let ids = match self.arena.items(id) {
            Some(ids) => ids.to_vec(),
            None => match numpy::array(self.arena, id)? {
                Some(array) => array.objects().unwrap_or_default().to_vec(),
                None => return Err(self.wrong(name, id)),
            },
        };
        let part = |id: Id| Part::new(self.arena, id).ok_or_else(|| self.wrong(name, id));
        ids.into_iter().map(part).collect()
    }

    /// The library that the class is of: the first part of its module's name.
    pub(super) fn package(&self) -> &'d str {
        self.module.split('.').next().unwrap_or_default()
    }

    /// An attribute that is a number for each of `width` columns.
    pub(super) fn columns(&self, name: &str, width: usize) -> Result<Vec<f64>, FormatError> {
        let numbers = self.array(name)?.floats()?;
        if numbers.len() != width {
            return Err(corrupt!(
                "the {} was fitted on {} columns, and gets {width}",
                self.class,
                numbers.len()
            ));
        }
        Ok(numbers)
    }

    /// The class, where it is one of scikit-learn's own.
    pub(super) fn sklearn_class(&self) -> &'d str {
        if self.module.starts_with("sklearn.") {
            self.class
        } else {
            ""
        }
    }

    /// Whether the part answers by a rule that looks at no feature.
    pub(super) fn is_dummy(&self, class: &str) -> bool {
        self.module == "sklearn.dummy" && self.class == class
    }

    /// The scikit-learn that fitted the part, where it says so.
    pub(super) fn version_text(&self) -> Option<&'d str> {
        self.text("_sklearn_version")
    }

    /// Whether the part was written by this version or a later one; a part that does not tell is taken for a new one.
    pub(super) fn since(&self, major: u32, minor: u32) -> bool {
        let mut numbers = self
            .version_text()
            .unwrap_or_default()
            .split('.')
            .map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(a)), Some(Ok(b))) => (a, b) >= (major, minor),
            _ => true,
        }
    }
}
