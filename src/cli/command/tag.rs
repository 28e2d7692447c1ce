//! `forkful tag [NAME [ADDRESS]]`

use super::super::settings::act;
use super::super::{Context, Failure};

#[derive(Debug, clap::Args)]
pub(crate) struct Tag {
    /// The tag to make; without it the tags are listed
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Where it stands: branch, bundle, id, NAME~2 or @
    #[arg(value_name = "ADDRESS", default_value = "@")]
    address: String,
    /// Take the tag away
    #[arg(short, long, requires = "name")]
    delete: bool,
}

impl Tag {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let Some(name) = &self.name else {
            let tags = workspace.tags()?;
            if context.json {
                let tags: Vec<_> = tags.iter().map(|(name, id)| serde_json::json!({"name": name, "id": id})).collect();
                context.printer.json(&serde_json::json!({"schema": "forkful.tag/1", "tags": tags}))?;
                return Ok(0);
            }
            if tags.is_empty() {
                context.printer.say("No tags yet: `forkful tag NAME ADDRESS`");
            }
            for (name, id) in tags {
                context.printer.out(&format!("{name}  {}\n", id.short()))?;
            }
            return Ok(0);
        };
        let (id, done) = if self.delete {
            (workspace.untag(name, &act())?, "Deleted  tag")
        } else {
            (workspace.tag(name, &self.address, &act())?, "Tagged ")
        };
        if context.json {
            let value = serde_json::json!({"schema": "forkful.tag/1", "name": name, "id": id, "deleted": self.delete});
            context.printer.json(&value)?;
        }
        context.printer.say(format_args!("{done} {name}  at {}", id.short()));
        Ok(0)
    }
}
