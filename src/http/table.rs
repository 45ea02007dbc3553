//! Every route of the server, and what answers there.

use super::{
    dialects::{self, Dialect, Target, Written, native::Native},
    media::MediaType,
    pages::{self, Which},
    predict::{self, Predict},
    problem::Failure,
    routes::{Guard, Route, Table},
};
use crate::config::Server;

/// The format of failures at a route.
pub(super) type TellFailure = fn(&Failure) -> Written;

/// What is at a route.
pub(super) struct Entry {
    pub(super) guard: Guard,
    pub(super) answer: Answer,
    pub(super) tell: TellFailure,
}

/// What answers at a route.
pub(super) enum Answer {
    Predict {
        reads: &'static [MediaType],
        predict: Predict,
    },
    Tell(dialects::Tell),
    Negotiate(dialects::Negotiate),
    Page(Which),
}

/// The format of failures where there is no route.
pub(super) const WITHOUT_ROUTE: TellFailure = Native::tell;

/// The table of all routes. Another dialect adds a line here.
pub(super) fn table(server: &Server) -> Table<Entry> {
    let pages = pages::routes(server.docs).into_iter();
    let pages = pages.map(|route| {
        let guard = route.guard;
        route.map(|which| Entry {
            guard,
            answer: Answer::Page(which),
            tell: WITHOUT_ROUTE,
        })
    });
    Table::new(routes_of::<Native>(server).chain(pages))
}

fn routes_of<D: Dialect>(server: &Server) -> impl Iterator<Item = Route<Entry>> {
    let entry = |guard, target| Entry {
        guard,
        answer: match target {
            Target::Predict(form) => Answer::Predict {
                reads: D::READS,
                predict: predict::handler::<D>(form),
            },
            Target::Tell(tell) => Answer::Tell(tell),
            Target::Negotiate(negotiate) => Answer::Negotiate(negotiate),
        },
        tell: D::tell,
    };
    let routes = D::routes(server).into_iter();
    routes.map(move |route| {
        let guard = route.guard;
        route.map(|target| entry(guard, target))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::openapi;

    #[test]
    fn the_document_declares_the_routes_of_the_dialect_and_no_others() {
        let document = openapi::document(None);
        let mut declared: Vec<_> = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                declared.push((method.to_uppercase(), path.clone(), id));
            }
        }
        let routes = Native::routes(&Server::default()).into_iter();
        let routes = routes.map(|route| {
            let (method, name) = (route.method.to_string(), route.operation.to_owned());
            (method, route.path.into_owned(), name)
        });
        let mut routes: Vec<_> = routes.collect();
        declared.sort();
        routes.sort();
        assert_eq!(declared, routes);
    }

    #[test]
    fn without_docs_there_are_no_pages_for_people() {
        let with_docs = |docs| {
            let server = Server {
                docs,
                ..Server::default()
            };
            let operations = table(&server).operations().to_vec();
            ["docs", "root", "openapi"].map(|page| operations.contains(&page))
        };
        assert_eq!(with_docs(true), [true; 3]);
        assert_eq!(with_docs(false), [false, false, true]);
    }
}
