//! One object of a model: its attributes by name, with errors that name it.

use super::{
    super::{
        array::Array,
        id::Id,
        numpy,
        record::{Arena, Node},
    },
    corrupt, unsupported,
};
use crate::{formats::FormatError, input::Word};

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
    /// The object `id`; nothing where it is a value of another kind.
    pub(super) fn new(arena: &'d Arena<'d>, id: Id) -> Option<Self> {
        let (module, class) = arena.class(id)?;
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
            corrupt!(
                "the {} has no `{name}`: it is not fitted, or of an unknown version; fit it and log it again",
                self.class
            )
        })
    }

    fn wrong(&self, name: &str, id: Id) -> FormatError {
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

    /// Whether the attribute is True.
    pub(super) fn flag(&self, name: &str) -> bool {
        match self.get(name).map(|id| self.arena.node(id)) {
            Some(Node::Bool(flag)) => *flag,
            _ => false,
        }
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

    /// The names of the columns that the part was fitted on, where they had names.
    ///
    /// In 0.24 only a `ColumnTransformer` kept them.
    pub(super) fn feature_names(&self) -> Option<Result<Vec<String>, FormatError>> {
        let kept = ["feature_names_in_", "_feature_names_in"];
        let id = kept.iter().find_map(|name| self.get(name))?;
        let names = super::cells::values(*self, id).map(|values| {
            let text = |value| match value {
                Some(Word::Text(text)) => Some(text),
                _ => None,
            };
            values
                .into_iter()
                .map(text)
                .collect::<Option<Vec<String>>>()
        });
        let names = match names {
            Ok(names) => names?,
            Err(error) => return Some(Err(error)),
        };
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        Some(match sorted.array_windows().find(|[a, b]| a == b) {
            Some([name, _]) => Err(unsupported!(
                "two columns of the model are called `{name}`; give them different names"
            )),
            None => Ok(names),
        })
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
