//! What holds for a command: its flags over what files and environment say.

use super::args::{CountingArgs, FitArgs};
use super::settings::Settings;
use super::{Context, Failure};
use crate::workspace::project::{Choices, Origin, Said, Terms};

impl Context {
    /// What is said outside of the command line, in the profile that it names.
    pub(super) fn terms(&self, profile: Option<&str>) -> Result<Terms, Failure> {
        let Settings { here, own, .. } = &self.settings;
        Ok(Terms::read(here.as_deref(), own.as_deref(), profile, self.settings.choices())?)
    }
}

impl Settings {
    /// What the environment says.
    fn choices(&self) -> Choices {
        let said =
            |value: &Option<String>, name| value.clone().map(|value| Said { value, origin: Origin::Environment(name) });
        Choices {
            model: said(&self.model, "FORKFUL_MODEL"),
            base_url: said(&self.endpoints.forkful_base_url, "FORKFUL_BASE_URL"),
            ..Choices::default()
        }
    }
}

impl FitArgs {
    /// These flags as choices.
    pub(super) fn choices(&self) -> Choices {
        let said = |value: &Option<String>, flag| value.clone().map(|value| Said { value, origin: Origin::Flag(flag) });
        Choices {
            tokens: self.budget.map(|value| Said { value, origin: Origin::Flag("--budget") }),
            reserve: self.reserve.map(|value| Said { value, origin: Origin::Flag("--reserve") }),
            keep: self.keep.map(|value| Said { value, origin: Origin::Flag("--keep") }),
            focus: said(&self.focus, "--focus"),
            ..self.counting.choices()
        }
    }

    /// These flags, and where they say nothing what the weaker choices say.
    pub(super) fn over(&self, weaker: &Choices) -> Self {
        let Choices { tokens, reserve, keep, focus, .. } = self.choices().over(weaker.clone());
        let mut filled = self.clone();
        filled.budget = tokens.map(|said| said.value);
        filled.reserve = reserve.map(|said| said.value);
        filled.counting = self.counting.over(weaker);
        filled.keep = keep.map(|said| said.value);
        filled.focus = focus.map(|said| said.value);
        filled
    }
}

impl CountingArgs {
    /// These flags as choices.
    fn choices(&self) -> Choices {
        Choices {
            model: self.model.clone().map(|value| Said { value, origin: Origin::Flag("--model") }),
            encoding: self.encoding.map(|value| Said { value, origin: Origin::Flag("--encoding") }),
            ..Choices::default()
        }
    }

    /// These flags, and where they say nothing what the weaker choices say; an encoding holds against
    /// a model unless the model is named closer to the command.
    pub(super) fn over(&self, weaker: &Choices) -> Self {
        let Choices { model, encoding, .. } = self.choices().over(weaker.clone());
        let nearness = |origin: &Origin| match origin {
            Origin::Default => 0,
            Origin::File { .. } => 1,
            Origin::Environment(_) => 2,
            Origin::Flag(_) => 3,
        };
        let near = model.as_ref().map_or(0, |said| nearness(&said.origin));
        let encoding = encoding.filter(|said| nearness(&said.origin) >= near);
        Self { model: model.map(|said| said.value), encoding: encoding.map(|said| said.value), ..self.clone() }
    }
}
