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
    pub(in super::super) fn of(
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
                "the step `{name}` is {}, which this server does not know and will not run; {ADVICE}",
                arena.kind(object)
            )),
        }
    }
}

/// Names and objects of a list of tuples that begin with them.
pub(in super::super) fn list<'d>(
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

/// The estimator that answers for a search or that was frozen, or the part itself.
pub(in super::super) fn found(mut part: Part<'_>) -> Result<Part<'_>, FormatError> {
    // A search in a search is odd, but no error.
    for _ in 0..4 {
        part = match part.class {
            class if SEARCHES.contains(&class) => part.part("best_estimator_")?,
            "FrozenEstimator" if part.package() == "sklearn" => part.part("estimator")?,
            _ => break,
        };
    }
    Ok(part)
}

/// The parts inside another one that get its rows: the first that does something of a pipeline, all of a union or of an ensemble.
pub(in super::super) fn with_its_rows(part: Part<'_>) -> Result<Vec<Part<'_>>, FormatError> {
    let mut inside = Vec::new();
    if part.get("steps").is_some() {
        for (name, rest) in list(part, "steps")? {
            if let Step::Part(step) = Step::of(part, name, rest[0], Step::Passthrough)? {
                inside.push(step);
                // What changes no columns may not have counted them.
                if step.class != "FunctionTransformer" {
                    break;
                }
            }
        }
    } else if part.class == "FeatureUnion" {
        for (name, rest) in list(part, "transformer_list")? {
            if let Step::Part(step) = Step::of(part, name, rest[0], Step::Drop)? {
                inside.push(step);
            }
        }
    }
    for attribute in [
        "best_estimator_",
        "estimator_",
        "regressor_",
        "base_estimator_",
        "estimator",
        "base_estimator",
    ] {
        let found = part.get(attribute);
        inside.extend(found.and_then(|id| Part::new(part.arena, id)));
    }
    for attribute in ["estimators_", "calibrated_classifiers_"] {
        if part.get(attribute).is_some() {
            inside.extend(part.parts(attribute).unwrap_or_default());
        }
    }
    Ok(inside)
}
