//! `grpc.health.v1.Health`: whether predictions are served, for the server as a whole and for each of its services.

use super::{
    about::message,
    frame,
    messages::{HealthCheckRequest, HealthCheckResponse, ServingStatus},
    reflection,
    stream::{self, Next},
};
use crate::http::{
    dialects::{Call, Coming, Written},
    media::ResponseBody,
    problem::{Code, Failure},
    routes::Params,
    state::State,
};
use futures_util::{StreamExt, stream as streams};
use http_body_util::{BodyExt, Limited};
use hyper::Response;
use tokio::sync::watch;

/// The most bytes that a question may have.
const MOST: usize = 1 << 10;

fn status(service: &str, reason: Option<&str>) -> ServingStatus {
    let known = service.is_empty() || reflection::services().any(|known| known == service);
    match reason {
        _ if !known => ServingStatus::ServiceUnknown,
        None => ServingStatus::Serving,
        Some(_) => ServingStatus::NotServing,
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}

pub(super) fn check(
    state: &State,
    call: &Call,
    _: &Params,
    body: &[u8],
) -> Result<Written, Failure> {
    let HealthCheckRequest { service } = message(state, call, body)?;
    match status(&service, state.readiness.reason()) {
        ServingStatus::ServiceUnknown => {
            let detail =
                "There is no such service here; ask for the whole server with an empty name.";
            Err(Failure::new(Code::UnknownModel, detail))
        }
        status => Ok(frame::answer(&response(status))),
    }
}

/// Tells the status at once and whenever it changes, until the server drains.
pub(super) fn watch(
    state: &State,
    call: &Call,
    body: Coming,
) -> Result<Response<ResponseBody>, Failure> {
    frame::spoken(call)?;
    let mut changes = state.readiness.watch();
    let asked = async move {
        let collected = tokio::select! {
            collected = Limited::new(body, MOST).collect() => collected.ok()?.to_bytes(),
            () = stream::draining(&mut changes) => return None,
            () = tokio::time::sleep(stream::PATIENCE) => return None,
        };
        let (bytes, _) = frame::first(&collected)?;
        let HealthCheckRequest { service } = prost::Message::decode(bytes).ok()?;
        Some((service, changes))
    };
    let told = streams::once(asked).flat_map(|asked| {
        let Some((service, changes)) = asked else {
            let end = Next::End(Code::InvalidMessage.grpc(), "no question came");
            return streams::iter([end]).boxed();
        };
        statuses(service, changes).boxed()
    });
    Ok(stream::answer(told))
}

/// The status of a service with its changes.
fn statuses(
    service: String,
    changes: watch::Receiver<Option<&'static str>>,
) -> impl futures_util::Stream<Item = Next> + Send {
    /// What has been told so far.
    enum Told {
        Nothing,
        Status(ServingStatus),
        Draining,
    }
    streams::unfold(
        (service, changes, Told::Nothing),
        |(service, mut changes, told)| async move {
            if matches!(told, Told::Draining) {
                return None;
            }
            loop {
                let reason = *changes.borrow_and_update();
                let now = status(&service, reason);
                match told {
                    Told::Status(before) if before == now && reason != Some("draining") => {}
                    Told::Status(ServingStatus::NotServing | ServingStatus::ServiceUnknown)
                        if reason == Some("draining") =>
                    {
                        return Some((Next::draining(), (service, changes, Told::Draining)));
                    }
                    _ => {
                        let message = Next::Message(frame::framed(&response(now)));
                        return Some((message, (service, changes, Told::Status(now))));
                    }
                }
                if changes.changed().await.is_err() {
                    return None;
                }
            }
        },
    )
}
