//! `forkful prompts`

use super::super::printer::complain;
use super::super::table::{cell, shorten};
use super::super::{Context, Failure};
use super::question::{assignments, library};
use crate::workspace::library::Prompt;

#[derive(Debug, clap::Args)]
pub(crate) struct Prompts {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// What each is for and which variables it takes
    List,
    /// A prompt as it stands in its file, or filled in where values are given
    Show {
        /// Its name, or the path of a file
        #[arg(value_name = "NAME")]
        name: String,
        /// Values for its variables, as topic="bitter lesson"
        #[arg(value_name = "VARIABLE=VALUE")]
        values: Vec<String>,
    },
    /// Change a prompt, or begin one, in your own folder with $VISUAL or $EDITOR
    Edit {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl Prompts {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        match &self.what {
            None | Some(What::List) => list(context),
            Some(What::Show { name, values }) => show(context, name, values),
            Some(What::Edit { name }) => edit(context, name),
        }
    }
}

fn list(context: &Context) -> Result<u8, Failure> {
    let library = library(context)?;
    if context.json {
        let shape = |prompt: &Prompt| {
            let variables = prompt.template.variables.iter().map(|(name, variable)| {
                let mut value = serde_json::json!({"name": name, "about": variable.about});
                if let Some(default) = &variable.default {
                    value["default"] = default.as_str().into();
                }
                value
            });
            let variables: Vec<_> = variables.collect();
            let mut value = serde_json::json!({
                "name": prompt.name, "description": prompt.template.description, "variables": variables,
            });
            if let Some(path) = &prompt.path {
                value["path"] = path.display().to_string().into();
            }
            value
        };
        let prompts: Vec<_> = library.prompts().iter().map(shape).collect();
        context.printer.json(&serde_json::json!({"schema": "forkful.prompts/1", "prompts": prompts}))?;
    } else {
        let mut out = String::new();
        for prompt in library.prompts() {
            let own = if prompt.path.is_some() { " (your own)" } else { "" };
            out += &format!("{}  {}{own}\n", cell(&prompt.name, 13), prompt.template.description);
            let room = context.printer.width.saturating_sub(17);
            for (name, variable) in &prompt.template.variables {
                let default = match &variable.default {
                    Some(default) => format!(" [{default}]"),
                    None => " (needed)".to_owned(),
                };
                let about = shorten(&format!("{}{default}", variable.about), room);
                out += &format!("    {}  {about}\n", cell(&format!("{name}="), 11));
            }
        }
        context.printer.out(&out)?;
    }
    for error in library.broken() {
        complain(&format!("warning: {error}"));
    }
    context
        .printer
        .say("`forkful ask -p NAME variable=\"value\"` asks one, `forkful prompts edit NAME` makes it your own");
    Ok(0)
}

fn show(context: &Context, name: &str, values: &[String]) -> Result<u8, Failure> {
    let prompt = library(context)?.find(name)?;
    let text = if values.is_empty() { prompt.source.clone() } else { prompt.fill(&assignments(values)?)? };
    if context.json {
        let value = serde_json::json!({
            "schema": "forkful.prompt/1", "name": prompt.name, "description": prompt.template.description, "text": text,
        });
        context.printer.json(&value)?;
    } else {
        context.printer.out(&(text.trim_end().to_owned() + "\n"))?;
    }
    Ok(0)
}

fn edit(context: &Context, name: &str) -> Result<u8, Failure> {
    let path = library(context)?.own(name)?;
    let shown = path.display();
    let Some(editor) = context.settings.editor.as_ref() else {
        context.printer.say(format_args!("Yours   {shown}"));
        return Err(Failure::usage("no editor is named").hint(format!("set EDITOR, or open {shown} yourself")));
    };
    super::edit::open(editor, &path)?;
    // What the editor left is read at once, so that a slip is told while the person is there.
    let prompt = library(context)?.find(name)?;
    context.printer.say(format_args!("Yours   {shown}"));
    let needed = prompt.template.variables.iter().filter(|(_, variable)| variable.default.is_none());
    let needed: Vec<String> = needed.map(|(name, _)| format!(" {name}=\"...\"")).collect();
    context.printer.say(format_args!("Ask it with `forkful ask -p {name}{}`", needed.concat()));
    Ok(0)
}
