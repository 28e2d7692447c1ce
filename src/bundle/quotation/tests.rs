//! Answers and what is said of them.

use super::*;
use crate::content::{Counts, Kind, Quality, Section, SectionKind};

fn document(kind: Kind, parts: &[(&str, Option<&str>, SectionKind)]) -> Document {
    let mut text = String::new();
    let mut sections = Vec::new();
    for (words, label, kind) in parts {
        let start = text.len();
        text += words;
        let label = label.map(str::to_owned);
        let time = label.clone().filter(|label| label.contains(':') && *kind == SectionKind::Turn);
        let author = (*kind == SectionKind::Turn).then(|| "Ada".to_owned());
        sections.push(Section { start, end: text.len(), kind: *kind, label, author, time, reply_to: None });
        text += "\n\n";
    }
    Document {
        format: "text".to_owned(),
        kind,
        id: None,
        title: None,
        author: None,
        date: None,
        url: None,
        site: None,
        language: None,
        text,
        sections,
        links: vec![],
        counts: Counts { items: 1, visible: 1, hidden: 0, branches: 1 },
        quality: Quality::Complete,
        quality_reason: None,
        cues: vec![],
        summary: None,
        conversation: None,
    }
}

fn documents() -> [Document; 3] {
    let turn = SectionKind::Turn;
    let talk = [
        ("[0:01] Ada: Welcome. She can afford the stove, and we can't.", Some("0:01"), turn),
        ("[4:55] Ada: Not in thaw \u{2014} two words and a negative. It didn't get carried across", Some("4:55"), turn),
        ("[9:10] Ada: because none of the four had ever been up the Sleeve.", Some("9:10"), turn),
    ];
    let heading = SectionKind::Heading;
    let essay = [
        ("At six every evening the five of us wipe the whiteboard.", None, SectionKind::Paragraph),
        (
            "## The card\n\nA card is *small enough* that the [choosing](https://example.com/x) hurts.",
            Some("The card"),
            heading,
        ),
        (
            "## Cost, and more\n\n\u{201c}Whose lunch?\u{201d} worked because the balance was still there.",
            Some("Cost, and more"),
            heading,
        ),
    ];
    let post = SectionKind::Post;
    let thread = [
        ("[post 1]\nThe logged reason was true, dated, and about the wrong thing.", Some("post 1"), post),
        ("[post 2]\nShe can afford the stove, I hear. A dead end is a place.", Some("post 2"), post),
    ];
    [document(Kind::Transcript, &talk), document(Kind::Essay, &essay), document(Kind::Thread, &thread)]
}

fn looked_through(answer: &str) -> (Vec<String>, Vec<String>) {
    looked_through_without(answer, &[])
}

/// As it is seen by one whom these sources were withheld from.
fn looked_through_without(answer: &str, withheld: &[&str]) -> (Vec<String>, Vec<String>) {
    let documents = documents();
    // The last turn of the talk was cut.
    let cut = documents[0].sections[2].start;
    let kept = [0..cut, 0..documents[1].text.len(), 0..documents[2].text.len()];
    let sources: Vec<Source<'_>> = documents
        .iter()
        .zip(["s1", "s2", "s3"])
        .zip(kept)
        .filter(|((_, id), _)| !withheld.contains(id))
        .map(|((document, id), kept)| Source { id, document, kept: vec![kept] })
        .collect();
    let withheld: Vec<String> = withheld.iter().map(|&id| id.to_owned()).collect();
    let checked = check(answer, &sources, &withheld, &[Said { text: "Is the record the ground it stands on?" }]);
    let place = |passage: &Passage| {
        let cut = if passage.is_kept { "" } else { " cut" };
        format!("{}{cut} {:?}", passage.name(&sources), passage.text(&sources))
    };
    let quotations = checked.quotations.iter().map(|one| match &one.verdict {
        Verdict::Found(passage) | Verdict::Elsewhere(passage) => format!("{} {}", one.verdict.name(), place(passage)),
        Verdict::Altered { passage, difference } => {
            let pieces = difference.iter().map(|piece| match piece {
                Piece::Same(text) => text.clone(),
                Piece::Source(text) => format!("-{text}-"),
                Piece::Answer(text) => format!("+{text}+"),
            });
            format!("altered {}: {}", passage.name(&sources), pieces.collect::<Vec<_>>().join(" "))
        }
        Verdict::Spliced(passages) => {
            format!("spliced {}", passages.iter().map(|one| one.name(&sources)).collect::<Vec<_>>().join(", "))
        }
        other => other.name().to_owned(),
    });
    let citations = checked.citations.iter().map(|one| match &one.found {
        Ok(passage) => format!("{} = {}", one.target.name(), place(passage)),
        Err(nowhere) => format!("{} {nowhere:?}", one.target.name()),
    });
    (quotations.collect(), citations.collect())
}

#[test]
fn quotations_are_found_word_for_word_or_laid_beside_their_passage() {
    let check = |answer: &str, expected: &[&str]| assert_eq!(looked_through(answer).0, expected, "{answer}");
    check("\u{201c}She CAN afford the stove\u{201d} [s1 0:01]", &[r#"found s1 0:01 "She can afford the stove""#]);
    check("\"She can afford the stove\" [s3 post 2]", &[r#"found s3 post 2 "She can afford the stove""#]);
    check(
        "\"small enough that the choosing hurts\"",
        &[r#"found s2 The card "small enough* that the [choosing](https://example.com/x) hurts""#],
    );
    check("\"Not in thaw - two words\"", &["found s1 4:55 \"Not in thaw \u{2014} two words\""]);
    check(
        "\u{201c}'Whose lunch?' worked because\u{201d}",
        &["found s2 Cost, and more \"Whose lunch?\u{201d} worked because\""],
    );
    check(
        "\u{201c}It didn\u{2019}t get carried across because none of the four\u{201d}",
        &["found s1 4:55 \"It didn't get carried across\\n\\n[9:10] Ada: because none of the four\""],
    );
    check("\"none of the four had ever been\"", &[r#"found s1 9:10 cut "none of the four had ever been""#]);
    check(
        "\"At six \u{2026} the five of us [all] wipe the whiteboard\"",
        &[r#"found s2 "At six every evening the five of us wipe the whiteboard""#],
    );
    check(
        "> The logged reason was true, dated,\n> and about the wrong thing.\n> \u{2014} [s3 post 1]",
        &[r#"found s3 post 1 "The logged reason was true, dated, and about the wrong thing""#],
    );
    check(
        "\"The logged reason was false, dated, and mostly about the wrong thing\"",
        &["altered s3 post 1: The logged reason was -true- +false+ dated, and +mostly+ about the wrong thing"],
    );
    check("\"the five of us wipe the floor\"", &["altered s2: the five of us wipe the -whiteboard- +floor+"]);
    check("\"a dead end is a place \u{2026} She can afford the stove\"", &["spliced s3 post 2, s1 0:01"]);
    check("\"the record stands on the shoulders of giants\"", &["missing"]);
    check(
        "a \"dead end\" and a \"bitter lesson\" and \"no such\" [s1]",
        &[r#"found s3 post 2 "dead end""#, "term", "missing"],
    );
    check("you ask \"is the record the ground\"", &["said"]);
    check("nothing is quoted", &[]);
}

#[test]
fn a_quotation_under_another_source_is_said_so() {
    let check = |answer: &str, expected: &str| assert_eq!(looked_through(answer).0, [expected], "{answer}");
    let hurts = r#""choosing](https://example.com/x) hurts""#;
    check("\"the choosing hurts\" [s1 4:55]", &format!("elsewhere s2 The card \"the [{}", &hurts[1..]));
    check("As she says [s2 The card], \"the choosing hurts\".", &format!("found s2 The card \"the [{}", &hurts[1..]));
    check("\"She can afford the stove\" [s2]", r#"elsewhere s1 0:01 "She can afford the stove""#);
    check("\"ever been up the Sleeve\" [s1 0:01]", r#"elsewhere s1 9:10 cut "ever been up the Sleeve""#);
    check("\"ever been up the Sleeve\" [s1 4:55]", r#"found s1 9:10 cut "ever been up the Sleeve""#);
    check("\"ever been up the Sleeve\" [s9 4:55]", r#"found s1 9:10 cut "ever been up the Sleeve""#);
    check(
        "She says [s1 4:55]:\n\n> two words and a negative\n\nand so on [s2].",
        r#"found s1 4:55 "two words and a negative""#,
    );
}

#[test]
fn citations_point_to_passages_or_nowhere() {
    let check = |answer: &str, expected: &[&str]| assert_eq!(looked_through(answer).1, expected, "{answer}");
    let turn = r#"s1 0:01 "[0:01] Ada: Welcome. She can afford the stove, and we can't.""#;
    check(
        "[s1 0:01] [s1 1:30] [s1, 0:02] [s1 at 0:01]",
        &[
            &format!("s1 0:01 = {turn}"),
            &format!("s1 1:30 = {turn}"),
            &format!("s1 0:02 = {turn}"),
            &format!("s1 0:01 = {turn}"),
        ],
    );
    check(
        "[s9] [s1 59:00] [s3 post 7] [s2 Nothing] [x1] [s] [sources]",
        &["s9 NoSource", "s1 59:00 Past { last: \"9:10\" }", "s3 post 7 NoPlace", "s2 Nothing NoPlace"],
    );
    let card =
        "s2 The card \"## The card\\n\\nA card is *small enough* that the [choosing](https://example.com/x) hurts.\"";
    let cost = "s2 Cost, and more \"## Cost, and more\\n\\n\u{201c}Whose lunch?\u{201d} worked because the balance was still there.\"";
    check(
        "[s2 The card; s2 Cost, and more] [s2 \"card\"]",
        &[&format!("s2 The card = {card}"), &format!("s2 Cost, and more = {cost}"), &format!("s2 \"card\" = {card}")],
    );
    let (_, ranges) = looked_through("[s1 0:01-4:55] [s1 0:01\u{2013}0:20, 9:11] [s3 posts 1-2]");
    let names: Vec<&str> = ranges.iter().map(|range| range.split(" = ").next().unwrap()).collect();
    assert_eq!(names, ["s1 0:01-4:55", "s1 0:01\u{2013}0:20", "s1 9:11", "s3 posts 1-2"]);
    assert!(ranges[0].ends_with("carried across\"") && ranges[3].ends_with("is a place.\""), "{ranges:?}");
}

#[test]
fn what_was_withheld_is_neither_found_nor_false() {
    let check = |answer: &str, quoted: &[&str], cited: &[&str]| {
        let (quotations, citations) = looked_through_without(answer, &["s2"]);
        assert_eq!(quotations, quoted, "{answer}");
        assert_eq!(citations, cited, "{answer}");
    };
    check("[s2 The card] [s2]", &[], &["s2 The card Withheld", "s2 Withheld"]);
    check("\"the five of us wipe the whiteboard\" [s2]", &["withheld"], &["s2 Withheld"]);
    check("\"the five of us wipe the whiteboard\"", &["withheld"], &[]);
    check("\"the logged reason was false, dated and about the wrong thing\" [s2]", &["withheld"], &["s2 Withheld"]);
    check("\"She can afford the stove\"", &[r#"found s1 0:01 "She can afford the stove""#], &[]);
    let (quotations, _) = looked_through_without("\"no words of any source at all\" [s1 0:01]", &["s2"]);
    assert_eq!(quotations, ["missing"]);
}

#[test]
fn a_place_is_what_a_source_or_a_reference_of_its_bundle_calls_it() {
    let [talk, essay, thread] = documents();
    let check = |document: &Document, wanted: &str, expected: &str| {
        let found = place(document, wanted).map(|range| document.text[range].to_owned());
        let (start, end) = expected.split_once('\u{2026}').unwrap_or((expected, expected));
        assert!(found.as_ref().is_ok_and(|text| text.starts_with(start) && text.ends_with(end)), "{wanted}: {found:?}");
    };
    check(&talk, "4:55", "[4:55]\u{2026}carried across");
    check(&talk, "5:20", "[4:55]\u{2026}carried across");
    check(&talk, "0:01\u{2013}4:55", "[0:01]\u{2026}carried across");
    check(&talk, "#3", "[9:10]\u{2026}the Sleeve.");
    check(&essay, "\u{b6}1", "At six\u{2026}whiteboard.");
    check(&essay, "\u{b6}3", "A card\u{2026}hurts.");
    check(&essay, "\u{b6}1\u{2013}2", "At six\u{2026}## The card");
    check(&essay, "\u{b6} 2-\u{b6}3", "## The card\u{2026}hurts.");
    check(&essay, "the  CARD", "## The card\u{2026}hurts.");
    check(&essay, "2", "## The card\u{2026}hurts.");
    check(&thread, "2", "[post 2]\u{2026}is a place.");
    check(&essay, "Cost, and", "## Cost\u{2026}still there.");
    check(&thread, "post 1\u{2013}2", "[post 1]\u{2026}is a place.");
    check(&thread, "posts 1-2", "[post 1]\u{2026}is a place.");
    for (document, wanted) in [
        (&talk, "noon"),
        (&talk, "#0"),
        (&talk, "#4"),
        // Turns have times, so their paragraphs have no numbers.
        (&talk, "\u{b6}1"),
        (&essay, "\u{b6}9"),
        (&essay, "\u{b6}"),
        (&essay, "4:55"),
        (&essay, "9"),
        (&thread, "post 2\u{2013}1"),
        (&thread, "post 2\u{2013}7"),
    ] {
        assert_eq!(place(document, wanted), Err(Nowhere::NoPlace), "{wanted}");
    }
    assert_eq!(place(&talk, "2:00:00"), Err(Nowhere::Past { last: "9:10".to_owned() }));
    // Whatever a reference of a bundle says can be cited.
    for document in [&talk, &essay, &thread] {
        let places = crate::budget::Places::new("s1", &document.text, &document.sections);
        let words: Vec<_> = words::words(&document.text).into_iter().map(|word| word.range).collect();
        for (first, last) in
            words.iter().enumerate().flat_map(|(at, first)| words[at..].iter().map(move |last| (first, last)))
        {
            let range = first.start..last.end;
            let named = places.of(&range);
            let found = place(document, named.strip_prefix("s1 ").unwrap()).unwrap();
            assert!(found.start <= range.start && range.end <= found.end, "{named}: {range:?} {found:?}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_answer_is_looked_through(answer in "(\\PC|[\"\u{201c}\u{201d}>\\[\\]s1 \n.\u{2026}]){0,80}") {
        looked_through(&answer);
    }

    #[test]
    fn any_run_of_words_of_a_source_is_found(first in 0..60_usize, n in 4..30_usize, source in 0..3_usize) {
        let documents = documents();
        let text = &documents[source].text;
        let words: Vec<_> = words::words(text).into_iter().collect();
        let (first, last) = (first % words.len(), (first % words.len() + n).min(words.len()) - 1);
        let quote = &text[words[first].range.start..words[last].range.end];
        let quote = quote.replace(['"', '[', ']', '\u{201c}', '\u{201d}'], " ");
        // Heads of turns are no words of the talk; a quotation over one is another matter.
        proptest::prop_assume!(!quote.contains("Ada:") && !quote.contains('\n') && !quote.contains("https"));
        let (verdicts, _) = looked_through(&format!("\"{}\"", quote.trim()));
        proptest::prop_assert!(verdicts.is_empty() || verdicts[0].starts_with("found"), "{quote}: {verdicts:?}");
    }
}
