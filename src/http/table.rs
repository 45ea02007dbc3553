//! Every route of the server, and what answers there.

use super::{
    dialects::{
        self, Dialect, Target, Written, grpc::Grpc, mlflow::Mlflow, native::Native, v1::V1, v2::V2,
        vertex,
    },
    media::{self, MediaType},
    pages::{self, Which},
    predict::{self, Predict},
    problem::Failure,
    routes::{Guard, Route, Table},
};
use crate::config::Server;
use hyper::http::request::Parts;

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
        weigh: fn(&[u8]) -> usize,
    },
    Tell(dialects::Tell),
    Ask {
        reads: &'static [MediaType],
        ask: dialects::Ask,
    },
    Converse {
        reads: &'static [MediaType],
        converse: dialects::Converse,
    },
    Negotiate(dialects::Negotiate),
    Page(Which),
}

/// The format of failures on pages, and where nobody knows a better one.
pub(super) const WITHOUT_ROUTE: TellFailure = Native::tell;

/// The format of failures where there is no route: that of the protocol that the client seems to speak.
pub(super) fn without_route(head: &Parts) -> TellFailure {
    if media::is_grpc(&head.headers) {
        Grpc::tell
    } else if head.uri.path().starts_with("/v2/") {
        V2::tell
    } else {
        WITHOUT_ROUTE
    }
}

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
    let routes = dialects(server).chain(routes_of::<Grpc>(server));
    Table::new(routes.chain(pages))
}

/// The routes of all dialects that the document describes. Of two at a path the first one answers: those of Vertex AI are where its variables say.
fn dialects(server: &Server) -> impl Iterator<Item = Route<Entry>> {
    routes_of::<vertex::Vertex>(server)
        .chain(routes_of::<Native>(server))
        .chain(routes_of::<Mlflow>(server))
        .chain(routes_of::<V1>(server))
        .chain(routes_of::<V2>(server))
}

fn routes_of<D: Dialect>(server: &Server) -> impl Iterator<Item = Route<Entry>> + use<D> {
    let entry = |guard, target| Entry {
        guard,
        answer: match target {
            Target::Predict(form) => Answer::Predict {
                reads: D::READS,
                predict: predict::handler::<D>(form),
                weigh: D::weigh,
            },
            Target::Tell(tell) => Answer::Tell(tell),
            Target::Ask(ask) => Answer::Ask {
                reads: D::READS,
                ask,
            },
            Target::Converse(converse) => Answer::Converse {
                reads: D::READS,
                converse,
            },
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
    use crate::{config::Vertex, http::openapi};

    #[test]
    fn the_document_declares_the_routes_of_the_dialects_and_no_others() {
        let vertex = Vertex {
            predict_route: Some("/vertex".to_owned()),
            health_route: Some("/vertex/health".to_owned()),
        };
        let document = openapi::document_at(None, &vertex);
        let mut declared: Vec<_> = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                declared.push((method.to_uppercase(), path.clone(), id));
            }
        }
        let server = Server {
            vertex,
            docs: false,
            ..Server::default()
        };
        let routes = dialects(&server).map(|route| {
            let path = route.path.into_owned();
            let mut name = route.operation.to_owned();
            // Operations of a document have names of their own.
            if path.contains("{version}") {
                name.push_str("_version");
            }
            (route.method.to_string(), path, name)
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
