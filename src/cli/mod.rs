//! The terminal: arguments to workspace to printer.
//!
//! The only room that knows clap, terminals, the environment, the clock and exit codes. A verb is
//! one file in `command/`: it says what its flags are, calls the workspace and prints what comes
//! back. Errors become words and exit codes once, in `failure.rs`.

mod args;
mod chat;
mod command;
mod failure;
#[cfg(feature = "keyring")]
mod keyring;
mod markdown;
mod moment;
mod page;
mod printer;
mod progress;
mod remedy;
mod settings;
mod table;
mod terms;
mod voice;
mod web;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Global, Verb};
use failure::Failure;
use printer::Printer;
use settings::Settings;

/// What a verb needs beside its own flags.
struct Context {
    settings: Settings,
    printer: Printer,
    json: bool,
    offline: bool,
}

/// Reads the command line, runs the verb and says how it went.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where the stream is gone there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    if let Ok(program) = std::env::current_exe() {
        crate::gather::register_worker(program);
    }
    match dispatch(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.report(),
    }
}

fn dispatch(Arguments { global, verb }: Arguments) -> Result<u8, Failure> {
    let settings = Settings::read(global.store.clone());
    let printer = Printer::new(global.quiet, settings.width);
    let Global { json, offline, .. } = global;
    run_verb(verb, &Context { settings, printer, json, offline })
}

fn run_verb(verb: Verb, context: &Context) -> Result<u8, Failure> {
    match verb {
        Verb::Pack(verb) => verb.run(context),
        Verb::Plan(verb) => verb.run(context),
        Verb::Read(verb) => verb.run(context),
        Verb::Count(verb) => verb.run(context),
        Verb::Fetch(verb) => verb.run(context),
        Verb::Show(verb) => verb.run(context),
        Verb::Ask(verb) => verb.run(context),
        Verb::Batch(verb) => verb.run(context),
        Verb::Chat(verb) => verb.run(context),
        Verb::Fork(verb) => verb.run(context),
        Verb::Record(verb) => verb.run(context),
        Verb::Resume(verb) => verb.run(context),
        Verb::Edit(verb) => verb.run(context),
        Verb::Retry(verb) => verb.run(context),
        Verb::Log(verb) => verb.run(context),
        Verb::Diff(verb) => verb.run(context),
        Verb::Compare(verb) => verb.run(context),
        Verb::Cost(verb) => verb.run(context),
        Verb::Search(verb) => verb.run(context),
        Verb::Branch(verb) => verb.run(context),
        Verb::Tag(verb) => verb.run(context),
        Verb::Rate(verb) => verb.run(context),
        Verb::Note(verb) => verb.run(context),
        Verb::Replay(verb) => verb.run(context),
        Verb::Summarise(verb) => verb.run(context),
        Verb::Pick(verb) => verb.run(context),
        Verb::Graft(verb) => verb.run(context),
        Verb::Undo(verb) => verb.run(context),
        Verb::Check(verb) => verb.run(context),
        Verb::Redo(verb) => verb.run(context),
        Verb::Operations(verb) => verb.run(context),
        Verb::Export(verb) => verb.run(context),
        Verb::Import(verb) => verb.run(context),
        Verb::Verify(verb) => verb.run(context),
        Verb::Init(verb) => verb.run(context),
        Verb::Add(verb) => verb.run(context),
        Verb::Config(verb) => verb.run(context),
        Verb::Gc(verb) => verb.run(context),
        Verb::Formats(verb) => verb.run(context),
        Verb::Models(verb) => verb.run(context),
        Verb::Mock(verb) => verb.run(context),
        Verb::Prompts(verb) => verb.run(context),
        Verb::Worker(verb) => verb.run(context),
    }
}
