//! The steps of what holds others, by their names.

use super::{ADVICE, FormatError, Id, Part, corrupt, unsupported};

/// Searches for the best parameters: they answer as the estimator does that they have fitted last.
const SEARCHES: [&str; 6] = [
    "GridSearchCV",
    "RandomizedSearchCV",
    "HalvingGridSearchCV",
    "HalvingRandomSearchCV",
    "BayesSearchCV",
    "OptunaSearchCV",
];

/// A step of a pipeline, or a member of what holds several.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Step<'d> {
    Part(Part<'d>),
    /// `"passthrough"`, or None in a pipeline.
    Passthrough,
    /// `"drop"`, or None among members.
    Drop,
}

impl<'d> Step<'d> {
    /// What the object is; `none` is what None means where it stands.
    pub(super) fn of(
        holder: Part<'d>,
        name: &str,
        object: Id,
        none: Step<'d>,
    ) -> Result<Self, FormatError> {
        let arena = holder.arena;
        match arena.text(object) {
            Some("passthrough") => return Ok(Self::Passthrough),
            Some("drop") => return Ok(Self::Drop),
            _ if arena.is_none(object) => return Ok(none),
            _ => {}
        }
        match Part::new(arena, object) {
            Some(part) => Ok(Self::Part(part)),
            None => Err(unsupported!(
                "the step `{name}` of the {} is {}, which this server does not know and will not run; {ADVICE}",
                holder.class,
                arena.kind(object)
            )),
        }
    }
}

/// Names and objects of a list of tuples that begin with them.
pub(super) fn list<'d>(
    holder: Part<'d>,
    attribute: &str,
) -> Result<Vec<(&'d str, &'d [Id])>, FormatError> {
    let arena = holder.arena;
    let steps = holder.attribute(attribute)?;
    let step = |id: &Id| {
        let items = arena.items(*id).unwrap_or_default();
        let name = items.first().and_then(|name| arena.text(*name));
        match (name, items.get(1..)) {
            (Some(name), Some(rest)) if !rest.is_empty() => Ok((name, rest)),
            _ => Err(corrupt!(
                "a step of the {} is {}",
                holder.class,
                arena.kind(*id)
            )),
        }
    };
    arena
        .items(steps)
        .unwrap_or_default()
        .iter()
        .map(step)
        .collect()
}

/// The estimator that answers for a search, or the part itself.
pub(in super::super) fn found(mut part: Part<'_>) -> Result<Part<'_>, FormatError> {
    // A search in a search is odd, but no error.
    for _ in 0..4 {
        if !SEARCHES.contains(&part.class) {
            break;
        }
        part = part.part("best_estimator_")?;
    }
    Ok(part)
}

/// The first part inside another one that has seen its rows.
pub(in super::super) fn first_inside(part: Part<'_>) -> Result<Option<Part<'_>>, FormatError> {
    if part.get("steps").is_some() {
        for (name, rest) in list(part, "steps")? {
            if let Step::Part(inside) = Step::of(part, name, rest[0], Step::Passthrough)? {
                return Ok(Some(inside));
            }
        }
        return Ok(None);
    }
    if part.class == "FeatureUnion" {
        for (name, rest) in list(part, "transformer_list")? {
            if let Step::Part(inside) = Step::of(part, name, rest[0], Step::Drop)? {
                return Ok(Some(inside));
            }
        }
        return Ok(None);
    }
    for attribute in [
        "best_estimator_",
        "estimator_",
        "regressor_",
        "base_estimator_",
    ] {
        if part.get(attribute).is_some() {
            return part.part(attribute).map(Some);
        }
    }
    for attribute in ["estimators_", "calibrated_classifiers_"] {
        if part.get(attribute).is_some() {
            let first = part.parts(attribute)?.first().copied();
            // What a calibrated classifier holds is called otherwise, and was fitted before.
            return Ok(first.map(|first| match first.class {
                "_CalibratedClassifier" => first
                    .part("estimator")
                    .or_else(|_| first.part("base_estimator"))
                    .unwrap_or(first),
                _ => first,
            }));
        }
    }
    Ok(None)
}
