//! Hostile input: the suites of the shared material, where they are present, through every reader.

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use forkful::content::Quality;
use forkful::gather::{self, FORMATS, Wishes, source};

use crate::support::{root, shared};

fn files(below: &str) -> Option<Vec<PathBuf>> {
    let mut folders = vec![shared(below)?];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Some(files)
}

/// Reads or refuses; what is read keeps the promises.
fn check(name: &str, bytes: &[u8], word: Option<&str>) -> bool {
    let Ok(reading) = gather::read(name, bytes, word) else { return false };
    assert!(!reading.documents.is_empty(), "{name}");
    assert!(!reading.problems.iter().any(|problem| problem.message.contains("did not fit")), "{name} as {word:?}");
    true
}

#[test]
fn the_json_test_suite_breaks_no_reader() {
    let Some(files) = files("security/json-test-suite") else { return };
    let (mut n_read, mut n_all) = (0, 0);
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let bytes = fs::read(path).unwrap();
        let name = path.display().to_string();
        check(&name, &bytes, None);
        // The same inside of what each reader of JSON looks for.
        for (word, open, close) in [
            ("chatgpt", "[{\"mapping\": {\"a\": {\"message\": {\"content\": {\"parts\": [", "]}}}}}]"),
            ("claude", "[{\"chat_messages\": [{\"content\": ", "}]}]"),
            ("x-archive", "[{\"tweet\": {\"full_text\": \"a\", \"entities\": ", "}}]"),
            ("telegram", "{\"messages\": [{\"type\": \"message\", \"date\": \"1\", \"text\": ", "}]}"),
        ] {
            let around = [open.as_bytes(), &bytes, close.as_bytes()].concat();
            n_all += 1;
            n_read += usize::from(check(&name, &around, Some(word)));
        }
    }
    eprintln!("{n_read} of {n_all} were read");
    assert!(n_all > 1000);
}

#[test]
fn archives_made_to_break_readers_are_read_or_refused() {
    let Some(files) = files("security/zip2") else { return };
    let mut n_read = 0;
    for path in &files {
        let harvest = source::gather(path.to_str().unwrap(), Wishes::default(), &mut std::io::empty());
        n_read += usize::from(harvest.is_ok_and(|harvest| !harvest.gathered.is_empty()));
    }
    eprintln!("{n_read} of {} were read", files.len());
    assert!(n_read > 0 && files.len() > 50);
}

#[test]
fn naughty_strings_stay_what_they_are() {
    let Some(folder) = shared("security/naughty-strings") else { return };
    let strings: Vec<String> = serde_json::from_slice(&fs::read(folder.join("blns.json")).unwrap()).unwrap();
    for string in strings.iter().filter(|string| !string.trim().is_empty()) {
        let quoted = serde_json::to_string(string).unwrap();
        let chat = format!(
            "[{{\"id\": \"c\", \"title\": {quoted}, \"mapping\": {{\"a\": {{\"message\": {{\"author\": {{\"role\": \"user\"}}, \
             \"content\": {{\"content_type\": \"text\", \"parts\": [{quoted}]}}}}}}}}}}]"
        );
        let Ok(reading) = gather::read("source", chat.as_bytes(), None) else { continue };
        let plain: String = string.chars().filter(|c| c.is_alphanumeric()).collect();
        let text: String = reading.documents[0].text.chars().filter(|c| c.is_alphanumeric()).collect();
        assert!(text.ends_with(&plain) || !string.is_ascii(), "{string:?}");
    }
}

#[test]
fn long_lines_and_deep_nests_end() {
    let long = "x".repeat(10_000_000);
    let deep = "[{\"a\":".repeat(10_000);
    for word in [None, Some("chatgpt"), Some("whatsapp"), Some("mail")] {
        check("long", long.as_bytes(), word);
        check("long", format!("{{\"text\": \"{long}\"}}").as_bytes(), word);
    }
    for format in FORMATS {
        check("deep", deep.as_bytes(), Some(format.name));
    }
}

/// A zip of parts, packed.
fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A Word document whose main part is `body`.
fn docx(body: &str) -> Vec<u8> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
    let relations = format!(
        "<Relationships><Relationship Id=\"r\" Type=\"{office}\" Target=\"word/document.xml\"/></Relationships>"
    );
    zipped(&[("[Content_Types].xml", "<Types/>"), ("_rels/.rels", &relations), ("word/document.xml", body)])
}

fn epub(chapter: &str) -> Vec<u8> {
    let container = "<container><rootfiles><rootfile full-path=\"a.opf\"/></rootfiles></container>";
    let opf = "<package><manifest><item id=\"c\" href=\"c.xhtml\" media-type=\"application/xhtml+xml\"/></manifest>\
               <spine><itemref idref=\"c\"/></spine></package>";
    zipped(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", container),
        ("a.opf", opf),
        ("c.xhtml", chapter),
    ])
}

fn odt(body: &str) -> Vec<u8> {
    zipped(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", body)])
}

/// What a source is refused with.
fn refusal(name: &str, bytes: &[u8]) -> String {
    match gather::read(name, bytes, None) {
        Ok(reading) => panic!("{name} was read: {:?}", reading.documents[0].text.chars().take(80).collect::<String>()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn documents_that_swell_or_nest_are_refused_by_the_name_of_their_limit() {
    let swollen = format!("<w:document><w:body><w:p>{}</w:p></w:body></w:document>", " ".repeat(70 * 1024 * 1024));
    let tight = "x.docx/word/document.xml cannot be read from a zip archive: it is packed tighter than text can be";
    assert_eq!(refusal("x.docx", &docx(&swollen)), tight);
    let deep = "<w:p>".repeat(100_000);
    assert_eq!(refusal("x.docx", &docx(&deep)), "x.docx/word/document.xml nests elements deeper than 256");
    assert_eq!(refusal("x.odt", &odt(&deep)), "x.odt/content.xml nests elements deeper than 256");
    let many: Vec<(String, String)> = (0..50_001).map(|n| (format!("{n}.xml"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let parts = [&[("mimetype", "application/epub+zip")], many.as_slice()].concat();
    assert!(gather::read("x.epub", &zipped(&parts), Some("epub")).is_err());
    for whole in [
        docx("<w:document><w:body><w:p><w:r><w:t>words</w:t></w:r></w:p></w:body></w:document>"),
        epub("<p>words</p>"),
        odt("<p>words</p>"),
    ] {
        for end in (0..whole.len()).step_by(7) {
            // Cut anywhere: refused, or read and called partial.
            if let Ok(reading) = gather::read("x", &whole[..end], None) {
                assert!(reading.documents.iter().all(|document| document.quality != Quality::Complete), "{end}");
            }
        }
    }
}

#[test]
fn entities_are_neither_expanded_nor_fetched() {
    let level = |n: usize| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10));
    let lol: String = (1..10).map(level).collect();
    let secret = "<!ENTITY f SYSTEM \"file:///etc/passwd\"><!ENTITY g SYSTEM \"http://127.0.0.1:9/x\">";
    let doctype = format!("<!DOCTYPE d [<!ENTITY l0 \"lol\">{lol}{secret}]>");
    let body = format!(
        "{doctype}<w:document><w:body><w:p><w:r><w:t>before &l9; &f; &g; after</w:t></w:r></w:p></w:body></w:document>"
    );
    let reading = gather::read("x.docx", &docx(&body), None).unwrap();
    assert_eq!(reading.documents[0].text, "before &l9; &f; &g; after\n");
    let chapter = format!("<?xml version=\"1.0\"?>{doctype}<html><body><p>before &l9; &f; after</p></body></html>");
    let reading = gather::read("x.epub", &epub(&chapter), None).unwrap();
    assert!(reading.documents[0].text.len() < 5000 && !reading.documents[0].text.contains("root:"));
    let ttml =
        format!("{doctype}<tt><body><div><p begin=\"1s\" end=\"2s\">before &l9; &f; after</p></div></body></tt>");
    let reading = gather::read("x.ttml", ttml.as_bytes(), None).unwrap();
    assert_eq!(reading.documents[0].text, "[0:01] before &l9; &f; after\n");
}

#[test]
fn names_in_an_archive_are_only_names_and_one_bomb_loses_nothing_else() {
    let desk = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(desk.path().join(name), bytes).unwrap();
    write("a.md", b"# Pears\n\nA pear is a fruit.\n");
    write("b.docx", &docx(&"<w:p>".repeat(100_000)));
    write("c.zip", &zipped(&[("../../slip.md", "# Slip\n\nwords\n"), ("/etc/slip.md", "# Slip too\n\nwords\n")]));
    write("d.pdf", b"%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 1 0 R>> endobj\n");
    let harvest = source::gather(desk.path().to_str().unwrap(), Wishes::default(), &mut std::io::empty()).unwrap();
    let documents = harvest.gathered.iter().flat_map(|gathered| &gathered.documents);
    let titles: Vec<&str> = documents.filter_map(|document| document.title.as_deref()).collect();
    assert_eq!(titles, ["Pears", "Slip", "Slip too"]);
    let told: Vec<&str> = harvest.problems.iter().map(|problem| problem.message.rsplit('/').next().unwrap()).collect();
    assert_eq!(
        told,
        [
            "document.xml nests elements deeper than 256",
            "d.pdf is damaged or cut off: its PDF structure cannot be read"
        ]
    );
    assert!(!desk.path().parent().unwrap().join("slip.md").exists());
}

#[test]
fn papers_in_an_archive_are_read_unless_they_hang_on_a_conversation() {
    let pdf = fs::read(root().join("tests/fixtures/pdf/pears.pdf")).unwrap();
    let desk = tempfile::tempdir().unwrap();
    let archive = |talk: Option<&[u8]>| {
        let path = desk.path().join("x.zip");
        let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        let notes = (b"notes.md".as_slice(), b"# Notes\n\nwords\n".as_slice());
        for (name, bytes) in [(b"a.pdf".as_slice(), pdf.as_slice()), talk.map_or(notes, |talk| (b"z.json", talk))] {
            let name = std::str::from_utf8(name).unwrap();
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap();
        let harvest = source::gather(path.to_str().unwrap(), Wishes::default(), &mut std::io::empty()).unwrap();
        harvest.gathered[0].documents.iter().map(|document| document.format.clone()).collect::<Vec<_>>()
    };
    assert_eq!(archive(None), ["markdown", "pdf"]);
    let talk = br#"[{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]}]"#;
    assert_eq!(archive(Some(talk)), ["sharegpt"]);
}

#[test]
fn old_sheets_and_books_cut_anywhere_end() {
    for name in ["xls/pears.xls", "fb2/pears.fb2", "msg/pears.msg", "xml/orchard.xml"] {
        let whole = fs::read(root().join("tests/fixtures").join(name)).unwrap();
        for end in (0..whole.len()).step_by(11) {
            check(name, &whole[..end], None);
            let mut broken = whole.clone();
            broken[end] ^= 0x5a;
            check(name, &broken, None);
        }
    }
}
