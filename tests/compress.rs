//! `pack --compress`: a summary in the place of a source, asked for once.

use crate::support::Desk;
use crate::support::provider::{Heard, Provider, Script, stream_of};

const SUMMARY: &str =
    "[0:00] They argue about cards.\n\n[4:45] \"Forgetting is a privilege\", she says.\n\nAnd that is all.";

fn desk(provider: &Provider) -> Desk {
    Desk::with_examples().set("FORKFUL_BASE_URL", &provider.base_url()).set("FORKFUL_MODEL", "mock")
}

#[test]
fn a_summary_is_written_once_and_takes_the_place_of_its_source() {
    let provider = Provider::start(vec![Script::says(SUMMARY)]);
    let desk = desk(&provider);
    let pack = "pack thread.md talk.vtt essay.md --compress s2=900";
    let first = desk.session(&[&format!("{pack} --dry-run -q"), &format!("{pack} --name bench -o bench.md")]);
    let second =
        desk.session(&[&format!("{pack} --name bench -o bench.md --offline"), "log", "show s2@4:45", "verify"]);
    let (_, body) = first.split_once('{').unwrap();
    let first = first.replace(body.split_once("}\n").unwrap().0, "...");
    insta::assert_snapshot!(format!("{first}\n{second}").replace(&provider.origin(), "ORIGIN"));
    let bodies: Vec<String> = provider.requests().iter().map(Heard::text).collect();
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("at most 900 tokens") && bodies[0].contains("Forgetting is a privilege"));
    let text = std::fs::read_to_string(desk.path().join("bench.md")).unwrap();
    assert!(text.contains("summary by scripted of") && text.contains("And that is all."));
    // What an answer says of its words is held to the summary, which is what the model read.
    assert!(!text.contains("At the time I was furious"));
}

#[test]
fn a_summary_says_its_price_and_may_not_cost_more() {
    let provider = Provider::start(vec![Script::says(SUMMARY)]);
    let desk = desk(&provider);
    let pack = "pack talk.vtt --compress s1=900 --compress-with gpt-5 --name bench -o bench.md";
    let shown = desk.session(&[
        &format!("{pack} --max-cost 0.001"),
        "pack talk.vtt --compress s1 --compress-with nobody --max-cost 1 -o bench.md",
        &format!("{pack} --max-cost 0.02"),
        "pack talk.vtt --max-cost 1",
    ]);
    insta::assert_snapshot!(shown.replace(&provider.origin(), "ORIGIN"));
    let bodies: Vec<String> = provider.requests().iter().map(Heard::text).collect();
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("\"max_tokens\":"), "{}", &bodies[0][..200]);
}

#[test]
fn what_is_no_summary_packs_nothing() {
    let half = Script::streams().chunk(stream_of("Half a summary")[..2].concat());
    let provider = Provider::start(vec![half, Script::says("A whole one.")]);
    let desk = desk(&provider);
    let session = desk.session(&[
        "pack essay.md --compress s1 --name a -q -o a.md --offline",
        "pack essay.md --compress s1 --name a -q -o a.md",
        "log --all",
        "pack essay.md --compress s1 --name a -o a.md",
        "pack essay.md --compress s2",
        "pack essay.md --compress essay.md",
        "pack essay.md --dry-run",
    ]);
    insta::assert_snapshot!(session.replace(&provider.origin(), "ORIGIN"));
}
