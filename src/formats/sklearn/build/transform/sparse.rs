//! Which transformers give sparse rows: zeros are not stored there, and some numbers are computed in another order.

use super::{Id, Part, numpy};

/// Steps in steps deeper than this are not followed.
const MAX_DEPTH: usize = 16;

/// Whether a transformer gives sparse rows, where those that it gets are sparse or not.
pub(super) fn after(part: Part<'_>, before: bool) -> bool {
    within(part, before, MAX_DEPTH)
}

fn within(part: Part<'_>, before: bool, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return before;
    };
    let steps = |name: &str| {
        let steps = part.get(name).and_then(|id| part.arena.items(id));
        let object = |id: &Id| Part::new(part.arena, *part.arena.items(*id)?.get(1)?);
        steps.unwrap_or_default().iter().filter_map(object)
    };
    match part.class {
        "Pipeline" => steps("steps").fold(before, |sparse, step| within(step, sparse, depth)),
        "FeatureUnion" => steps("transformer_list").any(|member| within(member, before, depth)),
        "ColumnTransformer" => part.flag("sparse_output_"),
        // Renamed in 1.2, and on unless it says otherwise.
        "OneHotEncoder" => part.flag("sparse_output") || part.flag("sparse"),
        "KBinsDiscretizer" => part.text("encode") == Some("onehot"),
        "MissingIndicator" => match part.get("sparse") {
            Some(id) if part.arena.text(id).is_none() => {
                numpy::number(part.arena, id) == Some(1.0)
            }
            _ => before,
        },
        "OrdinalEncoder" | "TargetEncoder" | "PowerTransformer" => false,
        _ => before,
    }
}
