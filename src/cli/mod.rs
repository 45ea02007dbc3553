//! The command line: one file per subcommand.

mod answer_columns;
mod check;
mod fetch;
mod flags;
mod https;
mod inspect;
mod openapi;
mod output;
mod pack;
mod predict;
mod push;
mod serve;
mod signals;
mod start;
mod train;

use crate::{
    Error,
    config::{self, Flags},
    observe::log,
    registry,
    secret::{self, Secret},
};
use clap::{Parser, Subcommand, error::ErrorKind};
use std::io::{self, Write};

/// Serve one model of tabular data over HTTP: a pipeline of scikit-learn, or a model of XGBoost, LightGBM, CatBoost or ONNX
#[derive(Debug, Parser)]
#[command(
    name = "ml-serving",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "\
Without a command, ml-serving serves; without a model, it serves the embedded demo model.
Settings that have no flag are in the file of --config or in variables such as MLSERVING__SERVER__MAX_IN_FLIGHT.

Examples:
  ml-serving                                       the demo model, http://localhost:8000/docs
  ml-serving --model models:/churn/3               a model from MLFLOW_TRACKING_URI
  ml-serving inspect ./model.onnx                  what is in a file
  ml-serving predict ./model --input rows.csv      predictions without a server
  ml-serving train --data iris --out ./model       a package of your own
  ml-serving pack --model model.pkl --before scaler.pkl --out ./model
                                                   one package of files that belong together

Exit codes: 0 ok, 64 wrong flags or settings, 65 bad model or data, 69 no answer from a registry or server,
70 an output that cannot be written, or a defect"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    Train(train::TrainArgs),
    Inspect(inspect::InspectArgs),
    Predict(predict::PredictArgs),
    Fetch(fetch::FetchArgs),
    Push(push::PushArgs),
    Pack(pack::PackArgs),
    Openapi(openapi::OpenApiArgs),
    Check(check::CheckArgs),
}

/// Runs what the process's arguments ask for.
///
/// # Errors
/// [`Error`], which knows its exit code.
pub fn run() -> Result<(), Error> {
    // An address among the arguments may have a mistake, which is told.
    for argument in std::env::args_os().skip(1) {
        let argument = argument.to_string_lossy().into_owned();
        secret::hide(Secret::uri(argument).parts().iter().map(String::as_str));
    }
    let Some(cli) = parse()? else {
        return Ok(());
    };
    let out = &mut io::stdout().lock();
    match dispatch(cli, out) {
        // The reader of the pipe has closed it. Other command line tools end without an error too.
        Err(Error::OutputClosed) => Ok(()),
        ended => ended,
    }
}

fn dispatch(cli: Cli, out: &mut dyn Write) -> Result<(), Error> {
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => serve::run(&args),
        Command::Train(args) => train_and_register(&args, out),
        Command::Fetch(args) => fetch::run(&args, out),
        Command::Push(args) => push::run(&args, out),
        Command::Pack(args) => pack::run(&args, out),
        Command::Inspect(args) => inspect::run(&args, out),
        Command::Predict(args) => predict::run(&args, out),
        Command::Openapi(args) => openapi::run(&args, out),
        Command::Check(args) => {
            // The settings are the server's. A mistake in them must not fail the check.
            log::init("info", config::log_format());
            check::run(&args)
        }
    }
}

/// Parses the arguments; `None` if they asked for help, which has then been printed.
fn parse() -> Result<Option<Cli>, Error> {
    let error = match Cli::try_parse() {
        Ok(cli) => return Ok(Some(cli)),
        Err(error) => error,
    };
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // It does not matter if the help cannot be printed.
        let _ = error.print();
        return Ok(None);
    }
    log::init("info", config::log_format());
    let text = error.to_string();
    let text = text.trim().trim_start_matches("error: ");
    Err(Error::Usage(text.to_owned()))
}

fn train_and_register(args: &train::TrainArgs, out: &mut dyn Write) -> Result<(), Error> {
    let config = start::start(None, &Flags::default())?;
    let Some(target) = &args.register else {
        return Ok(train::run(args, out)?);
    };
    registry::can_push(target, &config.access)?;
    train::run(args, out)?;
    push::register(&args.out, target, None, out)
}
