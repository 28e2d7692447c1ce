//! The logs database of `llm` (simonw/llm): an `SQLite` file.
//!
//! Schema read from llm 0.36: since 0.32 a tree of messages by hash (`threads`, `turns`, `messages`,
//! `parts`, `fragments`), before that one row for each question and its answer (`conversations`,
//! `responses`). Threads that begin alike share their first messages, and do so as branches too.
//! Fragments become documents of their own. The database is read from memory, its own tables only,
//! and nothing that stands in its schema is run.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use rusqlite::{Connection, Row};

use super::collect::Collected;
use super::tree::{Item, Order, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Tape;
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

pub(crate) const FORMAT: Format = Format {
    name: "llm",
    kind: Kind::Chat,
    about: "logs database of `llm` (SQLite), fragments as documents",
    extensions: &["db"],
    sniff,
    read,
    stream: None,
};

/// A key and three texts of a row.
type Texts = (String, Option<String>, Option<String>, Option<String>);

const MAGIC: &[u8] = b"SQLite format 3\0";

fn sniff(input: &Input) -> Confidence {
    let tables = input.bytes.starts_with(MAGIC).then(|| Database::open(input.bytes));
    match tables {
        Some(Ok(database)) if database.has("responses") || database.has("threads") => Confidence::Certain,
        _ => Confidence::No,
    }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let malformed = |_| Error::Malformed {
        name: input.name.to_owned(),
        format: FORMAT.name,
        reason: "the database is damaged, or its tables are not those of llm",
    };
    let database = Database::open(input.bytes).map_err(malformed)?;
    let mut collected = Collected::new(input, &FORMAT, "conversations");
    let threads = database.threads().map_err(malformed)?;
    let known: BTreeSet<String> = threads.iter().filter_map(|talk| talk.id.clone()).collect();
    collected.push_all(threads);
    // While both sets of tables were written, a thread has the id of its conversation.
    let older = database.conversations().map_err(malformed)?;
    collected.push_all(older.into_iter().filter(|talk| talk.id.as_ref().is_none_or(|id| !known.contains(id))));
    collected.finish()
}

/// The file, in memory.
struct Database {
    connection: Connection,
    tables: BTreeSet<String>,
}

/// A message of the tree.
struct Message {
    parent: Option<String>,
    role: String,
    text: String,
    reasoning: Option<String>,
    state: State,
    fragments: Vec<i64>,
}

/// What a turn says of the message it ended with.
struct Turn {
    time: Option<String>,
    model: Option<String>,
}

impl Database {
    fn open(bytes: &[u8]) -> rusqlite::Result<Self> {
        let mut bytes = bytes.to_vec();
        // A database that was written through a log says so in its header, and has none in memory.
        for version in bytes.iter_mut().skip(18).take(2) {
            *version = 1;
        }
        let mut connection = Connection::open_in_memory()?;
        let length = bytes.len();
        connection.deserialize_read_exact("main", Cursor::new(bytes), length, true)?;
        for (name, value) in [("trusted_schema", "OFF"), ("cell_size_check", "ON"), ("query_only", "ON")] {
            connection.pragma_update(None, name, value)?;
        }
        let tables = {
            let query = "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE type = 'table'";
            let mut statement = connection.prepare(query)?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            let mut tables = BTreeSet::new();
            for row in rows {
                let (name, made) = row?;
                let made = made.to_uppercase();
                // Tables that compute what is read from them are not llm's.
                if made.starts_with("CREATE TABLE") && !made.contains(" AS ") {
                    tables.insert(name);
                }
            }
            tables
        };
        Ok(Self { connection, tables })
    }

    fn has(&self, table: &str) -> bool {
        self.tables.contains(table)
    }

    fn rows<T>(&self, query: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Vec<T>> {
        self.connection.prepare(query)?.query_map([], read)?.collect()
    }

    /// Name and content of every fragment.
    fn fragments(&self) -> rusqlite::Result<BTreeMap<i64, (String, String)>> {
        if !self.has("fragments") {
            return Ok(BTreeMap::new());
        }
        let rows = self.rows("SELECT id, source, content FROM fragments", |row| {
            Ok((row.get(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, Option<String>>(2)?))
        })?;
        let named = |(id, source, content): (i64, Option<String>, Option<String>)| {
            let name = source.filter(|source| !source.trim().is_empty()).unwrap_or_else(|| format!("fragment {id}"));
            (id, (name, content.unwrap_or_default()))
        };
        Ok(rows.into_iter().map(named).collect())
    }

    /// One talk for each thread, from its first message to where it stands.
    fn threads(&self) -> rusqlite::Result<Vec<Talk>> {
        if !["threads", "messages", "parts", "turns"].into_iter().all(|table| self.has(table)) {
            return Ok(Vec::new());
        }
        let fragments = self.fragments()?;
        let messages = self.messages(&fragments)?;
        let turns: BTreeMap<String, Turn> = self
            .rows(
                "SELECT tip_message_hash, datetime_utc, coalesce(resolved_model, model) FROM turns
                WHERE tip_message_hash IS NOT NULL ORDER BY id",
                |row| Ok((row.get(0)?, Turn { time: row.get(1)?, model: row.get(2)? })),
            )?
            .into_iter()
            .collect();
        let threads = self.rows(
            "SELECT id, name, tip_message_hash, datetime_utc FROM threads ORDER BY id",
            |row| -> rusqlite::Result<Texts> { Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)) },
        )?;
        let talk = |(id, title, tip, time): Texts| {
            let mut way = Vec::new();
            let mut seen = BTreeSet::new();
            let mut at = tip.as_ref();
            while let Some((hash, message)) = at.and_then(|hash| messages.get_key_value(hash)) {
                if !seen.insert(hash) {
                    break;
                }
                way.push((hash, message));
                at = message.parent.as_ref();
            }
            let mut talk = Talk {
                id: Some(id),
                title: title.filter(|title| !title.trim().is_empty()),
                date: time.as_deref().and_then(moment::read),
                started: time.as_deref().and_then(moment::told),
                is_kin: true,
                order: Order::Current(tip),
                ..Talk::default()
            };
            for (hash, message) in way.into_iter().rev() {
                let turn = turns.get(hash);
                let time = turn.and_then(|turn| turn.time.as_deref());
                for fragment in message.fragments.iter().filter_map(|id| fragments.get(id)) {
                    if !talk.attachments.contains(fragment) {
                        talk.attachments.push(fragment.clone());
                    }
                }
                talk.items.push(Item {
                    id: hash.clone(),
                    parent: message.parent.clone(),
                    author: Some(message.role.clone()),
                    time: time.and_then(moment::read),
                    exact: time.and_then(moment::told),
                    model: turn.and_then(|turn| turn.model.clone()),
                    text: message.text.clone(),
                    reasoning: message.reasoning.clone(),
                    state: message.state,
                    ..Item::default()
                });
            }
            talk
        };
        Ok(threads.into_iter().map(talk).collect())
    }

    fn messages(&self, fragments: &BTreeMap<i64, (String, String)>) -> rusqlite::Result<BTreeMap<String, Message>> {
        let rows = self.rows("SELECT hash, parent_hash, role FROM messages", |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?))
        })?;
        let message = |(hash, parent, role): (String, Option<String>, Option<String>)| {
            let role = role.unwrap_or_default();
            let state = if role == "tool" { State::Hidden("tool results") } else { State::Shown };
            let (text, reasoning, fragments) = (String::new(), None, Vec::new());
            (hash, Message { parent, role, text, reasoning, state, fragments })
        };
        let mut messages: BTreeMap<String, Message> = rows.into_iter().map(message).collect();
        let parts = self.rows(
            "SELECT message_hash, type, text, payload FROM parts ORDER BY message_hash, position",
            |row| -> rusqlite::Result<Texts> { Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)) },
        )?;
        for (hash, kind, text, payload) in parts {
            let Some(message) = messages.get_mut(&hash) else { continue };
            let text = text.unwrap_or_else(|| pieces(payload.as_deref(), message, fragments));
            match kind.as_deref() {
                Some("text") => append(&mut message.text, &text),
                Some("reasoning") => append(message.reasoning.get_or_insert_default(), &text),
                Some("attachment") => append(&mut message.text, "[file]"),
                _ => {}
            }
        }
        for message in messages.values_mut().filter(|message| message.text.trim().is_empty()) {
            message.state = State::Hidden("tool calls and results");
        }
        Ok(messages)
    }

    /// One talk for each conversation of the older tables.
    fn conversations(&self) -> rusqlite::Result<Vec<Talk>> {
        if !self.has("responses") {
            return Ok(Vec::new());
        }
        let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
        if self.has("conversations") {
            names.extend(self.rows("SELECT id, name FROM conversations", |row| Ok((row.get(0)?, row.get(1)?)))?);
        }
        let fragments = self.fragments()?;
        let mut of_response: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        if self.has("prompt_fragments") {
            let query = "SELECT response_id, fragment_id FROM prompt_fragments ORDER BY response_id, \"order\"";
            for (response, fragment) in self.rows(query, |row| Ok((row.get(0)?, row.get(1)?)))? {
                of_response.entry(response).or_default().push(fragment);
            }
        }
        let mut talks: BTreeMap<String, Talk> = BTreeMap::new();
        let query = "SELECT id, coalesce(conversation_id, id), coalesce(prompt, ''), coalesce(response, ''), model,
            datetime_utc, coalesce(system, '') FROM responses ORDER BY datetime_utc, id";
        let rows = self.rows(query, |row| {
            let texts: (String, String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let rest: (Option<String>, Option<String>, String) = (row.get(4)?, row.get(5)?, row.get(6)?);
            Ok((texts, rest))
        })?;
        for ((id, conversation, prompt, response), (model, time, system)) in rows {
            let talk = talks.entry(conversation.clone()).or_insert_with(|| Talk {
                title: names.get(&conversation).cloned().flatten().filter(|name| !name.trim().is_empty()),
                id: Some(conversation),
                date: time.as_deref().and_then(moment::read),
                started: time.as_deref().and_then(moment::told),
                is_kin: true,
                ..Talk::default()
            });
            for fragment in of_response.get(&id).into_iter().flatten().filter_map(|id| fragments.get(id)) {
                if !talk.attachments.contains(fragment) {
                    talk.attachments.push(fragment.clone());
                }
            }
            let told = talk.items.iter().rev().find(|item| item.author.as_deref() == Some("system"));
            let is_told = system.trim().is_empty() || told.is_some_and(|item| item.text == system);
            let said =
                [(!is_told).then_some(("system", system)), Some(("user", prompt)), Some(("assistant", response))];
            for (author, text) in said.into_iter().flatten() {
                talk.items.push(Item {
                    id: format!("{id}/{author}"),
                    author: Some(author.to_owned()),
                    time: time.as_deref().and_then(moment::read),
                    exact: time.as_deref().and_then(moment::told),
                    model: model.clone().filter(|_| author == "assistant"),
                    text,
                    ..Item::default()
                });
            }
        }
        Ok(talks.into_values().collect())
    }
}

/// The text of a part that borrows fragments: they are documents of their own, the rest is the text.
fn pieces(payload: Option<&str>, message: &mut Message, fragments: &BTreeMap<i64, (String, String)>) -> String {
    let tape = Tape::parse(payload.unwrap_or_default());
    let mut text = String::new();
    for piece in tape.root().at("text_ref").items() {
        let fragment = piece.at("fragment").index().and_then(|id| i64::try_from(id).ok());
        match fragment.filter(|id| fragments.contains_key(id)) {
            Some(id) => message.fragments.push(id),
            None => text.push_str(piece.at("literal").text().unwrap_or_default()),
        }
    }
    text.trim_start_matches('\n').to_owned()
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}
