//! `forkful config`

use super::super::table::cell;
use super::super::{Context, Failure};
use crate::workspace::shape::Config as Shape;

#[derive(Debug, clap::Args)]
pub(crate) struct Config {
    /// The profile of forkful.toml to look at
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Say where each value was said
    #[arg(long)]
    show_origin: bool,
    #[cfg(feature = "keyring")]
    #[command(flatten)]
    keyring: super::super::keyring::KeyringArgs,
}

impl Config {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        #[cfg(feature = "keyring")]
        if let Some(code) = self.keyring.run(context)? {
            return Ok(code);
        }
        let shape = context.terms(self.profile.as_deref())?.shape(context.settings.own.as_deref());
        if context.json {
            context.printer.json(&shape)?;
        } else {
            context.printer.out(&self.table(&shape))?;
        }
        Ok(0)
    }

    fn table(&self, shape: &Shape) -> String {
        let mut rows: Vec<(&str, String, String)> = Vec::new();
        for choice in &shape.choices {
            rows.push((choice.key, choice.value.clone(), choice.origin.clone()));
        }
        for source in &shape.sources {
            let wishes: Vec<String> = source.wishes.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            let wishes = if wishes.is_empty() { String::new() } else { format!("  {}", wishes.join(", ")) };
            rows.push(("source", format!("{}{wishes}", source.path), source.origin.clone()));
        }
        if !shape.profiles.is_empty() {
            let project = shape.project.clone().unwrap_or_default();
            rows.push(("profiles", shape.profiles.join(", "), project));
        }
        let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(unicode_width::UnicodeWidthStr::width).max();
        let keys = widest(&mut rows.iter().map(|row| row.0)).unwrap_or(0);
        let values = widest(&mut rows.iter().map(|row| row.1.as_str())).unwrap_or(0).min(60);
        let mut out = String::new();
        for (key, value, origin) in &rows {
            let value = if self.show_origin { format!("{}  {origin}", cell(value, values)) } else { value.clone() };
            out += &format!("{}  {}\n", cell(key, keys), value.trim_end());
        }
        out
    }
}
