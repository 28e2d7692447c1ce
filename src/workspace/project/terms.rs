//! What holds for one command: the layers laid over each other.

use std::path::Path;

use super::{Choices, Error, Listed, Project, Said, disk, user};
use crate::budget::Policy;
use crate::workspace::Source;
use crate::workspace::shape::{Config, ConfigChoice, ConfigSource};

/// The project, if there is one, and all that is said outside of the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// The nearest project file.
    pub project: Option<Project>,
    /// Environment over profile over project over the user's own file; nothing built in.
    pub choices: Choices,
    /// How the key of the user's own server is found, whoever names that server.
    pub key: Option<KeyCommand>,
}

/// A server and the command that prints its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCommand {
    /// The server.
    pub base_url: String,
    /// The command.
    pub command: Said<String>,
}

impl Terms {
    /// Reads the files that hold for `here`; `own` is the user's own file.
    pub fn read(
        here: Option<&Path>,
        own: Option<&Path>,
        profile: Option<&str>,
        environment: Choices,
    ) -> Result<Self, Error> {
        let project = match here {
            Some(here) => Project::find(here, profile)?,
            None => None,
        };
        let said = project.as_ref().map(Project::choices).unwrap_or_default();
        let own = own.map(user).transpose()?.unwrap_or_default();
        let server = own.base_url.clone().map(|said| said.value);
        let key = server.zip(own.api_key_command.clone()).map(|(base_url, command)| KeyCommand { base_url, command });
        Ok(Self { project, choices: environment.over(said).over(own), key })
    }

    /// The sources of the project, as seen from here; a project without any is an error.
    pub fn sources(&self, plain: Policy) -> Result<Vec<Source>, Error> {
        let project = self.project.as_ref().ok_or(Error::Missing)?;
        let sources = project.sources(plain)?;
        if sources.is_empty() { Err(Error::NoSources { path: project.shown.clone() }) } else { Ok(sources) }
    }

    /// The `forkful.config/1` value; `own` is the user's own file.
    pub fn shape(&self, own: Option<&Path>) -> Config {
        let choices = self.choices.clone().over(Choices::built_in());
        let rows = choices.rows().into_iter();
        let choices = rows.map(|(key, value, origin)| ConfigChoice { key, value, origin: origin.to_string() });
        let source = |project: &Project, listed: Listed| ConfigSource {
            origin: project.origin(&listed).to_string(),
            path: listed.path,
            wishes: listed.wishes.lines().into_iter().collect(),
        };
        let sources =
            self.project.iter().flat_map(|project| project.listed().into_iter().map(|listed| source(project, listed)));
        Config {
            schema: "forkful.config/1",
            project: self.project.as_ref().map(|project| project.shown.clone()),
            profile: self.project.as_ref().and_then(|project| project.profile.clone()),
            user: own.filter(|own| disk::exists(own)).map(|own| own.display().to_string()),
            choices: choices.collect(),
            sources: sources.collect(),
            profiles: self.project.iter().flat_map(|project| project.file.profiles.keys().cloned()).collect(),
        }
    }
}
