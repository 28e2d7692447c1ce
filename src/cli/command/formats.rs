//! `forkful formats`

use serde::Serialize;

use super::super::table::cell;
use super::super::{Context, Failure};
use crate::bundle::render::RENDERERS;
use crate::gather::FORMATS;
use crate::send::PROTOCOLS;
use crate::tokens::Encoding;

/// What forkful reads, writes, counts and speaks
#[derive(Debug, clap::Args)]
pub(crate) struct Formats {}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    about: &'static str,
}

#[derive(Serialize)]
struct Listed {
    schema: &'static str,
    readers: Vec<Row>,
    renderers: Vec<Row>,
    encodings: Vec<Row>,
    protocols: Vec<Row>,
}

impl Formats {
    #[expect(clippy::unused_self, reason = "every verb is called alike")]
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let listed = Listed {
            schema: "forkful.formats/1",
            readers: FORMATS.iter().map(|format| Row { name: format.name, about: format.about }).collect(),
            renderers: RENDERERS.iter().map(|renderer| Row { name: renderer.name, about: renderer.about }).collect(),
            encodings: Encoding::ALL.iter().map(|e| Row { name: e.name(), about: e.about() }).collect(),
            protocols: PROTOCOLS.iter().map(|protocol| Row { name: protocol.name, about: protocol.about }).collect(),
        };
        if context.json {
            context.printer.json(&listed)?;
            return Ok(0);
        }
        let mut out = String::new();
        let groups = [
            ("Reads", listed.readers),
            ("Writes (-F)", listed.renderers),
            ("Counts (--encoding)", listed.encodings),
            ("Speaks", listed.protocols),
        ];
        for (title, rows) in groups {
            out += &format!("{title}\n");
            for row in rows {
                out += &format!("  {}  {}\n", cell(row.name, 15), row.about);
            }
        }
        context.printer.out(&out)?;
        Ok(0)
    }
}
