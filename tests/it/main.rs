//! One integration binary: most tests in process, through the door every request takes; sockets where sockets matter.
#![expect(unreachable_pub, reason = "a binary has no outside")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod admin;
mod advice;
mod answers;
mod app;
#[cfg(target_os = "linux")]
mod arguments;
mod auth;
mod bad_input;
mod binary;
mod browser;
mod browser_door;
mod commands;
mod companions;
mod compression;
mod cors;
mod document;
mod environment;
mod grpc;
mod grpc_about;
mod grpc_refusals;
mod grpc_streams;
mod hostile;
mod interrupted;
mod kinds;
mod limits;
mod mlflow;
mod pages;
mod parity;
mod prefix;
mod registry;
mod shutdown;
mod slow;
mod start;
mod text;
mod tls;
mod training;
mod v1;
mod v2;
mod v2_about;
mod v2_binary;
mod v2_hostile;
mod v2_refusals;
mod vertex;
mod wire;
mod words;
