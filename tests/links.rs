//! Links, from the command line to sites on loopback and back.

use std::fs;

use serde_json::Value;

use crate::support::Desk;
use crate::support::web::Web;

const ESSAY: &str = "<!doctype html><html><head><title>The Long Bench</title></head><body><nav><a href='/x'>Home</a></nav>\
                     <article><h1>The Long Bench</h1><p>Whoever relearns a thing pays for it once, and whoever keeps a record of it \
                     pays a little every day. The bench keeps no record, and so it is cheap to sit on, and dear to come back to.</p>\
                     <p>There is a <a href=\"http://wiki.test/card\">card</a> on which a wrong note votes for itself.</p></article></body></html>";
const TALK: &str = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ada>Who gets to forget?\n\n00:05.000 --> 00:09.000\n<v Ben>Nobody said any of this.\n";
const THREAD: &str = "# Thread Export\n\n- Author: @ada\n\n## Tweet 1\n\nOn http://essay.test/bench.html and the same at \
                      http://short.test/b, with the talk http://talk.test/talk.vtt and http://gone.test/x\n\n## Tweet 2\n\n\
                      Also https://x.com/ada/status/1, http://pictures.test/p.png and http://10.0.0.1/admin\n";

/// A desk with a thread, and the sites that it points to.
fn desk() -> (Desk, Web) {
    let desk = Desk::new();
    desk.file("thread.md", THREAD.as_bytes());
    let web = Web::start();
    web.page("essay.test/bench.html", 200, &["content-type: text/html", "etag: \"1\""], ESSAY);
    web.page("short.test/b", 301, &["location: http://essay.test/bench.html"], "");
    web.page("talk.test/talk.vtt", 200, &["content-type: text/vtt; charset=utf-8"], TALK);
    web.page("wiki.test/card", 200, &["content-type: text/plain"], "A card is a note that somebody trusts.\n");
    web.page("shut.test/robots.txt", 200, &[], "User-agent: *\nDisallow: /\n");
    web.page("shut.test/page", 200, &["content-type: text/plain"], "Words behind a fence.\n");
    web.page("shut.test/other", 200, &["content-type: text/plain"], "Other words behind a fence.\n");
    (desk, web)
}

/// Commands as a person types them, with the flags that lead to the sites.
fn session(desk: &Desk, web: &Web, lines: &[&str]) -> String {
    let flags = web.flags();
    let shown = lines.iter().map(|line| {
        let words = crate::support::words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).chain(flags.iter().map(String::as_str)).collect();
        format!("$ forkful {line}\n{}", desk.run(&words).shown())
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_thread_is_packed_with_what_it_points_to() {
    let (desk, web) = desk();
    let shown = session(
        &desk,
        &web,
        &[
            "pack thread.md --follow --lock links.lock -o one.md",
            "pack thread.md --follow --depth 2 --skip gone.test --skip 10.0.0.1 --skip x.com -o two.md",
            "pack thread.md --follow --only talk.test --only essay.test --max-links 1 -o three.md",
            "pack thread.md --as http://talk.test/talk.vtt=missing.vtt",
        ],
    );
    insta::assert_snapshot!(shown);
    insta::assert_snapshot!("the_packed_links", fs::read_to_string(desk.path().join("two.md")).unwrap());
    insta::assert_snapshot!("the_lock", fs::read_to_string(desk.path().join("links.lock")).unwrap());
}

#[test]
fn the_same_links_give_the_same_bundle_also_on_a_plane() {
    let (desk, web) = desk();
    let flags = web.flags();
    let pack = |more: &[&str]| -> (Value, i32) {
        let own = ["pack", "thread.md", "--follow", "--lock", "links.lock", "--json"];
        let words: Vec<&str> =
            own.iter().copied().chain(more.iter().copied()).chain(flags.iter().map(String::as_str)).collect();
        let ran = desk.run(&words);
        let shape = serde_json::from_str(&ran.stdout).unwrap_or(Value::Null);
        (shape, ran.code)
    };
    let (first, code) = pack(&[]);
    assert_eq!(code, 4);
    let asked = web.asked();
    assert!(
        asked.contains(&"essay.test/bench.html".to_owned()) && asked.contains(&"gone.test/x".to_owned()),
        "{asked:?}"
    );
    // What is here is not asked for again; what failed is.
    let (second, _) = pack(&[]);
    assert_eq!(
        (&second["bundle"], web.asked()),
        (&first["bundle"], vec!["gone.test/robots.txt".to_owned(), "gone.test/x".to_owned()])
    );
    let (third, code) = pack(&["--locked", "--offline"]);
    assert_eq!((&third["bundle"], code, web.asked().len()), (&first["bundle"], 4, 0));

    web.page(
        "essay.test/bench.html",
        200,
        &["content-type: text/html", "etag: \"2\""],
        &ESSAY.replace("a little every day", "a lot every day"),
    );
    web.page("gone.test/x", 200, &["content-type: text/plain"], "Back again.\n");
    let (fourth, _) = pack(&[]);
    assert_eq!(fourth["sources"].as_array().unwrap().len(), 4);
    let shown = session(
        &desk,
        &web,
        &[
            "diff --web --lock links.lock",
            "diff --web --lock links.lock --stat --json",
            "diff --web",
            "diff --web --offline",
        ],
    );
    insta::assert_snapshot!(shown);
    // Looking changed nothing.
    let (fifth, code) = pack(&["--locked", "--offline"]);
    assert_eq!((&fifth["bundle"], code), (&fourth["bundle"], 4));
    let (sixth, _) = pack(&["--refresh=http://essay.test/bench.html"]);
    assert_ne!(sixth["bundle"], fourth["bundle"]);
}

#[test]
fn a_lock_that_does_not_hold_ends_the_command() {
    let (desk, web) = desk();
    desk.file("thread.md", b"# Thread Export\n\n## Tweet 1\n\nhttp://wiki.test/card\n");
    let shown = session(
        &desk,
        &web,
        &[
            "pack thread.md --follow --locked --lock links.lock",
            "pack thread.md --follow --locked",
            "pack thread.md --follow --lock links.lock -o one.md",
        ],
    );
    desk.file("thread.md", b"# Thread Export\n\n## Tweet 1\n\nhttp://wiki.test/card http://talk.test/talk.vtt\n");
    let shown = shown + "\n" + &session(&desk, &web, &["pack thread.md --follow --locked --lock links.lock -o one.md"]);
    desk.file("thread.md", b"# Thread Export\n\n## Tweet 1\n\nhttp://wiki.test/card\n");
    web.page("wiki.test/card", 200, &["content-type: text/plain"], "A card is a wish.\n");
    let shown = shown
        + "\n"
        + &session(&desk, &web, &["pack thread.md --follow --locked --lock links.lock --store elsewhere -o one.md"]);
    desk.file("links.lock", b"version = 9\n");
    let shown = shown + "\n" + &session(&desk, &web, &["pack thread.md --follow --lock links.lock -o one.md"]);
    insta::assert_snapshot!(shown);
}

#[test]
fn addresses_are_sources_like_files() {
    let (desk, web) = desk();
    let shown = session(
        &desk,
        &web,
        &[
            "read http://wiki.test/card",
            "count http://wiki.test/card http://talk.test/talk.vtt",
            "count --raw http://wiki.test/card",
            "fetch http://essay.test/bench.html http://short.test/b http://gone.test/x http://shut.test/page",
            "fetch thread.md --follow --skip x.com",
            "fetch http://talk.test/talk.vtt -o talk.vtt",
            "read http://gone.test/x http://wiki.test/card",
            "read http://wiki.test/none --offline",
            "read http://127.0.0.1:1/",
            "read http://me:deep@wiki.test/card",
            "pack http://shut.test/page@follow --as https://youtu.be/x=talk.vtt -o shut.md",
        ],
    );
    insta::assert_snapshot!(shown);
    desk.file("fence.md", b"# A\n\nBehind [a fence](http://shut.test/other).\n");
    insta::assert_snapshot!(
        "robots",
        session(&desk, &web, &["read fence.md --follow", "read fence.md --follow --no-robots"])
    );
}

#[test]
fn what_is_no_page_is_told_and_what_stays_a_wall_has_not_come() {
    let (desk, web) = desk();
    let html = &["content-type: text/html"];
    desk.file("walls.md", b"# Thread Export\n\n## Tweet 1\n\nhttp://wall.test/a http://app.test/ http://lost.test/x http://wiki.test/card\n");
    web.page("wall.test/a", 200, html, "<title>A</title><p>Please log in to read this.");
    web.page("app.test/", 200, html, "<html><body><noscript>You need to enable JavaScript to run this app.</noscript>");
    web.page(
        "lost.test/x",
        200,
        html,
        "<title>404 Not Found</title><h1>404 Not Found</h1><p>The page you are looking for does not exist.",
    );
    web.page("deep.test/a/b", 200, html, &ESSAY.replace("http://wiki.test/card", "../card"));
    insta::assert_snapshot!(session(
        &desk,
        &web,
        &[
            "pack walls.md --skip wiki.test --lock walls.lock -o walls-packed.md",
            "diff --web --lock walls.lock",
            "diff --web --lock walls.lock --json",
            "count walls.md --only wiki.test",
            "count walls.md@follow thread.md --only wiki.test",
            "read http://deep.test/a/b",
            "fetch http://wiki.test/card http://talk.test/talk.vtt -o two",
            "read ftp://wiki.test/card",
            "count --raw GOPHER://wiki.test/card",
        ],
    ));
}

#[test]
fn a_project_names_links_and_keeps_their_lock() {
    let (desk, web) = desk();
    desk.file("talk.vtt", TALK.as_bytes());
    desk.file("other.vtt", TALK.as_bytes());
    let shown = session(
        &desk,
        &web,
        &[
            "init thread.md@follow",
            "add http://wiki.test/card@pin --as http://talk.test/talk.vtt=other.vtt",
            "add --as http://talk.test/talk.vtt=./talk.vtt",
            "add --as http://TALK.test/talk.vtt=talk.vtt",
            "add --as http://talk.test/talk.vtt=missing.vtt",
        ],
    );
    let project = fs::read_to_string(desk.path().join("forkful.toml")).unwrap();
    let shown = shown
        + "\n"
        + &project
        + "\n"
        + &session(
            &desk,
            &web,
            &[
                "plan --skip gone.test --skip 10.0.0.1",
                "pack --skip gone.test --skip 10.0.0.1 -o out.md",
                "pack --skip gone.test --skip 10.0.0.1 -o out.md --locked --offline",
            ],
        );
    insta::assert_snapshot!(shown);
    assert!(desk.path().join("forkful.lock").exists());
    desk.file(
        "forkful.toml",
        b"[[link]]\nurl = \"http://a.test/\"\n\n[[link]]\npath = 1\n\n[[source]]\npath = \"thread.md\"\nfollow = 9\n",
    );
    insta::assert_snapshot!("links_that_are_wrong", session(&desk, &web, &["plan"]));
}

#[test]
fn the_shapes_of_links_are_what_their_schemas_say() {
    let (desk, web) = desk();
    let flags = web.flags();
    let json = |words: &[&str]| -> Value {
        let words: Vec<&str> =
            words.iter().copied().chain(flags.iter().map(String::as_str)).chain(["--json"]).collect();
        serde_json::from_str(&desk.run(&words).stdout).unwrap()
    };
    crate::json::check("fetch", &json(&["fetch", "thread.md", "--follow"]));
    crate::json::check("plan", &json(&["plan", "thread.md", "--follow"]));
    crate::json::check("pack", &json(&["pack", "thread.md", "--follow", "--lock", "links.lock"]));
    crate::json::check("web-diff", &json(&["diff", "--web", "--lock", "links.lock"]));
}
