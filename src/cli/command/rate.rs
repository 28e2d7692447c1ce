//! `forkful rate ADDRESS up|down|N`

use std::str::FromStr;

use super::super::settings::act;
use super::super::{Context, Failure};
use crate::workspace::Rating;

#[derive(Debug, clap::Args)]
pub(crate) struct Rate {
    /// A branch for its last message, an id, NAME~2, NAME^ for the question there, or @
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// up, down, 1 to 5, or none to take the rating away
    #[arg(value_name = "RATING", value_parser = Rating::from_str)]
    rating: Rating,
}

impl Rate {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let id = super::open(context)?.rate(&self.address, self.rating, &act())?;
        if context.json {
            let rating = self.rating.to_string();
            let value = serde_json::json!({"schema": "forkful.rate/1", "message": id, "rating": rating});
            context.printer.json(&value)?;
        }
        context.printer.say(format_args!("Rated  {}  {}", id.short(), self.rating));
        Ok(0)
    }
}
