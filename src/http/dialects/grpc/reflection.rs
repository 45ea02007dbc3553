//! `grpc.reflection`: the descriptions of the services, in both of its versions.

use super::{
    frame,
    messages::{
        Files, ReflectionError, ReflectionRequest, ReflectionResponse, Service, Services, Told,
        Wish,
    },
    stream::{self, Next},
    walk::Fields,
};
use crate::http::{
    dialects::{Call, Coming},
    media::ResponseBody,
    problem::{Code, Failure},
    state::State,
};
use bytes::{Bytes, BytesMut};
use futures_util::stream as streams;
use http_body_util::BodyExt;
use hyper::Response;
use std::sync::LazyLock;
use tokio::sync::watch;

/// What `proto/` describes, as a `FileDescriptorSet`. A test makes it again.
static DESCRIPTORS: &[u8] = include_bytes!("proto/descriptors.bin");

/// The most bytes that a question may have.
const MOST: usize = 4 << 10;

/// A file of descriptions: its name, what it describes by full name, and its bytes.
struct File {
    name: String,
    services: Vec<String>,
    symbols: Vec<String>,
    bytes: Bytes,
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let files = parts(DESCRIPTORS, 1);
    files.map(file).collect()
});

/// The names of all services.
pub(super) fn services() -> impl Iterator<Item = &'static str> {
    FILES
        .iter()
        .flat_map(|file| file.services.iter().map(String::as_str))
}

/// The fields of one number in a message that is ours.
fn parts(message: &'static [u8], number: u64) -> impl Iterator<Item = &'static [u8]> {
    let fields = Fields(message).filter_map(Result::ok);
    let fields = fields.filter(move |(found, _)| *found == number);
    fields.filter_map(|(_, field)| field.bytes().ok())
}

fn text(message: &'static [u8], number: u64) -> String {
    let found = parts(message, number).next().unwrap_or_default();
    String::from_utf8_lossy(found).into_owned()
}

/// Reads a `FileDescriptorProto`: name 1, package 2, messages 4, enumerations 5, services 6.
fn file(message: &'static [u8]) -> File {
    let package = text(message, 2);
    let full = |part| format!("{package}.{}", text(part, 1));
    let services: Vec<String> = parts(message, 6).map(full).collect();
    let mut symbols = services.clone();
    for service in parts(message, 6) {
        let methods = parts(service, 2);
        symbols.extend(methods.map(|method| format!("{}.{}", full(service), text(method, 1))));
    }
    for part in parts(message, 4).chain(parts(message, 5)) {
        nested(part, &package, &mut symbols);
    }
    File {
        name: text(message, 1),
        services,
        symbols,
        bytes: Bytes::from_static(message),
    }
}

/// A message with those in it: name 1, messages 3, enumerations 4. Our own files nest them once or twice.
fn nested(part: &'static [u8], within: &str, symbols: &mut Vec<String>) {
    let name = format!("{within}.{}", text(part, 1));
    for part in parts(part, 3).chain(parts(part, 4)) {
        symbols.push(format!("{name}.{}", text(part, 1)));
    }
    symbols.push(name);
}

/// Answers every question, until the client has no more.
pub(super) fn info(
    state: &State,
    call: &Call,
    body: Coming,
) -> Result<Response<ResponseBody>, Failure> {
    frame::spoken(call)?;
    let questions = Questions {
        body,
        come: BytesMut::new(),
        changes: state.readiness.watch(),
    };
    let answers = streams::unfold(Some(questions), |questions| async move {
        let mut questions = questions?;
        match questions.next().await {
            Ok(Some(request)) => {
                let message = frame::framed(&answer(request));
                Some((Next::Message(message), Some(questions)))
            }
            Ok(None) => None,
            Err(end) => Some((end, None)),
        }
    });
    Ok(stream::answer(answers))
}

/// The questions of a client, as they come.
struct Questions {
    body: Coming,
    come: BytesMut,
    changes: watch::Receiver<Option<&'static str>>,
}

impl Questions {
    /// The next one, nothing if there is none, or how the stream ends instead.
    async fn next(&mut self) -> Result<Option<ReflectionRequest>, Next> {
        let wrong = |code: Code, why| Err(Next::End(code.grpc(), why));
        loop {
            if let Some((message, _)) = frame::first(&self.come) {
                let length = frame::PREFIX + message.len();
                let request = prost::Message::decode(message);
                let compressed = frame::is_compressed(&self.come);
                let Ok(request) = request else {
                    return wrong(Code::InvalidMessage, "not a reflection request");
                };
                if compressed {
                    return wrong(
                        Code::NotSupported,
                        "reflection reads no compressed messages",
                    );
                }
                let _read = self.come.split_to(length);
                return Ok(Some(request));
            }
            if self.come.len() > MOST {
                return wrong(Code::BodyTooLarge, "the question is too long");
            }
            let frame = tokio::select! {
                biased;
                frame = self.body.frame() => frame,
                () = stream::draining(&mut self.changes) => return Err(Next::draining()),
                () = tokio::time::sleep(stream::PATIENCE) => {
                    return wrong(Code::BodyTimeout, "no question came for a minute");
                }
            };
            match frame {
                None if self.come.is_empty() => return Ok(None),
                None | Some(Err(_)) => {
                    return wrong(Code::IncompleteBody, "the question ended early");
                }
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.come.extend_from_slice(&data);
                    }
                }
            }
        }
    }
}

fn answer(request: ReflectionRequest) -> ReflectionResponse {
    let told = match &request.wish {
        Some(Wish::Services(_)) => {
            let names = services().map(str::to_owned);
            let services = names.map(|name| Service { name }).collect();
            Told::Services(Services { services })
        }
        Some(Wish::File(name)) => found(|file| file.name == *name),
        Some(Wish::Symbol(symbol)) => found(|file| file.symbols.contains(symbol)),
        Some(Wish::Extension(_) | Wish::Extensions(_)) => found(|_| false),
        None => unknown(Code::InvalidMessage, "no question"),
    };
    ReflectionResponse {
        valid_host: request.host.clone(),
        original_request: Some(request),
        told: Some(told),
    }
}

fn found(is: impl Fn(&File) -> bool) -> Told {
    let Some(file) = FILES.iter().find(|file| is(file)) else {
        return unknown(Code::UnknownModel, "nothing of this name is described here");
    };
    let files = vec![file.bytes.clone()];
    Told::Files(Files { files })
}

fn unknown(code: Code, message: &str) -> Told {
    Told::Error(ReflectionError {
        code: code.grpc().into(),
        message: message.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// What protox makes of `proto/`.
    fn compiled() -> Vec<u8> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/dialects/grpc/proto");
        let files = [
            "health.proto",
            "open_inference.proto",
            "reflection_v1.proto",
            "reflection_v1alpha.proto",
        ];
        let mut compiler = protox::Compiler::new([&dir]).unwrap();
        compiler
            .include_source_info(false)
            .open_files(files)
            .unwrap();
        compiler.encode_file_descriptor_set()
    }

    #[test]
    fn the_descriptions_are_made_of_the_files_beside_them() {
        let made = compiled();
        if std::env::var_os("WRITE_DESCRIPTORS").is_some() {
            let path = "src/http/dialects/grpc/proto/descriptors.bin";
            std::fs::write(path, &made).unwrap();
        }
        assert!(
            made == std::fs::read("src/http/dialects/grpc/proto/descriptors.bin").unwrap(),
            "WRITE_DESCRIPTORS=1 makes them again"
        );
    }

    #[test]
    fn every_method_that_is_described_is_routed_and_no_other() {
        use crate::{config::Server, http::dialects::Dialect};
        let mut described: Vec<String> = Vec::new();
        for file in FILES.iter() {
            for service in &file.services {
                let methods = file.symbols.iter();
                let methods = methods
                    .filter_map(|name| name.strip_prefix(service.as_str())?.strip_prefix('.'));
                described.extend(methods.map(|method| format!("/{service}/{method}")));
            }
        }
        let routes = super::super::Grpc::routes(&Server::default()).into_iter();
        let mut routed: Vec<_> = routes.map(|route| route.path.into_owned()).collect();
        described.sort();
        routed.sort();
        assert_eq!(described, routed);
    }
}
