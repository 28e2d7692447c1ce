//! `forkful formats`

use serde::Serialize;

use super::super::table::cell;
use super::super::{Context, Failure};
use crate::bundle::render::RENDERERS;
use crate::fork::foreign::DIALECTS;
use crate::gather::FORMATS;
use crate::gather::site::{PAGE, SITES};
use crate::send::{HOSTS, Host, PROTOCOLS};
use crate::tokens::Encoding;

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
    sites: Vec<Row>,
    renderers: Vec<Row>,
    dialects: Vec<Row>,
    encodings: Vec<Row>,
    protocols: Vec<Row>,
    providers: Vec<Server>,
}

#[derive(Serialize)]
struct Server {
    name: &'static str,
    about: &'static str,
    base_url: &'static str,
    protocol: &'static str,
    keys: &'static [&'static str],
}

impl Formats {
    #[expect(clippy::unused_self, reason = "every verb is called alike")]
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let listed = Listed {
            schema: "forkful.formats/1",
            readers: FORMATS.iter().map(|format| Row { name: format.name, about: format.about }).collect(),
            sites: SITES.iter().chain([&PAGE]).map(|site| Row { name: site.name, about: site.about }).collect(),
            renderers: RENDERERS.iter().map(|renderer| Row { name: renderer.name, about: renderer.about }).collect(),
            dialects: DIALECTS.iter().map(|dialect| Row { name: dialect.name, about: dialect.about }).collect(),
            encodings: Encoding::ALL.iter().map(|e| Row { name: e.name(), about: e.about() }).collect(),
            protocols: PROTOCOLS.iter().map(|protocol| Row { name: protocol.name, about: protocol.about }).collect(),
            providers: HOSTS.iter().map(server).collect(),
        };
        if context.json {
            context.printer.json(&listed)?;
            return Ok(0);
        }
        let mut out = String::new();
        let groups = [
            ("Reads", listed.readers),
            ("Follows links of", listed.sites),
            ("Writes (-F)", listed.renderers),
            ("Exports (--as), and imports", listed.dialects),
            ("Counts (--encoding)", listed.encodings),
            ("Speaks (--protocol)", listed.protocols),
        ];
        for (title, rows) in groups {
            out += &format!("{title}\n");
            for row in rows {
                out += &format!("  {}  {}\n", cell(row.name, 16), row.about);
            }
        }
        out += "Knows (--provider)\n";
        for Server { name, about, protocol, keys, .. } in listed.providers {
            let key = keys.first().map_or(String::new(), |key| format!(" · {key}"));
            out += &format!("  {}  {about} · {protocol}{key}\n", cell(name, 16));
        }
        context.printer.out(&out)?;
        Ok(0)
    }
}

fn server(host: &Host) -> Server {
    let Host { name, about, base_url, protocol, keys, .. } = host;
    Server { name, about, base_url, protocol, keys }
}
