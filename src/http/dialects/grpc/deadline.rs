//! How long a client waits (`grpc-timeout`): a prediction that nobody waits for any more is not begun.

use crate::http::{
    dialects::Call,
    problem::{Code, Failure},
};
use std::time::Duration;

/// The most digits that the header has.
const MOST_DIGITS: usize = 8;

/// Whether the client still waits.
pub(super) fn check(call: &Call) -> Result<(), Failure> {
    let Some(value) = call.head.headers.get("grpc-timeout") else {
        return Ok(());
    };
    let Some(timeout) = value.to_str().ok().and_then(parse) else {
        let detail =
            "The header grpc-timeout must be up to 8 digits and one of H, M, S, m, u and n.";
        return Err(Failure::new(Code::InvalidMessage, detail));
    };
    if call.begun.elapsed() < timeout {
        return Ok(());
    }
    let detail = "The deadline of the call had passed before the prediction could begin.";
    Err(Failure::new(Code::BodyTimeout, detail))
}

fn parse(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let digits = text.strip_suffix(unit)?;
    let number: u64 = digits.parse().ok()?;
    if digits.len() > MOST_DIGITS {
        return None;
    }
    Some(match unit {
        'H' => Duration::from_hours(number),
        'M' => Duration::from_mins(number),
        'S' => Duration::from_secs(number),
        'm' => Duration::from_millis(number),
        'u' => Duration::from_micros(number),
        'n' => Duration::from_nanos(number),
        _ => return None,
    })
}
