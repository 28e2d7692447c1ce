//! The way from a message back to its bundle.

use super::Error;
use crate::content::{Digest, Message, Role};
use crate::store::record::MessageRecord;
use crate::store::{Object, ObjectKind, Store};

/// One exchange: a question and what was said until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The user's message, or the first message of a conversation that starts otherwise.
    pub question: Digest,
    /// The last message that answers it, if any does.
    pub answer: Option<Digest>,
}

impl Turn {
    /// The last message of the turn.
    pub fn end(&self) -> Digest {
        self.answer.unwrap_or(self.question)
    }
}

/// Messages after `parent`, each following the one before; nothing is stored.
pub fn following(parent: Digest, messages: &[Message]) -> Result<Vec<Object>, Error> {
    let mut tip = parent;
    let mut objects = Vec::with_capacity(messages.len());
    for message in messages {
        let object = Object::of(&MessageRecord::new(tip, message.clone()))?;
        tip = object.id();
        objects.push(object);
    }
    Ok(objects)
}

/// Stores one message after `parent` without moving a branch, and gives its id.
pub fn append(store: &Store, parent: Digest, message: &Message) -> Result<Digest, Error> {
    let object = Object::of(&MessageRecord::new(parent, message.clone()))?;
    store.put(std::slice::from_ref(&object))?;
    Ok(object.id())
}

/// The bundle under `tip`, and the messages from it to `tip`, oldest first.
pub fn chain(store: &Store, tip: Digest) -> Result<(Digest, Vec<(Digest, MessageRecord)>), Error> {
    let mut messages = Vec::new();
    let mut id = tip;
    loop {
        match store.kind(id)? {
            Some(ObjectKind::Message) => {
                let record = store.message(id)?;
                let parent = record.parent;
                messages.push((id, record));
                id = parent;
            }
            Some(ObjectKind::Bundle) => break,
            Some(ObjectKind::Blob | ObjectKind::Document | ObjectKind::Stub) => return Err(Error::NoPlace { id }),
            None => return Err(crate::store::Error::Missing { id }.into()),
        }
    }
    messages.reverse();
    Ok((id, messages))
}

/// The messages up to `tip`, oldest first.
pub fn conversation(store: &Store, tip: Digest) -> Result<Vec<(Digest, MessageRecord)>, Error> {
    chain(store, tip).map(|(_, messages)| messages)
}

/// The bundle under `tip`; a bundle is its own.
pub fn bundle_of(store: &Store, tip: Digest) -> Result<Digest, Error> {
    chain(store, tip).map(|(bundle, _)| bundle)
}

/// The turns up to `tip`, oldest first; a question that nobody answered is one.
pub fn turns(store: &Store, tip: Digest) -> Result<Vec<Turn>, Error> {
    let mut turns: Vec<Turn> = Vec::new();
    for (id, record) in conversation(store, tip)? {
        match turns.last_mut() {
            Some(turn) if record.message.role != Role::User => turn.answer = Some(id),
            _ => turns.push(Turn { question: id, answer: None }),
        }
    }
    Ok(turns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sample;

    /// Turns of a conversation in which `u`, `a` and `s` speak; positions instead of ids.
    fn check(roles: &str, expected: &[(usize, Option<usize>)]) {
        let (store, bundle) = sample::store();
        let role = |letter| match letter {
            'u' => Role::User,
            'a' => Role::Assistant,
            _ => Role::System,
        };
        let messages: Vec<Message> =
            roles.chars().zip(1..).map(|(letter, number)| Message::text(role(letter), format!("{number}"))).collect();
        let objects = following(bundle, &messages).unwrap();
        store.put(&objects).unwrap();
        let tip = objects.last().map_or(bundle, Object::id);
        let position = |id| objects.iter().position(|object| object.id() == id).unwrap();
        let found: Vec<_> = turns(&store, tip)
            .unwrap()
            .into_iter()
            .map(|turn| (position(turn.question), turn.answer.map(position)))
            .collect();
        assert_eq!(found, expected, "{roles}");
        assert_eq!(bundle_of(&store, tip).unwrap(), bundle);
        let spoken: Vec<Message> =
            conversation(&store, tip).unwrap().into_iter().map(|(_, record)| record.message).collect();
        assert_eq!(spoken, messages);
    }

    #[test]
    fn a_turn_is_a_question_and_what_answers_it() {
        check("", &[]);
        check("u", &[(0, None)]);
        check("uaua", &[(0, Some(1)), (2, Some(3))]);
        check("uau", &[(0, Some(1)), (2, None)]);
        check("uua", &[(0, None), (1, Some(2))]);
        check("uaasu", &[(0, Some(3)), (4, None)]);
        check("sua", &[(0, None), (1, Some(2))]);
        check("aua", &[(0, None), (1, Some(2))]);
    }

    #[test]
    fn nothing_follows_a_blob() {
        let (store, bundle) = sample::store();
        let text = store.bundle(bundle).unwrap().text;
        assert!(matches!(turns(&store, text), Err(Error::NoPlace { id }) if id == text));
        assert!(append(&store, text, &Message::text(Role::User, "Hi")).is_err());
        let nowhere = Digest::of(b"nowhere");
        assert!(
            matches!(bundle_of(&store, nowhere), Err(Error::Store(crate::store::Error::Missing { id })) if id == nowhere)
        );
    }

    #[test]
    fn a_deep_conversation_is_walked_without_recursion() {
        let (store, bundle) = sample::store();
        let messages = vec![Message::text(Role::User, "again"); 20_000];
        let objects = following(bundle, &messages).unwrap();
        store.put(&objects).unwrap();
        assert_eq!(turns(&store, objects[19_999].id()).unwrap().len(), 20_000);
    }
}
