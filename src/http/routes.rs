//! The table of routes: which paths there are, which methods each of them takes, and what answers.

use hyper::Method;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The parameters of a path that name the model and its version. The door answers 404 for any other model than the one served.
pub(super) const MODEL: &str = "model";
pub(super) const VERSION: &str = "version";

/// One line of the table.
#[derive(Debug)]
pub(super) struct Route<T> {
    /// A GET answers HEAD as well.
    pub(super) method: Method,
    /// A path. A segment of it may be a parameter, `{name}`, with text after it: `/v1/models/{model}:predict`.
    pub(super) path: Cow<'static, str>,
    /// What the route is called in metrics. Routes may share a name.
    pub(super) operation: &'static str,
    /// What a request needs, where keys are needed.
    pub(super) guard: Guard,
    /// What answers.
    pub(super) target: T,
}

/// What a route is for, as far as keys go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Guard {
    /// It needs a key.
    #[default]
    Key,
    /// It is asked by what runs the server: health.
    Probe,
    /// It is asked by what watches the server.
    Metrics,
    /// It describes the API.
    Page,
}

impl<T> Route<T> {
    pub(super) const fn new(
        method: Method,
        path: &'static str,
        operation: &'static str,
        target: T,
    ) -> Self {
        Self {
            method,
            path: Cow::Borrowed(path),
            operation,
            guard: Guard::Key,
            target,
        }
    }

    /// The same route with another guard.
    pub(super) fn guarded(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// The same route with another target.
    pub(super) fn map<U>(self, to: impl FnOnce(T) -> U) -> Route<U> {
        Route {
            method: self.method,
            path: self.path,
            operation: self.operation,
            guard: self.guard,
            target: to(self.target),
        }
    }
}

/// The parameters of a path, by name and decoded. A path without parameters has an empty list, which costs nothing.
pub(super) type Params = Vec<(String, String)>;

/// What is at a path for a method.
#[derive(Debug)]
pub(super) enum Found<'t, T> {
    Route {
        target: &'t T,
        /// The place of the route's name in [`Table::operations`].
        operation: usize,
        /// The path of the table, with the names of its parameters.
        pattern: &'t str,
        params: Params,
    },
    /// The path takes these methods only.
    WrongMethod {
        pattern: &'t str,
        allow: &'t str,
    },
    Nothing,
}

/// All routes, by path.
#[derive(Debug)]
pub(super) struct Table<T> {
    paths: Vec<Path<T>>,
    operations: Vec<&'static str>,
}

#[derive(Debug)]
struct Path<T> {
    pattern: Cow<'static, str>,
    /// Whether the pattern has no parameter.
    literal: bool,
    /// Method, place in `operations`, target.
    takes: Vec<(Method, usize, T)>,
    allow: String,
}

impl<T> Table<T> {
    /// Of two paths that fit a request, a literal one wins, then the one with more text beside its parameters, then the earlier one.
    pub(super) fn new(routes: impl IntoIterator<Item = Route<T>>) -> Self {
        let mut table = Self {
            paths: Vec::new(),
            operations: Vec::new(),
        };
        for route in routes {
            table.add(route);
        }
        // Literal paths stay in their order, the most used ones first.
        table.paths.sort_by_key(|path| {
            let more = text(&path.pattern);
            (!path.literal).then_some(std::cmp::Reverse(more))
        });
        table
    }

    fn add(&mut self, route: Route<T>) {
        let named = self
            .operations
            .iter()
            .position(|name| *name == route.operation);
        let operation = named.unwrap_or_else(|| {
            self.operations.push(route.operation);
            self.operations.len() - 1
        });
        let found = self
            .paths
            .iter()
            .position(|path| path.pattern == route.path);
        let at = found.unwrap_or_else(|| {
            self.paths.push(Path {
                literal: !route.path.contains('{'),
                pattern: route.path,
                takes: Vec::new(),
                allow: String::new(),
            });
            self.paths.len() - 1
        });
        let path = &mut self.paths[at];
        if !path.allow.is_empty() {
            path.allow.push_str(", ");
        }
        path.allow.push_str(route.method.as_str());
        if route.method == Method::GET {
            path.allow.push_str(", HEAD");
        }
        path.takes.push((route.method, operation, route.target));
    }

    /// The names of all operations, each of them once.
    pub(super) fn operations(&self) -> &[&'static str] {
        &self.operations
    }

    /// What answers `method` at `path`.
    pub(super) fn find(&self, method: &Method, path: &str) -> Found<'_, T> {
        let Some((at, params)) = self.at(path) else {
            return Found::Nothing;
        };
        let method = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        match at.takes.iter().find(|(takes, ..)| takes == method) {
            Some((_, operation, target)) => Found::Route {
                target,
                operation: *operation,
                pattern: &at.pattern,
                params,
            },
            None => Found::WrongMethod {
                pattern: &at.pattern,
                allow: &at.allow,
            },
        }
    }

    /// Whether there is anything at `path`, whatever the method.
    pub(super) fn has(&self, path: &str) -> bool {
        self.at(path).is_some()
    }

    /// `path` without the slashes at its end, if it ends with one and there is a route at the rest.
    pub(super) fn without_slash<'p>(&self, path: &'p str) -> Option<&'p str> {
        let shorter = path.trim_end_matches('/');
        (shorter.len() < path.len() && self.has(shorter)).then_some(shorter)
    }

    fn at(&self, path: &str) -> Option<(&Path<T>, Params)> {
        self.paths.iter().find_map(|at| {
            if at.literal {
                return (at.pattern == path).then(|| (at, Params::new()));
            }
            Some((at, fit(&at.pattern, path)?))
        })
    }
}

/// How many bytes of text a pattern has beside its parameters.
fn text(pattern: &str) -> usize {
    let segments = pattern.split('/');
    let lengths = segments.map(|segment| parameter(segment).map_or(segment, |(_, after)| after));
    lengths.map(str::len).sum()
}

/// The name of a segment that is a parameter, and the text after it.
fn parameter(segment: &str) -> Option<(&str, &str)> {
    segment.strip_prefix('{')?.split_once('}')
}

/// The parameters of `path`, if it fits the pattern. A parameter is never empty.
fn fit(pattern: &str, path: &str) -> Option<Params> {
    let slashes = |text: &str| text.bytes().filter(|byte| *byte == b'/').count();
    let pairs = || pattern.split('/').zip(path.split('/'));
    // Most patterns do not fit. Nothing is made of those.
    let fits = slashes(pattern) == slashes(path)
        && pairs().all(|(wanted, segment)| value(wanted, segment).is_some());
    let values = pairs().filter_map(|(wanted, segment)| value(wanted, segment));
    let values = values.filter(|(name, _)| !name.is_empty());
    fits.then(|| {
        let decoded = |(name, value): (&str, &str)| {
            let value = percent_decode_str(value).decode_utf8_lossy();
            (name.to_owned(), value.into_owned())
        };
        values.map(decoded).collect()
    })
}

/// The name and the value of a parameter, if a segment fits; both empty where it is none.
fn value<'p>(wanted: &'p str, segment: &'p str) -> Option<(&'p str, &'p str)> {
    let Some((name, after)) = parameter(wanted) else {
        return (segment == wanted).then_some(("", ""));
    };
    let value = segment.strip_suffix(after).filter(|v| !v.is_empty())?;
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<&'static str> {
        let route = |method, path, name| Route::new(method, path, name, name);
        Table::new([
            route(Method::GET, "/v1/models/{model}", "v1_model"),
            route(Method::POST, "/v1/models/{model}:predict", "v1_predict"),
            route(Method::POST, "/v2/models/{model}/infer", "infer"),
            route(
                Method::POST,
                "/v2/models/{model}/versions/{v}/infer",
                "infer",
            ),
            route(Method::GET, "/v2/models/list/infer", "list"),
            route(Method::POST, "/both", "write"),
            route(Method::GET, "/both", "read"),
        ])
    }

    fn found(method: &Method, path: &str) -> String {
        match table().find(method, path) {
            Found::Route { target, params, .. } => {
                let params = params
                    .iter()
                    .map(|(name, value)| format!(" {name}={value}"));
                format!("{target}{}", params.collect::<String>())
            }
            Found::WrongMethod { allow, .. } => format!("takes {allow}"),
            Found::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_parameter_is_a_segment_with_or_without_text_after_it() {
        for (method, path, expected) in [
            (Method::GET, "/v1/models/iris", "v1_model model=iris"),
            (
                Method::POST,
                "/v1/models/iris:predict",
                "v1_predict model=iris",
            ),
            (
                Method::POST,
                "/v1/models/a%20b:predict",
                "v1_predict model=a b",
            ),
            (Method::POST, "/v2/models/iris/infer", "infer model=iris"),
            (
                Method::POST,
                "/v2/models/iris/versions/3/infer",
                "infer model=iris v=3",
            ),
            (Method::GET, "/v1/models/", "nothing"),
            (Method::POST, "/v1/models/:predict", "takes GET, HEAD"),
            (Method::POST, "/v2/models/iris/infer/more", "nothing"),
            (Method::POST, "/v2/models/a/b/infer", "nothing"),
        ] {
            assert_eq!(found(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_literal_path_wins_and_then_the_one_with_more_text() {
        assert_eq!(found(&Method::GET, "/v2/models/list/infer"), "list");
        // The path ends in `:predict`, so it is not the model called `iris:predict`.
        assert_eq!(found(&Method::GET, "/v1/models/iris:predict"), "takes POST");
    }

    #[test]
    fn head_is_answered_as_get_and_other_methods_learn_what_the_path_takes() {
        assert_eq!(found(&Method::HEAD, "/both"), "read");
        assert_eq!(found(&Method::DELETE, "/both"), "takes POST, GET, HEAD");
        assert_eq!(found(&Method::OPTIONS, "/both"), "takes POST, GET, HEAD");
    }

    #[test]
    fn routes_of_one_name_are_one_operation() {
        let names = ["v1_model", "v1_predict", "infer", "list", "write", "read"];
        assert_eq!(table().operations(), names);
    }

    #[test]
    fn a_slash_too_many_is_told_from_a_path_that_is_not_there() {
        let table = table();
        assert_eq!(table.without_slash("/both/"), Some("/both"));
        assert_eq!(table.without_slash("/both//"), Some("/both"));
        assert_eq!(table.without_slash("/v1/models/a/"), Some("/v1/models/a"));
        assert_eq!(table.without_slash("/both"), None);
        assert_eq!(table.without_slash("/other/"), None);
    }
}
