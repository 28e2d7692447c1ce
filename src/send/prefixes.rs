//! Forks share their bytes up to the end of the bundle, in every protocol and at every host.

use proptest::prelude::*;

use super::sample::{self, endpoint};
use super::*;
use crate::content::{Message, Part, Role};

/// Where the bundle ends in a body, as JSON writes it.
fn end_of(bundle: &str, body: &str) -> usize {
    let written = serde_json::to_string(bundle).expect("a string is JSON");
    let written = written.trim_matches('"');
    body.find(written).expect("the bundle is in the body") + written.len()
}

fn bodies(protocol: &Protocol, url: &str, prompts: &[Prompt]) -> Vec<String> {
    let body = |prompt: &Prompt| String::from_utf8((protocol.encode)(prompt, &endpoint(url)).body).expect("UTF-8");
    prompts.iter().map(body).collect()
}

/// Every protocol at its host and at a server nobody knows.
fn places() -> Vec<(&'static Protocol, &'static str)> {
    let hosts = HOSTS.iter().map(|host| (provider::protocol(host.protocol).expect("a protocol"), host.base_url));
    let unknown = PROTOCOLS.iter().map(|protocol| (protocol, "http://127.0.0.1:4711/v1"));
    hosts.chain(unknown).collect()
}

#[test]
fn forks_share_their_bytes_up_to_the_end_of_the_bundle() {
    let bundle = "<source>\n\"quoted\" \u{1F30D} \\ </source>\n";
    let (user, model) = (Role::User, Role::Assistant);
    for name in ["gpt-5.6", "claude-opus-4-8", "anthropic/claude-x", "m"] {
        let talks = [
            sample::prompt(name, &[(user, bundle), (user, "Why?")]),
            sample::prompt(name, &[(user, bundle), (user, "How?"), (model, "So."), (user, "And?")]),
            sample::prompt(name, &[(user, bundle), (model, "So."), (user, "And?")]),
        ];
        for (protocol, url) in places() {
            let bodies = bodies(protocol, url, &talks);
            let end = end_of(bundle, &bodies[0]);
            for other in &bodies[1..] {
                assert_eq!(&other[..end], &bodies[0][..end], "{} {url}", protocol.name);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn two_questions_at_one_place_differ_in_the_question_only(
        bundle in "[ -~\\n\u{e9}\u{1F30D}]{1,80}",
        talk in proptest::collection::vec(("[ -~]{1,20}", "[ -~]{0,20}", any::<bool>()), 0..4),
        one in "[a-m]{1,12}",
        other in "[n-z]{1,12}",
        stream in any::<bool>(),
    ) {
        for (protocol, url) in places() {
            let mut messages = vec![Message::text(Role::User, bundle.clone())];
            for (question, answer, is_sealed) in &talk {
                messages.push(Message::text(Role::User, question.clone()));
                let sealed = Part::Sealed {
                    protocol: protocol.name.to_owned(),
                    model: "m".to_owned(),
                    item: r#"{"type":"reasoning","encrypted_content":"e","thoughtSignature":"t","summary":[]}"#.to_owned(),
                };
                let text = Part::Text { text: format!("A{answer}") };
                let parts = if *is_sealed { vec![sealed, text] } else { vec![text] };
                messages.push(Message { role: Role::Assistant, parts });
            }
            let ask = |question: &str| {
                let messages = messages.iter().cloned().chain([Message::text(Role::User, question)]).collect();
                Prompt { messages, stream, ..sample::prompt("m", &[]) }
            };
            let bodies = bodies(protocol, url, &[ask(&one), ask(&other)]);
            let places: Vec<usize> = bodies.iter().zip([&one, &other]).map(|(body, question)| {
                body.rfind(question.as_str()).expect("the question is in the body")
            }).collect();
            prop_assert_eq!(&bodies[0][..places[0]], &bodies[1][..places[1]], "{} {}", protocol.name, url);
            let tails = [&bodies[0][places[0] + one.len()..], &bodies[1][places[1] + other.len()..]];
            prop_assert_eq!(tails[0], tails[1]);
        }
    }
}
