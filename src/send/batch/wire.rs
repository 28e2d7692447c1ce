//! What goes to a server that takes batches, and what it says, both without IO.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Entry, Line, Progress, State};
use crate::content::{Digest, line};
use crate::net::{Credential, Header, Method, Request};
use crate::send::inline::Inline;
use crate::send::reader::Reader;
use crate::send::{Cut, Delta, Ending, Endpoint, Error, Failure, Outcome, Protocol, overflow};

/// How long `OpenAI` may take.
const WINDOW: &str = "24h";

/// How a server takes batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// `POST /files`, `POST /batches`; `path` is what each line of the file asks for.
    Files {
        /// `/v1/responses`
        path: &'static str,
    },
    /// `POST /messages/batches`
    Messages,
}

impl Api {
    /// How batches of this protocol's questions are sent; none where there is no such thing.
    pub fn of(protocol: &Protocol) -> Option<Self> {
        match protocol.name {
            "openai-chat" => Some(Self::Files { path: "/v1/chat/completions" }),
            "openai-responses" => Some(Self::Files { path: "/v1/responses" }),
            "anthropic" => Some(Self::Messages),
            _ => None,
        }
    }

    /// The most questions of one batch, and the most bytes; a little below what is documented.
    pub fn most(self) -> (usize, usize) {
        match self {
            Self::Files { .. } => (50_000, 190_000_000),
            Self::Messages => (100_000, 240_000_000),
        }
    }

    /// Where batches are made, and listed.
    pub(super) fn home(self) -> &'static str {
        match self {
            Self::Files { .. } => "batches",
            Self::Messages => "messages/batches",
        }
    }

    /// The parameter that names the last batch of the page before.
    pub(super) fn page(self) -> &'static str {
        match self {
            Self::Files { .. } => "after",
            Self::Messages => "after_id",
        }
    }

    /// A request with this server's headers.
    pub(super) fn request(
        self,
        endpoint: &Endpoint,
        more: &[Header],
        (method, path): (Method, &str),
        (content_type, body): (&str, Vec<u8>),
    ) -> Request {
        let (header, prefix) = match self {
            Self::Files { .. } => ("authorization", "Bearer "),
            Self::Messages => ("x-api-key", ""),
        };
        let mut headers = vec![("accept", "application/json".to_owned())];
        if method == Method::Post {
            headers.push(("content-type", content_type.to_owned()));
        }
        if self == Self::Messages {
            headers.push(("anthropic-version", "2023-06-01".to_owned()));
        }
        Request {
            method,
            url: endpoint.base_url.join(path),
            headers,
            credential: endpoint.key.clone().map(|secret| Credential { header, prefix, secret }),
            more: more.to_vec(),
            body,
        }
    }

    /// The body that makes a batch of these questions; for `OpenAI` of the file that holds them.
    pub(super) fn creation(self, mark: &str, entries: &[Entry], file: &str) -> Vec<u8> {
        match self {
            Self::Files { path } => json!({
                "input_file_id": file, "endpoint": path, "completion_window": WINDOW, "metadata": { "forkful": mark },
            })
            .to_string()
            .into_bytes(),
            Self::Messages => {
                let mut body = b"{\"requests\":[".to_vec();
                for (number, Entry { name, body: params }) in entries.iter().enumerate() {
                    let head =
                        format!("{}{{\"custom_id\":{},\"params\":", if number > 0 { "," } else { "" }, json!(name));
                    body.extend_from_slice(head.as_bytes());
                    body.extend_from_slice(params);
                    body.push(b'}');
                }
                body.extend_from_slice(b"]}");
                body
            }
        }
    }

    /// The form that uploads the questions as a file, and its content type.
    pub(super) fn upload(path: &str, mark: &str, entries: &[Entry]) -> (String, Vec<u8>) {
        let mut file = Vec::new();
        for Entry { name, body } in entries {
            let head = format!("{{\"custom_id\":{},\"method\":\"POST\",\"url\":{},\"body\":", json!(name), json!(path));
            file.extend_from_slice(head.as_bytes());
            file.extend_from_slice(body);
            file.extend_from_slice(b"}\n");
        }
        // A line of dashes at the beginning of a line stands in no JSON line.
        let boundary = format!("forkful-{}", &Digest::of(mark.as_bytes()).to_string()[..32]);
        let part = |disposition: &str| format!("--{boundary}\r\ncontent-disposition: form-data; {disposition}\r\n");
        let mut form = part("name=\"purpose\"") + "\r\nbatch\r\n";
        form += &part(&format!("name=\"file\"; filename=\"forkful-{mark}.jsonl\""));
        form += "content-type: application/jsonl\r\n\r\n";
        let end = format!("\r\n--{boundary}--\r\n");
        let body = [form.as_bytes(), &file, end.as_bytes()].concat();
        (format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// What a server says of a batch; none where this is no such thing.
    pub(super) fn progress(self, told: &Value) -> Option<Progress> {
        let remote = told["id"].as_str().filter(|id| is_plain(id))?.to_owned();
        let counts = &told["request_counts"];
        let n = |name: &str| counts[name].as_u64().unwrap_or(0);
        Some(match self {
            Self::Files { .. } => {
                let file = |name: &str| told[name].as_str().filter(|id| is_plain(id));
                let files = ["output_file_id", "error_file_id"].into_iter().filter_map(file);
                let wrong = || {
                    let first = told["errors"]["data"].get(0).unwrap_or(&Value::Null);
                    Failure::from_json(first).unwrap_or_default()
                };
                let status = told["status"].as_str()?;
                Progress {
                    state: match status {
                        "failed" => State::Refused,
                        "completed" | "expired" | "cancelled" => State::Ended,
                        "cancelling" => State::Stopping,
                        _ => State::Running,
                    },
                    remote,
                    n_done: n("completed"),
                    n_failed: n("failed"),
                    n_all: n("total"),
                    mark: told["metadata"]["forkful"].as_str().map(str::to_owned),
                    files: files.map(|id| format!("files/{id}/content")).collect(),
                    refusal: (status == "failed").then(wrong),
                }
            }
            Self::Messages => {
                let n_failed = n("errored") + n("canceled") + n("expired");
                Progress {
                    state: match told["processing_status"].as_str()? {
                        "ended" => State::Ended,
                        "canceling" => State::Stopping,
                        _ => State::Running,
                    },
                    n_done: n("succeeded"),
                    n_failed,
                    n_all: n("processing") + n("succeeded") + n_failed,
                    mark: None,
                    // The address that the server gives for it may lead anywhere.
                    files: vec![format!("messages/batches/{remote}/results")],
                    refusal: None,
                    remote,
                }
            }
        })
    }

    /// One line of the answers; none where it is no such thing.
    pub(super) fn line(self, text: &[u8], protocol: &Protocol, request: &Request) -> Option<Line> {
        let told: Told = serde_json::from_slice(text).ok()?;
        let origin = request.url.origin();
        let failed = |value: &Value| Failure::from_json(value).unwrap_or_default().told(request);
        let told_of = match self {
            Self::Files { .. } => {
                let response: Option<Response> = told.response.and_then(|raw| serde_json::from_str(raw.get()).ok());
                match (response, told.error) {
                    (Some(Response { status_code: 200..300, body: Some(body), .. }), _) => {
                        Ok(read(protocol, body.get().as_bytes(), request))
                    }
                    (Some(Response { status_code, body, request_id }), _) => {
                        let body = body.map(|raw| raw.get().to_owned()).unwrap_or_default();
                        let failure = Failure::read(body.as_bytes()).told(request);
                        Err(overflow(&failure).unwrap_or(Error::Status {
                            origin,
                            status: status_code,
                            failure: Box::new(failure),
                            retry_after: None,
                            request_id: request_id.map(|id| request.redact(&line(&id))),
                        }))
                    }
                    (None, error) => {
                        let failure = failed(&json!({ "error": error.unwrap_or_default() }));
                        Err(match failure.code.as_deref() {
                            Some("batch_expired") => Error::Expired { origin },
                            Some("batch_cancelled") => Error::Withdrawn { origin },
                            _ => Error::GaveUp { origin, failure: Box::new(failure) },
                        })
                    }
                }
            }
            Self::Messages => {
                let result = told.result?;
                match (result.kind.as_str(), result.message) {
                    ("succeeded", Some(message)) => Ok(read(protocol, message.get().as_bytes(), request)),
                    ("expired", _) => Err(Error::Expired { origin }),
                    ("canceled", _) => Err(Error::Withdrawn { origin }),
                    _ => {
                        let error = result.error.unwrap_or_default();
                        let failure = failed(if error["error"].is_object() { &error } else { &Value::Null });
                        Err(overflow(&failure).unwrap_or(Error::GaveUp { origin, failure: Box::new(failure) }))
                    }
                }
            }
        };
        Some(Line { name: told.custom_id, told: told_of })
    }
}

/// A line of either API, as far as it is looked at.
#[derive(serde::Deserialize)]
struct Told {
    custom_id: String,
    #[serde(default)]
    response: Option<Box<RawValue>>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    result: Option<Answered>,
}

#[derive(serde::Deserialize)]
struct Response {
    #[serde(default)]
    status_code: u16,
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    body: Option<Box<RawValue>>,
}

#[derive(serde::Deserialize)]
struct Answered {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: Option<Box<RawValue>>,
    #[serde(default)]
    error: Option<Value>,
}

/// Reads the body of an unstreamed answer.
fn read(protocol: &Protocol, body: &[u8], request: &Request) -> Outcome {
    let mut outcome = Outcome::empty();
    let mut reader = Reader::new((protocol.decoder)(), protocol.framing, "application/json");
    let mut deltas = Vec::new();
    let halt = reader.push(body, &mut deltas).and_then(|()| reader.finish(&mut deltas)).err();
    let mut failure = None;
    let mut inline = Inline::default();
    let parted: Vec<Delta> = deltas.into_iter().flat_map(|delta| inline.part(delta.told(request))).collect();
    for delta in parted.into_iter().chain(inline.rest()) {
        outcome.take(&delta);
        if let Delta::Failed(told) = delta {
            failure = Some(told);
        }
    }
    let origin = request.url.origin();
    outcome.ending = match (failure, halt) {
        (Some(failure), _) => Ending::Failed(Error::GaveUp { origin, failure: Box::new(failure) }),
        (None, Some(_)) => {
            let said = request.redact(&line(&String::from_utf8_lossy(body))).chars().take(120).collect();
            let content_type = "a line of a batch".to_owned();
            Ending::Failed(Error::NotAnAnswer { origin, status: 200, content_type, said })
        }
        (None, None) if reader.has_ended() || outcome.stop.is_some() => outcome.whole(),
        (None, None) => Ending::Truncated(Cut::Closed),
    };
    outcome
}

/// Whether an id can stand in a path as it is.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 256 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
