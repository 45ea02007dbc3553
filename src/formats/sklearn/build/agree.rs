//! Whether files that lie beside one another belong together: what each says of the columns is held against the others.

use super::{FormatError, corrupt, unsupported};
use crate::{
    formats::{MAX_FEATURES, Named, Takes},
    input::Schema,
};

/// What one file says of the columns that it gets.
pub(super) struct Says {
    pub(super) from: String,
    pub(super) takes: Takes,
    /// Whether it makes one column of each, and so may say it of some of the columns only.
    pub(super) some: bool,
}

/// The names and the number of the columns of the table: what the file says that knows most of them. The others must not contradict it.
/// `before` are the files before the model, in their order, and `listed` lists of names.
pub(super) fn columns(
    before: Vec<Says>,
    listed: &[Named],
    (model_name, model): (&str, &Takes),
    told: Option<&Schema>,
    notes: &mut Vec<String>,
) -> Result<(Option<Vec<String>>, usize), FormatError> {
    let all_keep = before.iter().all(|says| says.some);
    // What follows others than these gets what they make, and not the table.
    let table = before.iter().take_while(|says| says.some).count() + 1;
    let mut says: Vec<Says> = before.into_iter().take(table).collect();
    if all_keep {
        says.push(Says {
            from: model_name.to_owned(),
            takes: model.clone(),
            some: false,
        });
    }
    let width = says.iter().filter_map(|says| says.takes.width).max();
    for Named { from, names } in listed {
        // Behind a preprocessor some keep the names of what it makes.
        if !all_keep && model.width == Some(names.len()) && width.is_some_and(|n| n != names.len())
        {
            notes.push(format!(
                "`{from}` names what comes out of the files before the model, and is not needed"
            ));
            continue;
        }
        notes.push(format!("`{from}` is taken for the names of the columns"));
        says.push(Says {
            from: from.clone(),
            takes: Takes::named(names.clone()),
            some: false,
        });
    }
    let told = told.map(|told| Says {
        from: "the signature in MLmodel".to_owned(),
        takes: Takes::of(told),
        some: false,
    });
    says.extend(told);
    settled(&says, model_name)
}

fn settled(says: &[Says], model: &str) -> Result<(Option<Vec<String>>, usize), FormatError> {
    let most = says.iter().rev().max_by_key(|says| {
        let named = says.takes.given_names().is_some();
        (says.takes.width.unwrap_or(0), named)
    });
    let Some((most, width)) = most.and_then(|most| Some((most, most.takes.width?))) else {
        return Err(unsupported!(
            "neither `{model}` nor a file beside it says how many columns there are; write list(X.columns) to columns.json"
        ));
    };
    if width > MAX_FEATURES {
        return Err(corrupt!("`{}` takes {width} columns", most.from));
    }
    let names = most.takes.given_names();
    if let Some(names) = names {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        if let Some([name, _]) = sorted.array_windows().find(|[a, b]| a == b) {
            return Err(corrupt!(
                "`{}` names two columns {}",
                most.from,
                name.escape_debug()
            ));
        }
    }
    for says in says {
        let some = says.some && places(&says.takes, names).is_some();
        if says.takes.width.is_some_and(|n| n != width) && !some {
            return Err(differ(says, most));
        }
        let own = says.takes.given_names().filter(|_| !some);
        if let (Some(own), Some(names)) = (own, names)
            && !own
                .iter()
                .map(|name| plain(name))
                .eq(names.iter().map(|name| plain(name)))
        {
            return Err(corrupt!(
                "`{}` and `{}` name other columns, or the same ones in another order",
                says.from,
                most.from
            ));
        }
    }
    Ok((names.map(<[String]>::to_vec), width))
}

fn differ(one: &Says, other: &Says) -> FormatError {
    let width = |says: &Says| says.takes.width.unwrap_or(0);
    corrupt!(
        "`{}` takes {} columns, and `{}` takes {}: they do not belong together, or something between them is in no file",
        one.from,
        width(one),
        other.from,
        width(other)
    )
}

/// LightGBM and XGBoost write other characters for some.
fn plain(name: &str) -> String {
    name.replace(|c: char| !c.is_alphanumeric(), "")
}

/// The places of the columns that are named, if all of them are among `names` and come once.
pub(super) fn places(takes: &Takes, names: Option<&[String]>) -> Option<Vec<usize>> {
    let (own, names) = (takes.given_names()?, names?);
    let places: Option<Vec<usize>> = own
        .iter()
        .map(|name| names.iter().position(|known| known == name))
        .collect();
    places.filter(|places| places.len() < names.len())
}

/// Refuses a row of `given` numbers, which `from` has made, where `name` takes another number of them.
pub(super) fn widths(
    takes: &Takes,
    name: &str,
    given: usize,
    from: &str,
) -> Result<(), FormatError> {
    match takes.width {
        Some(width) if width != given => Err(corrupt!(
            "`{name}` takes {width} columns, and gets {given} from `{from}`: they do not belong together, or something between them is in \
             no file"
        )),
        _ => Ok(()),
    }
}
