//! Batches in the two ways in which providers take them: a file of requests, or a body of them.
//!
//! Every question is answered when the batch is made, as if it had come by itself; what a person
//! sees is paced by the wish for how long a batch takes. Each question, then the making of the batch,
//! then each fetching of answers counts as a request, so that a fault can be given to it. Discounts
//! are those of the catalog.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Act, Asked, Entry, Mishap, Mock, Reply, Wire, error_body, json_reply, refuse, refused};
use crate::content::{Timestamp, Usage};

/// Everything that was uploaded and made.
#[derive(Debug, Default)]
pub(super) struct Batches {
    files: BTreeMap<String, Vec<u8>>,
    jobs: Vec<Job>,
}

/// One batch.
#[derive(Debug)]
struct Job {
    id: String,
    is_messages: bool,
    metadata: Value,
    endpoint: String,
    made: Timestamp,
    ends: Timestamp,
    is_cancelled: bool,
    /// Why it was not taken.
    wrong: Option<String>,
    lines: Vec<Told>,
}

/// What becomes of one question.
#[derive(Debug)]
struct Told {
    name: String,
    fate: Fate,
}

#[derive(Debug)]
enum Fate {
    Done(Value),
    Errored(u16, Value),
    Expired,
    Cancelled,
}

/// A question as it stands in a batch.
struct Question {
    name: String,
    body: Value,
}

impl Mock {
    /// What comes back for a request that is about batches; none for all others.
    pub(super) fn batch(&mut self, asked: &Asked, path: &str, now: Timestamp) -> Option<Reply> {
        let (_, tail) = path.split_once("/v1/").or_else(|| path.split_once('/'))?;
        let words: Vec<&str> = tail.split('/').collect();
        let (is_messages, words) = match words.as_slice() {
            ["messages", "batches", rest @ ..] => (true, rest),
            ["batches", rest @ ..] => (false, rest),
            ["files"] if asked.method == "POST" => return Some(self.upload(asked)),
            ["files", id, "content"] => return Some(self.lines(asked, id, now)),
            _ => return None,
        };
        let wire = if is_messages { Wire::Messages } else { Wire::Chat };
        if let Some(reply) = self.keyless(asked, wire, now) {
            return Some(reply);
        }
        Some(match (asked.method, words) {
            ("POST", []) => self.make(asked, is_messages, now),
            ("GET", []) => {
                let own = self.batches.jobs.iter().rev().filter(|job| job.is_messages == is_messages);
                let data: Vec<Value> = own.map(|job| job.shape(now)).collect();
                json_reply(200, &json!({ "object": "list", "data": data, "has_more": false }))
            }
            ("GET", [id, "results"]) => self.lines(asked, id, now),
            (_, [id]) | ("POST", [id, "cancel"]) => {
                let is_cancel = words.len() > 1;
                match self.batches.jobs.iter_mut().find(|job| job.id == *id) {
                    Some(job) => {
                        if is_cancel {
                            job.cancel(now);
                        }
                        json_reply(200, &job.shape(now))
                    }
                    None => absent(wire, id),
                }
            }
            _ => absent(wire, path),
        })
    }

    fn upload(&mut self, asked: &Asked) -> Reply {
        let text = String::from_utf8_lossy(asked.body);
        let boundary = text.lines().next().unwrap_or_default().trim().to_owned();
        let parts: Vec<&str> = text.split(boundary.as_str()).collect();
        let file =
            parts.iter().find(|part| part.contains("name=\"file\"")).and_then(|part| part.split_once("\r\n\r\n"));
        let Some((_, content)) = file.filter(|_| boundary.starts_with("--")) else {
            let message = "there is no file in this form";
            return json_reply(400, &error_body(Wire::Chat, 400, "invalid_request_error", message));
        };
        let content = content.trim_end().as_bytes().to_vec();
        let id = format!("file-{}", self.batches.files.len() + 1);
        let size = content.len();
        self.batches.files.insert(id.clone(), content);
        json_reply(200, &json!({ "id": id, "object": "file", "bytes": size, "purpose": "batch" }))
    }

    fn make(&mut self, asked: &Asked, is_messages: bool, now: Timestamp) -> Reply {
        let wire = if is_messages { Wire::Messages } else { Wire::Chat };
        let told: Value = serde_json::from_slice(asked.body).unwrap_or_default();
        let endpoint = told["endpoint"].as_str().unwrap_or("/v1/messages").to_owned();
        let read = if is_messages {
            Ok(told["requests"].as_array().into_iter().flatten().filter_map(Question::of_messages).collect())
        } else {
            let file = told["input_file_id"].as_str().unwrap_or_default();
            match self.batches.files.get(file) {
                Some(file) => questions(file, &endpoint),
                None => return absent(wire, file),
            }
        };
        let (questions, wrong) = match read {
            Ok(questions) => (questions, None),
            Err(wrong) => (Vec::new(), Some(wrong)),
        };
        if questions.is_empty() && wrong.is_none() {
            let message = "a batch needs a question";
            return json_reply(400, &error_body(wire, 400, "invalid_request_error", message));
        }
        let mut entry = Entry {
            model: questions.first().map(|one: &Question| one.model().to_owned()).unwrap_or_default(),
            remark: Some(format!("a batch of {}", questions.len())),
            ..Entry::of(asked, self.n_requests + 1, now, "batch")
        };
        let lines = questions.into_iter().map(|question| self.told(question, &endpoint, now, &mut entry)).collect();
        self.n_requests += 1;
        let mishap = self.mishap();
        if let Some((status, headers, body)) = mishap.as_ref().and_then(|mishap| mishap.instead(wire, now)) {
            return Reply { status, headers, acts: vec![Act::Send(body)], entry: Some(Entry { status, ..entry }) };
        }
        let time = i64::try_from(self.habits.batch_time.as_millis()).unwrap_or(i64::MAX);
        let number = self.batches.jobs.len() + 1;
        let id = if is_messages { format!("msgbatch_{number}") } else { format!("batch_{number}") };
        let metadata = told["metadata"].clone();
        let ends = Timestamp(now.0.saturating_add(time));
        let job = Job { id, is_messages, metadata, endpoint, made: now, ends, is_cancelled: false, wrong, lines };
        let acts = befallen(mishap.as_ref(), job.shape(now).to_string().as_bytes());
        self.batches.jobs.push(job);
        let headers = vec![("content-type", "application/json".to_owned())];
        Reply { status: 200, headers, acts, entry: Some(entry) }
    }

    /// Answers one question as if it had come by itself, and adds up what it comes to.
    fn told(&mut self, question: Question, endpoint: &str, now: Timestamp, sum: &mut Entry) -> Told {
        let Question { name, body } = question;
        let wire = Wire::of_path(endpoint).unwrap_or(Wire::Chat);
        let wrong = |message: &str| Fate::Errored(400, error_body(wire, 400, "invalid_request_error", message));
        if body["stream"] == true {
            return Told { name, fate: wrong("a batch does not stream") };
        }
        if body["max_tokens"] == 0 {
            return Told { name, fate: wrong("max_tokens: 0 cannot stand in a batch") };
        }
        let model = self.catalog.find(body["model"].as_str().unwrap_or_default()).model.in_batch();
        let text = body.to_string();
        let asked = Asked { method: "POST", path: endpoint, has_key: true, body: text.as_bytes() };
        let reply = self.answer(&asked, now);
        if let Some(entry) = &reply.entry {
            if entry.remark.as_deref() == Some("expire") {
                return Told { name, fate: Fate::Expired };
            }
            sum.usage = add(sum.usage, entry.usage);
            let plus = |sum, more| if let (Some(sum), Some(more)) = (sum, more) { Some(sum + more) } else { more };
            sum.cost = plus(sum.cost, model.cost(&entry.usage));
            sum.uncached = plus(sum.uncached, entry.uncached);
        }
        let sent = reply.acts.into_iter().filter_map(|act| match act {
            Act::Send(bytes) => Some(bytes),
            _ => None,
        });
        let sent = sent.collect::<Vec<_>>().concat();
        let fate = match (reply.status, serde_json::from_slice::<Value>(&sent)) {
            (200, Ok(answer)) => Fate::Done(answer),
            (200, Err(_)) => Fate::Errored(500, error_body(wire, 500, "api_error", "an answer that broke off")),
            (status, error) => Fate::Errored(status, error.unwrap_or_default()),
        };
        Told { name, fate }
    }

    /// The lines of a batch that has ended, perhaps not all of them where a fault wants it so.
    fn lines(&mut self, asked: &Asked, id: &str, now: Timestamp) -> Reply {
        let wire = if asked.path.contains("/messages/") { Wire::Messages } else { Wire::Chat };
        if let Some(reply) = self.keyless(asked, wire, now) {
            return reply;
        }
        let (job, wanted) = match id.rsplit_once('-') {
            Some((job, "output")) => (job, Some(true)),
            Some((job, "errors")) => (job, Some(false)),
            _ => (id, None),
        };
        let Some(job) = self.batches.jobs.iter().find(|own| own.id == job && own.ends <= now) else {
            return absent(wire, id);
        };
        let is_wanted = |told: &&Told| wanted.is_none_or(|done| matches!(told.fate, Fate::Done(_)) == done);
        // No order is promised: the last comes first.
        let lines = job.lines.iter().rev().filter(is_wanted);
        let lines: Vec<String> = lines.map(|told| told.shape(job.is_messages).to_string() + "\n").collect();
        let body = lines.concat();
        self.n_requests += 1;
        let mishap = self.mishap();
        if let Some((status, headers, body)) = mishap.as_ref().and_then(|mishap| mishap.instead(wire, now)) {
            return Reply { status, headers, acts: vec![Act::Send(body)], entry: None };
        }
        let headers = vec![("content-type", "application/x-jsonl".to_owned())];
        Reply { status: 200, headers, acts: befallen(mishap.as_ref(), body.as_bytes()), entry: None }
    }

    /// What befalls the request that came last.
    fn mishap(&self) -> Option<Mishap> {
        self.habits.faults.iter().find(|fault| fault.hits(self.n_requests)).map(|fault| fault.mishap.clone())
    }

    fn keyless(&self, asked: &Asked, wire: Wire, now: Timestamp) -> Option<Reply> {
        if asked.has_key || !self.habits.wants_key {
            return None;
        }
        let entry = Entry { status: 401, ..Entry::of(asked, self.n_requests, now, "batch") };
        Some(refused(wire, refuse(401, "authentication_error", "there is no key in this request"), entry))
    }
}

/// A body as far as a mishap lets it out.
fn befallen(mishap: Option<&Mishap>, body: &[u8]) -> Vec<Act> {
    let (most, last) = match mishap {
        Some(Mishap::Cut(most)) => (*most, None),
        Some(Mishap::Drop(most)) => (*most, Some(Act::Break)),
        Some(Mishap::Hang(most)) => (*most, Some(Act::Hang)),
        _ => (usize::MAX, None),
    };
    std::iter::once(Act::Send(body[..body.len().min(most)].to_vec())).chain(last).collect()
}

fn absent(wire: Wire, what: &str) -> Reply {
    json_reply(404, &error_body(wire, 404, "not_found_error", &format!("{what} is not here")))
}

fn add(one: Usage, other: Usage) -> Usage {
    let plus = |one: Option<u64>, other: Option<u64>| match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    };
    Usage {
        input: plus(one.input, other.input),
        cached: plus(one.cached, other.cached),
        cache_write: plus(one.cache_write, other.cache_write),
        output: plus(one.output, other.output),
        reasoning: plus(one.reasoning, other.reasoning),
    }
}

/// The questions of a file, or what is wrong with it.
fn questions(file: &[u8], endpoint: &str) -> Result<Vec<Question>, String> {
    let text = String::from_utf8_lossy(file);
    let mut questions: Vec<Question> = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let value: Value = serde_json::from_str(line).map_err(|_| format!("line {number} is no JSON"))?;
        let name = value["custom_id"].as_str().ok_or_else(|| format!("line {number} has no custom_id"))?.to_owned();
        if value["method"] != "POST" || value["url"] != endpoint {
            return Err(format!("line {number} does not ask {endpoint}"));
        }
        if questions.iter().any(|question| question.name == name) {
            return Err(format!("line {number} has the custom_id of another one"));
        }
        questions.push(Question { name, body: value["body"].clone() });
    }
    Ok(questions)
}

impl Question {
    fn of_messages(value: &Value) -> Option<Self> {
        Some(Self { name: value["custom_id"].as_str()?.to_owned(), body: value["params"].clone() })
    }

    fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or_default()
    }
}

impl Job {
    /// How many questions are answered at a moment.
    fn n_reached(&self, now: Timestamp) -> usize {
        if now >= self.ends {
            return self.lines.len();
        }
        let (gone, whole) = (now.0 - self.made.0, (self.ends.0 - self.made.0).max(1));
        usize::try_from(gone).unwrap_or(0) * self.lines.len() / usize::try_from(whole).unwrap_or(1)
    }

    fn cancel(&mut self, now: Timestamp) {
        if now < self.ends {
            let n_reached = self.n_reached(now);
            self.lines.iter_mut().skip(n_reached).for_each(|told| told.fate = Fate::Cancelled);
            (self.ends, self.is_cancelled) = (now, true);
        }
    }

    fn shape(&self, now: Timestamp) -> Value {
        let has_ended = now >= self.ends;
        let reached = &self.lines[..self.n_reached(now)];
        let n = |is: fn(&Fate) -> bool| reached.iter().filter(|told| is(&told.fate)).count();
        let done = n(|fate| matches!(fate, Fate::Done(_)));
        let errored = n(|fate| matches!(fate, Fate::Errored(..)));
        let expired = n(|fate| matches!(fate, Fate::Expired));
        let cancelled = n(|fate| matches!(fate, Fate::Cancelled));
        if self.is_messages {
            let counts = json!({
                "processing": self.lines.len() - reached.len(), "succeeded": done, "errored": errored,
                "canceled": cancelled, "expired": expired,
            });
            return json!({
                "id": self.id, "type": "message_batch", "processing_status": if has_ended { "ended" } else { "in_progress" },
                "request_counts": counts, "created_at": self.made.to_string(),
                "results_url": has_ended.then(|| format!("https://elsewhere.example/{}", self.id)),
            });
        }
        let failed = errored + expired + cancelled;
        let status = match () {
            () if self.wrong.is_some() => "failed",
            () if !has_ended => "in_progress",
            () if self.is_cancelled => "cancelled",
            () if expired > 0 => "expired",
            () => "completed",
        };
        let file = |name: &str, n: usize| (has_ended && n > 0).then(|| format!("{}-{name}", self.id));
        let errors = self.wrong.as_ref().map(|wrong| json!({ "data": [{ "code": "invalid", "message": wrong }] }));
        json!({
            "id": self.id, "object": "batch", "endpoint": self.endpoint, "status": status, "errors": errors,
            "output_file_id": file("output", done), "error_file_id": file("errors", failed),
            "created_at": self.made.0 / 1000, "metadata": self.metadata,
            "request_counts": { "total": self.lines.len(), "completed": done, "failed": failed },
        })
    }
}

impl Told {
    fn shape(&self, is_messages: bool) -> Value {
        let name = &self.name;
        if is_messages {
            let result = match &self.fate {
                Fate::Done(message) => json!({ "type": "succeeded", "message": message }),
                Fate::Errored(_, error) => json!({ "type": "errored", "error": error }),
                Fate::Expired => json!({ "type": "expired" }),
                Fate::Cancelled => json!({ "type": "canceled" }),
            };
            return json!({ "custom_id": name, "result": result });
        }
        let response = |status: u16, body: &Value| json!({ "status_code": status, "request_id": name, "body": body });
        let (response, error) = match &self.fate {
            Fate::Done(body) => (response(200, body), Value::Null),
            Fate::Errored(status, body) => (response(*status, body), Value::Null),
            Fate::Expired => (Value::Null, json!({ "code": "batch_expired", "message": "not reached in time" })),
            Fate::Cancelled => (Value::Null, json!({ "code": "batch_cancelled", "message": "cancelled" })),
        };
        json!({ "id": format!("line-{name}"), "custom_id": name, "response": response, "error": error })
    }
}
