//! The command line: one file per subcommand.

mod check;
mod fetch;
mod inspect;
mod openapi;
mod predict;
mod push;
mod serve;
pub mod train;

use crate::{
    Error,
    config::{Config, Flags, ModelConfig},
    load::{self, LoadedModel},
    observe, registry,
    registry::Access,
};
use clap::{Parser, Subcommand, error::ErrorKind};
use std::io;

/// Serve one tree-ensemble model over HTTP
#[derive(Debug, Parser)]
#[command(name = "ml-serving", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a model (what happens without a command)
    Serve(serve::ServeArgs),
    /// Train a random forest on a table and write a model package
    Train(train::TrainArgs),
    /// Show a model's card
    Inspect(inspect::InspectArgs),
    /// Download a model package
    Fetch(fetch::FetchArgs),
    /// Register a model package in MLflow
    Push(push::PushArgs),
    /// Predict the rows of a CSV file
    Predict(predict::PredictArgs),
    /// Print the `OpenAPI` document
    Openapi(openapi::OpenApiArgs),
    /// Ask a URL; exit 0 if it answers 2xx
    Check(check::CheckArgs),
}

/// Runs what the process's arguments ask for.
///
/// # Errors
/// [`Error`], which knows its exit code.
pub fn run() -> Result<(), Error> {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            // Help that cannot be shown is nobody's failure.
            let _ = error.print();
            return Ok(());
        }
        Err(error) => {
            let text = error.to_string();
            return Err(Error::Usage(
                text.trim().trim_start_matches("error: ").to_owned(),
            ));
        }
    };
    let out = &mut io::stdout().lock();
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => serve::run(&args),
        Command::Train(args) => train_and_register(&args, out),
        Command::Fetch(args) => fetch::run(&args, out),
        Command::Push(args) => push::run(&args, out),
        Command::Inspect(args) => inspect::run(&args, out),
        Command::Predict(args) => predict::run(&args, out),
        Command::Openapi(args) => openapi::run(&args, out),
        Command::Check(args) => check::run(&args),
    }
}

fn train_and_register(args: &train::TrainArgs, out: &mut dyn io::Write) -> Result<(), Error> {
    let Some(target) = &args.register else {
        return Ok(train::run(args, out)?);
    };
    registry::can_push(target, &access()?)?;
    train::run(args, out)?;
    push::register(&args.out, target, None, out)
}

/// Loads the model of a command that takes just a URI.
fn load(uri: &str) -> Result<LoadedModel, Error> {
    let config = Config::load(None, &Flags::default())?;
    let model = ModelConfig {
        uri: uri.to_owned(),
        cache_dir: config.model.cache_dir,
        ..ModelConfig::default()
    };
    Ok(load::load(&model, &config.access)?)
}

/// The variables of registries and stores; progress and retries go to the log from now on.
fn access() -> Result<Access, Error> {
    let config = Config::load(None, &Flags::default())?;
    observe::tracing::init(&config.log);
    Ok(config.access)
}

/// What a failed write to the terminal or a pipe means.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn broken_output(error: io::Error) -> Error {
    Error::Internal(format!("the output cannot be written: {error}"))
}
