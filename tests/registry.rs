//! Every registered adapter is whole: a name of its own, words about it, a fixture that it reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use forkful::bundle::render::RENDERERS;
use forkful::fork::foreign::DIALECTS;
use forkful::gather::{self, FORMATS};
use forkful::send::{HOSTS, PROTOCOLS};

use crate::support::root;

fn fixtures(format: &str) -> Vec<PathBuf> {
    let folder = root().join("tests/fixtures").join(format);
    let entries = fs::read_dir(&folder).unwrap_or_else(|_| panic!("no fixture folder {}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn names_are_unique_and_explained() {
    let groups: [Vec<(&str, &str)>; 5] = [
        FORMATS.iter().map(|format| (format.name, format.about)).collect(),
        RENDERERS.iter().map(|renderer| (renderer.name, renderer.about)).collect(),
        DIALECTS.iter().map(|dialect| (dialect.name, dialect.about)).collect(),
        PROTOCOLS.iter().map(|protocol| (protocol.name, protocol.about)).collect(),
        HOSTS.iter().map(|host| (host.name, host.about)).collect(),
    ];
    for group in groups {
        let names: BTreeSet<&str> = group.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), group.len(), "{names:?}");
        assert!(group.iter().all(|(name, about)| !name.is_empty() && !about.is_empty()));
    }
}

#[test]
fn every_format_reads_its_fixtures_without_their_names() {
    for format in FORMATS {
        let files = fixtures(format.name);
        assert!(!files.is_empty(), "{} has no fixture", format.name);
        for file in files {
            let bytes = fs::read(&file).unwrap();
            let name = file.file_name().unwrap().to_str().unwrap();
            let reading =
                gather::read("source", &bytes, None).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            insta::with_settings!({snapshot_path => file.parent().unwrap().join("expected"), prepend_module_to_snapshot => false}, {
                insta::assert_json_snapshot!(format!("{}.{name}", format.name), (&reading.documents, &reading.problems));
            });
            assert_eq!(reading.documents[0].format, format.name, "{}", file.display());
        }
    }
}

#[test]
fn fixtures_belong_to_a_format() {
    let known: BTreeSet<&str> = FORMATS.iter().map(|format| format.name).collect();
    for entry in fs::read_dir(root().join("tests/fixtures")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(name.as_str()), "{name} is no format");
    }
}
