//! `forkful search WORDS`

use super::super::table::{counted, shorten};
use super::super::{Context, Failure};

#[derive(Debug, clap::Args)]
pub(crate) struct Search {
    /// Words, "\"a phrase\"", or begin*
    #[arg(value_name = "WORDS", required_unless_present = "rebuild")]
    words: Vec<String>,
    /// So many passages at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    most: usize,
    /// Also what no branch, tag or bundle name leads to
    #[arg(short, long)]
    all: bool,
    /// Make what is searched by anew
    #[arg(long)]
    rebuild: bool,
}

impl Search {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        if self.rebuild {
            workspace.reindex()?;
            context.printer.say("Rebuilt  the search index");
        }
        if self.words.is_empty() {
            return Ok(0);
        }
        let query = self.words.join(" ");
        let searched = workspace.search(&query, self.most, self.all)?;
        if searched.n_waiting > 0 {
            let sources = counted(searched.n_waiting, "source");
            context
                .printer
                .say(format_args!("Not searched: {sources}, whose words are read in where the store can be written"));
        }
        if context.json {
            context.printer.json(&searched.shape(&query))?;
            return Ok(0);
        }
        let width = context.printer.width;
        for passage in &searched.passages {
            let on = passage.on.as_ref().map_or("on nothing".to_owned(), |on| format!("on {on}"));
            // An address with a blank in it is typed in quotes.
            let quote = if passage.address.contains(' ') { "\"" } else { "" };
            let head = format!("{quote}{}{quote}  {} {on}", passage.address, passage.kind);
            context.printer.out(&format!("{}\n", shorten(&head, width)))?;
            context.printer.out(&format!("    {}\n", shorten(&passage.snippet, width.saturating_sub(4))))?;
        }
        if searched.passages.is_empty() {
            context.printer.say("Nothing has these words");
        } else if !searched.all_words {
            context.printer.say("No passage has all of these words; these have some");
        }
        Ok(0)
    }
}
