//! Who wrote a message, and to whom.

use std::collections::BTreeSet;

use mail_parser::{Addr, Message};

use crate::content::line;

/// Who wrote a message.
pub(super) fn author(message: &Message) -> Option<String> {
    message.from().and_then(|from| from.first()).map(person)
}

/// To whom a message went: a line each for `To`, `Cc` and `Bcc`.
pub(super) fn addressed(message: &Message) -> Vec<String> {
    let lists = [("To", message.to()), ("Cc", message.cc()), ("Bcc", message.bcc())];
    let told = lists.into_iter().filter_map(|(name, list)| {
        let people: Vec<String> = list?.iter().map(person).filter(|person| !person.is_empty()).collect();
        (!people.is_empty()).then(|| format!("{name}: {}", people.join(", ")))
    });
    told.collect()
}

/// Everybody who has a part in a message, by their addresses.
pub(super) fn all(message: &Message) -> BTreeSet<String> {
    let lists = [message.from(), message.to(), message.cc(), message.bcc()];
    lists
        .into_iter()
        .flatten()
        .flat_map(|list| list.iter())
        .map(|one| one.address().or(one.name()).unwrap_or_default().to_lowercase())
        .collect()
}

fn person(person: &Addr) -> String {
    match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{} <{address}>", line(name)),
        (name, address) => line(name.or(address).unwrap_or_default()),
    }
}
