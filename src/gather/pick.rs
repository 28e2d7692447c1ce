//! The one conversation that words pick out of several.

use std::sync::Arc;

use super::source::{Gathered, Harvest};
use super::{Error, Wishes};
use crate::content::{Document, Kind};

/// A conversation that words may mean: its id and its title.
pub type Candidate = (Option<String>, Option<String>);

/// What `export.zip#WORDS` gave, held to one conversation with what is attached to it.
///
/// One that is called by exactly these words stands before those whose titles have them; several are an error.
pub fn picked(mut harvest: Harvest, named: &str) -> Result<Harvest, Error> {
    let Some((name, pick)) = named.rsplit_once('#').filter(|(_, pick)| !pick.is_empty()) else { return Ok(harvest) };
    let wishes = Wishes { pick: Some(pick), ..Wishes::default() };
    let mut talks: Vec<Candidate> = Vec::new();
    for talk in harvest.gathered.iter().flat_map(|source| &source.documents).filter(|document| is_talk(document)) {
        // A file whose own name has a `#` was not picked from.
        if !wishes.want(talk.id.as_deref(), talk.title.as_deref()) {
            return Ok(harvest);
        }
        let own = called(talk);
        if own.0.is_none() || !talks.contains(&own) {
            talks.push(own);
        }
    }
    let is_exact = |(id, title): &&Candidate| {
        [id, title].into_iter().flatten().any(|own| own.to_lowercase() == pick.to_lowercase())
    };
    let exact: Vec<Candidate> = talks.iter().filter(is_exact).cloned().collect();
    let meant = if exact.is_empty() { talks.clone() } else { exact };
    let [one] = meant.as_slice() else {
        return if meant.is_empty() {
            Ok(harvest)
        } else {
            Err(Error::Several { name: name.to_owned(), pick: pick.to_owned(), found: meant })
        };
    };
    let others: Vec<&Candidate> = talks.iter().filter(|other| *other != one).collect();
    let is_other = |document: &Arc<Document>| {
        let own = called(document);
        let belongs = |(id, _): &Candidate| {
            let id = id.as_ref()?;
            Some(own.0.as_ref()?.strip_prefix(id.as_str())?.starts_with('/'))
        };
        others.iter().any(|other| **other == own || belongs(other).unwrap_or(false))
    };
    harvest.gathered.iter_mut().for_each(|source| source.documents.retain(|document| !is_other(document)));
    harvest.gathered.retain(|source: &Gathered| !source.documents.is_empty());
    Ok(harvest)
}

fn called(document: &Document) -> Candidate {
    (document.id.clone(), document.title.clone())
}

fn is_talk(document: &Document) -> bool {
    matches!(document.kind, Kind::Thread | Kind::Chat | Kind::Mail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::source::from_bytes;

    #[test]
    fn words_pick_one_conversation_or_none() {
        let chat = |id: &str, title: &str| {
            format!(
                "{{\"id\": \"{id}\", \"title\": \"{title}\", \"mapping\": {{\"m\": {{\"id\": \"m\", \"message\": {{\"id\": \"m\", \
                 \"author\": {{\"role\": \"user\"}}, \"content\": {{\"content_type\": \"text\", \"parts\": [\"Words.\"]}}}}, \
                 \"parent\": null, \"children\": []}}}}, \"current_node\": \"m\"}}"
            )
        };
        let chats = [chat("c-1", "Looms"), chat("c-2", "Old looms"), chat("c-3", "Ledgers"), chat("c-4", "ledgers")];
        let export = format!("[{}]", chats.join(","));
        let check = |pick: &str, expected: Result<&str, &[&str]>| {
            let wishes = Wishes { pick: Some(pick), ..Wishes::default() };
            let named = format!("chats.json#{pick}");
            let gathered = vec![from_bytes(&named, export.as_bytes(), wishes).unwrap()];
            match picked(Harvest { gathered, problems: Vec::new() }, &named) {
                Ok(harvest) => {
                    let ids: Vec<_> =
                        harvest.gathered[0].documents.iter().map(|one| one.id.as_deref().unwrap()).collect();
                    assert_eq!(expected.map(|id| vec![id]), Ok(ids), "{pick}");
                }
                Err(Error::Several { found, .. }) => {
                    let ids: Vec<_> = found.iter().map(|(id, _)| id.as_deref().unwrap()).collect();
                    assert_eq!(expected, Err(ids.as_slice()), "{pick}");
                }
                Err(error) => panic!("{error}"),
            }
        };
        check("old", Ok("c-2"));
        check("looms", Ok("c-1"));
        check("c-3", Ok("c-3"));
        check("loom", Err(&["c-1", "c-2"]));
        check("ledgers", Err(&["c-3", "c-4"]));
    }
}
