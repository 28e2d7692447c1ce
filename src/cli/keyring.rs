//! Keys in the system's keyring: Secret Service, Keychain or Credential Manager.
//!
//! An entry has the name of the variable that would hold the key, under the service `forkful`. It is
//! asked for only where that variable is unset and the key is bound to the server that is asked.

use std::io::{self, IsTerminal, Read};
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use ratatui_crossterm::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui_crossterm::crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::failure::INTERRUPTED;
use super::{Context, Failure};
use crate::content::nearest;
use crate::net::Secret;
use crate::send::endpoint::key_variables;

/// What the entries of this program stand under.
const SERVICE: &str = "forkful";

type Store = Arc<CredentialStore>;

/// The key that is kept under the name of a variable; none where nobody put one there.
pub(super) fn key(variable: &'static str) -> Result<Option<Secret>, String> {
    store().and_then(|store| read(&store, variable)).map_err(|error| error.to_string())
}

// Keys put into the keyring and taken out of it.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Keyring")]
pub(super) struct KeyringArgs {
    /// Keep a key in the system's keyring, under the name of its variable; typed unseen, or from stdin
    #[arg(long, value_name = "VARIABLE", value_parser = variable, conflicts_with = "forget_key")]
    keep_key: Option<&'static str>,
    /// Take a key out of the system's keyring
    #[arg(long, value_name = "VARIABLE", value_parser = variable)]
    forget_key: Option<&'static str>,
}

impl KeyringArgs {
    /// Does what is asked for; none where nothing is.
    pub(super) fn run(&self, context: &Context) -> Result<Option<u8>, Failure> {
        let shut = |error: Error| Failure::error(format!("the keyring does not open: {error}"));
        let (variable, state) = match (self.keep_key, self.forget_key) {
            (None, None) => return Ok(None),
            (Some(variable), _) => {
                let Some(key) = typed(context, variable)? else { return Ok(Some(INTERRUPTED)) };
                if key.trim().is_empty() {
                    return Err(Failure::usage("there is no key")
                        .hint(format!("`pass show models | forkful config --keep-key {variable}`")));
                }
                store().and_then(|store| write(&store, variable, &key)).map_err(shut)?;
                (variable, "kept")
            }
            (None, Some(variable)) => {
                let was_there = store().and_then(|store| remove(&store, variable)).map_err(shut)?;
                (variable, if was_there { "forgotten" } else { "absent" })
            }
        };
        if context.json {
            context.printer.json(&shape(variable, state))?;
        }
        context.printer.say(match state {
            "kept" => format!("Kept    {variable} in the keyring"),
            "forgotten" => format!("Gone    {variable} from the keyring"),
            _ => format!("There is no {variable} in the keyring"),
        });
        Ok(Some(0))
    }
}

/// The `forkful.key/1` value.
fn shape(variable: &str, state: &str) -> serde_json::Value {
    serde_json::json!({"schema": "forkful.key/1", "variable": variable, "state": state})
}

/// The variable of a key, by its name.
fn variable(name: &str) -> Result<&'static str, String> {
    key_variables().find(|known| *known == name).ok_or_else(|| {
        let near = nearest(name, key_variables()).map(|near| format!("; `{near}`?")).unwrap_or_default();
        format!("no key stands in that variable{near}")
    })
}

/// A key from stdin, or typed on the terminal without being shown; none where the person stops.
fn typed(context: &Context, variable: &str) -> Result<Option<String>, Failure> {
    let failed = |error: io::Error| Failure::error(format!("cannot read the key: {error}"));
    if !io::stdin().is_terminal() {
        let mut key = String::new();
        // A key is a line; whatever is longer is none.
        io::stdin().lock().take(10_000).read_to_string(&mut key).map_err(failed)?;
        return Ok(Some(key.lines().next().unwrap_or_default().to_owned()));
    }
    context.printer.say(format_args!("Type the key for {variable}, then Enter; it is not shown"));
    enable_raw_mode().map_err(failed)?;
    let key = unseen();
    disable_raw_mode().map_err(failed)?;
    key.map_err(failed)
}

/// What is typed up to Enter; none at Ctrl-C, Ctrl-D or Escape.
fn unseen() -> io::Result<Option<String>> {
    let mut key = String::new();
    loop {
        let Event::Key(pressed) = event::read()? else { continue };
        if pressed.kind == KeyEventKind::Release {
            continue;
        }
        match pressed.code {
            KeyCode::Enter => return Ok(Some(key)),
            KeyCode::Esc => return Ok(None),
            KeyCode::Char('c' | 'd') if pressed.modifiers.contains(KeyModifiers::CONTROL) => return Ok(None),
            KeyCode::Backspace => drop(key.pop()),
            KeyCode::Char(typed) => key.push(typed),
            _ => {}
        }
    }
}

fn read(store: &Store, variable: &str) -> Result<Option<Secret>, Error> {
    match Entry::new_in_store(store, SERVICE, variable)?.get_password() {
        Ok(key) => Ok(Some(Secret::new(key.trim())).filter(|key| !key.is_empty())),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(store: &Store, variable: &str, key: &str) -> Result<(), Error> {
    Entry::new_in_store(store, SERVICE, variable)?.set_password(key.trim())
}

fn remove(store: &Store, variable: &str) -> Result<bool, Error> {
    match Entry::new_in_store(store, SERVICE, variable)?.delete_credential() {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn store() -> Result<Store, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> Result<Store, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn store() -> Result<Store, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_changed_and_forgotten() {
        let store: Store = keyring_core::mock::Store::new().unwrap();
        let name = "OPENAI_API_KEY";
        assert_eq!(read(&store, name).unwrap(), None);
        assert!(!remove(&store, name).unwrap());
        write(&store, name, "first").unwrap();
        write(&store, name, " second\n").unwrap();
        assert_eq!(read(&store, name).unwrap(), Some(Secret::new("second")));
        assert_eq!(read(&store, "GEMINI_API_KEY").unwrap(), None);
        assert!(remove(&store, name).unwrap());
        assert_eq!(read(&store, name).unwrap(), None);
    }

    #[test]
    fn a_keyring_that_is_shut_is_an_error_and_no_missing_key() {
        let store: Store = keyring_core::mock::Store::new().unwrap();
        let entry = Entry::new_in_store(&store, SERVICE, "OPENAI_API_KEY").unwrap();
        let shut = Error::NoStorageAccess(Box::new(io::Error::other("it is locked")));
        entry.as_any().downcast_ref::<keyring_core::mock::Cred>().unwrap().set_error(shut);
        assert!(read(&store, "OPENAI_API_KEY").unwrap_err().to_string().contains("it is locked"));
    }

    #[test]
    fn what_is_told_is_what_the_schema_says() {
        let schema = serde_json::from_str(include_str!("../../schemas/key-1.json")).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for state in ["kept", "forgotten", "absent"] {
            assert!(validator.is_valid(&shape("OPENAI_API_KEY", state)), "{state}");
        }
        assert!(!validator.is_valid(&shape("OPENAI_API_KEY", "lost")));
    }
}
