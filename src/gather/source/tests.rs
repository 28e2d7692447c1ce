//! What a name on the disk leads to.

use super::*;

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn harvest(path: &str) -> Result<Harvest, Error> {
    gather(path, Wishes::default(), &mut io::empty())
}

#[test]
fn a_folder_is_read_in_order_and_tells_what_it_skips() {
    let files: &[(&str, &[u8])] = &[
        ("b.md", b"bee"),
        ("a/z.md", b"zed"),
        ("a-z.txt", b"dash"),
        (".git/x", b"x"),
        ("p.png", b"\x89PNG\0"),
        ("e.txt", b" "),
    ];
    let folder = folder_with(files);
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
    let root = folder.path().to_str().unwrap();
    let harvest = harvest(&format!("{root}/")).unwrap();
    let locators: Vec<&str> =
        harvest.gathered.iter().map(|source| source.locator.strip_prefix(root).unwrap()).collect();
    assert_eq!(locators, ["/a-z.txt", "/a/z.md", "/b.md"]);
    assert_eq!(harvest.gathered[2].sha256, Digest::of(b"bee"));
    let skipped: Vec<&str> = harvest.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(skipped.iter().filter(|message| message.starts_with("skipped: ")).count(), skipped.len());
    assert_eq!(skipped.len(), if cfg!(unix) { 4 } else { 3 });
}

#[test]
fn a_source_that_cannot_be_read_says_why() {
    let folder = folder_with(&[("thread.md", b"words"), ("empty/x.bin", b"\0\x01\xff"), ("empty.txt", b"")]);
    let at = |name: &str| harvest(folder.path().join(name).to_str().unwrap());
    match at("thraed.md").unwrap_err() {
        Error::Missing { nearest, .. } => assert!(nearest.unwrap().ends_with("/thread.md")),
        other => panic!("{other}"),
    }
    assert!(matches!(at("quite-other").unwrap_err(), Error::Missing { nearest: None, .. }));
    assert!(matches!(at("empty").unwrap_err(), Error::NothingInFolder { first: Some(_), .. }));
    assert!(matches!(at("empty.txt").unwrap_err(), Error::Empty { .. }));
}

#[test]
fn stdin_is_a_source() {
    let harvest = gather("-", Wishes { format: Some("essay"), ..Wishes::default() }, &mut &b"# A\n\nb"[..]).unwrap();
    assert_eq!(harvest.gathered[0].locator, "-");
    assert_eq!(harvest.gathered[0].documents[0].title.as_deref(), Some("A"));
    let mut endless = io::repeat(b'x');
    assert!(matches!(gather("-", Wishes::default(), &mut endless), Err(Error::TooLarge { limit: MAX_BYTES, .. })));
}
