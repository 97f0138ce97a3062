//! The command line of Kept; thin: every command opens the home folder and calls the crate that does the work.
#![expect(clippy::print_stdout, reason = "a command line answers on standard output")]

mod clock;
mod commands;
mod people;
mod progress;
mod table;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Keeps the books of your customer base: reads every silo, recognises the one customer behind the records,
/// and says in one statement whether you keep more customers than you lose.
#[derive(Debug, Parser)]
#[command(version, after_help = "Start with: kept demo my-demo && kept serve --home my-demo")]
struct Cli {
    /// The home folder, which holds kept.toml and the lake.
    #[arg(long, global = true, env = "KEPT_HOME", default_value = ".")]
    home: PathBuf,
    /// Answer as JSON, without progress bars.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a home with the demo company Alder & Finch, imported and refreshed.
    Demo(commands::demo::Args),
    /// Makes a home for your own company, from a template or an example.
    Init(commands::init::Args),
    /// Checks kept.toml and says what to mend, line by line.
    Check,
    /// Reads the silos' files into the lake; what is in already changes nothing.
    Import(commands::import::Args),
    /// Derives everything anew and publishes it as one edition.
    Refresh(commands::refresh::Args),
    /// Tells how the customer base moved: opening + gained + won back − lost = closing.
    Statement(commands::statement::Args),
    /// Closes a period so that what was reported stays, reopens it, or tells the history of both.
    Close(commands::close::Args),
    /// Tells why customers leave: what they said, and what came before.
    Reasons(commands::reasons::Args),
    /// Tells how many customers of each cohort are still there, and how long customers stay.
    Cohorts(commands::cohorts::Args),
    /// Tells what the base is worth under both purchase models, and who is fading.
    Worth(commands::worth::Args),
    /// Shows what customers live through across departments: touchpoints, ways, waits.
    Journey(commands::journey::Args),
    /// Tells how many promises were kept, and each breach.
    Promises(commands::promises::Args),
    /// Shows one customer's life, or the customers a search finds.
    Customer(commands::customer::Args),
    /// Tells who is one customer and why, and takes what people decide about it.
    #[command(subcommand)]
    Identity(commands::identity::Task),
    /// Writes a table of the newest edition to a CSV or Parquet file.
    Export(commands::export::Args),
    /// Runs one SELECT on the newest edition.
    Sql(commands::sql::Args),
    /// Write keys, with which programs send events: lists them, makes one, takes one back.
    Keys(commands::keys::Args),
    /// Serves the pages, and takes in the events that programs send.
    Serve(commands::serve::Args),
    /// Lists and changes accounts and roles.
    Users(commands::users::Args),
    /// Checks the log of who did and saw what, or writes it to a file.
    Audit(commands::audit::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kept: {error:#}");
            ExitCode::from(1)
        }
    }
}

/// Stack of each thread; plans of long queries nest deeply.
const STACK_BYTES: usize = 16 << 20;

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build()?;
    let Cli { home, json, command } = cli;
    // On a thread of the runtime, whose stack is large enough.
    let done = runtime.spawn(async move {
        match command {
            Command::Demo(args) => commands::demo::run(&args, json).await,
            Command::Init(args) => commands::init::run(&args),
            Command::Check => commands::check::run(&home, json),
            Command::Import(args) => commands::import::run(&home, &args, json).await,
            Command::Refresh(args) => commands::refresh::run(&home, &args, json).await,
            Command::Statement(args) => commands::statement::run(&home, &args, json).await,
            Command::Close(args) => commands::close::run(&home, &args, json).await,
            Command::Reasons(args) => commands::reasons::run(&home, &args, json).await,
            Command::Cohorts(args) => commands::cohorts::run(&home, &args, json).await,
            Command::Worth(args) => commands::worth::run(&home, &args, json).await,
            Command::Export(args) => commands::export::run(&home, &args, json).await,
            Command::Journey(args) => commands::journey::run(&home, &args, json).await,
            Command::Promises(args) => commands::promises::run(&home, &args, json).await,
            Command::Customer(args) => commands::customer::run(&home, &args, json).await,
            Command::Identity(task) => commands::identity::run(&home, &task, json).await,
            Command::Keys(args) => commands::keys::run(&home, &args, json).await,
            Command::Sql(args) => commands::sql::run(&home, &args, json).await,
            Command::Serve(args) => commands::serve::run(&home, &args).await,
            Command::Users(args) => commands::users::run(&home, &args, json).await,
            Command::Audit(args) => commands::audit::run(&home, &args, json).await,
        }
    });
    runtime.block_on(done)?
}
