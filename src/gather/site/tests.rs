//! Links by site, and what becomes of what comes.

use super::*;

fn asked(link: &str) -> (&'static str, Vec<String>) {
    let (site, ask) = of(&Url::parse(link).unwrap());
    match ask {
        Ask::First(addresses) => (site.name, addresses),
        Ask::Nothing(reason) => (site.name, vec![format!("nothing: {reason}")]),
    }
}

#[test]
fn every_site_says_what_to_ask() {
    let check = |link: &str, site: &str, first: &str| {
        let (name, addresses) = asked(link);
        assert_eq!((name, addresses.first().map(String::as_str)), (site, Some(first)), "{link}");
    };
    let posts = "nothing: the site shows its posts only to people who are logged in";
    check("https://arxiv.org/abs/1706.03762v5", "arxiv", "https://arxiv.org/html/1706.03762v5");
    check("https://www.arxiv.org/pdf/hep-th/9901001.pdf", "arxiv", "https://arxiv.org/html/hep-th/9901001");
    check("https://doi.org/10.48550/arXiv.1706.03762", "arxiv", "https://arxiv.org/html/1706.03762");
    check("https://doi.org/10.1000/182", "page", "https://doi.org/10.1000/182");
    check("https://arxiv.org/list/cs.AI/new", "page", "https://arxiv.org/list/cs.AI/new");
    check(
        "https://de.m.wikipedia.org/wiki/Bach/Werk#x",
        "wikipedia",
        "https://de.wikipedia.org/api/rest_v1/page/html/Bach%2FWerk",
    );
    check("https://en.wikipedia.org/wiki/User:Ada", "page", "https://en.wikipedia.org/wiki/User:Ada");
    check(
        "https://github.com/ada/engine/blob/v1/src/a b.rs?x#L3",
        "github",
        "https://raw.githubusercontent.com/ada/engine/v1/src/a%20b.rs",
    );
    check("https://github.com/ada/engine", "github", "https://raw.githubusercontent.com/ada/engine/HEAD/README.md");
    check("https://github.com/ada/engine/pull/12/files", "github", "https://api.github.com/repos/ada/engine/issues/12");
    check("https://gist.github.com/ada/0a1b", "github", "https://gist.githubusercontent.com/ada/0a1b/raw");
    check("https://github.com/topics/rust", "page", "https://github.com/topics/rust");
    check("https://gitlab.com/g/h/p/-/blob/main/a/b.md?x", "code", "https://gitlab.com/g/h/p/-/raw/main/a/b.md");
    check("https://codeberg.org/o/r/src/branch/main/a.md", "code", "https://codeberg.org/o/r/raw/branch/main/a.md");
    check("https://bitbucket.org/o/r/src/abc/a.md", "code", "https://bitbucket.org/o/r/raw/abc/a.md");
    check("https://news.ycombinator.com/item?id=42", "hackernews", "https://hn.algolia.com/api/v1/items/42");
    check("https://news.ycombinator.com/item?id=4x", "page", "https://news.ycombinator.com/item?id=4x");
    check(
        "https://old.reddit.com/r/a/comments/b/c/?x=1",
        "reddit",
        "https://www.reddit.com/r/a/comments/b/c.json?raw_json=1&limit=500",
    );
    check("https://lobste.rs/s/ab12cd/title", "lobsters", "https://lobste.rs/s/ab12cd.json");
    check(
        "https://bsky.app/profile/ada.example/post/3k",
        "bluesky",
        "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri=at://ada.example/app.bsky.feed.post/3k&depth=100&parentHeight=100",
    );
    check("https://social.example/@ada/112", "mastodon", "https://social.example/api/v1/statuses/112");
    check("https://medium.com/@ada/112", "page", "https://medium.com/@ada/112");
    check("https://talk.example/t/slug/7/3", "discourse", "https://talk.example/t/7.json?print=true");
    check("https://chatgpt.com/share/67-ab", "chatgpt", "https://chatgpt.com/share/67-ab");
    check("https://youtu.be/21EYKqUsPfg?t=9", "youtube", "https://www.youtube.com/watch?v=21EYKqUsPfg&hl=en");
    check("https://m.youtube.com/watch?v=21EYKqUsPfg", "youtube", "https://www.youtube.com/watch?v=21EYKqUsPfg&hl=en");
    check("https://www.youtube.com/@ada", "page", "https://www.youtube.com/@ada");
    check("https://x.com/ada/status/1", "closed", posts);
    check("https://www.linkedin.com/posts/ada", "closed", posts);
    check("https://claude.ai/share/1", "closed", "nothing: the chat is shown by scripts only");
    check("https://notx.com/ada/status/1", "page", "https://notx.com/ada/status/1");
    check("https://essay.example/a?b#c", "page", "https://essay.example/a?b");
}

/// What a site makes of answers; an absent one is empty.
fn step(link: &str, came: &[(&str, &str)]) -> Step {
    let link = Url::parse(link).unwrap();
    let bytes = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
    let came: Vec<_> = came.iter().map(|(url, text)| ((*url).to_owned(), bytes(text))).collect();
    (of(&link).0.then)(&Stage { link: &link, came: &came })
}

fn given(step: Step) -> (String, &'static str, Option<String>) {
    match step {
        Step::Give { bytes, media_type, title } => (String::from_utf8(bytes).unwrap(), media_type, title),
        other => panic!("{other:?}"),
    }
}

fn also(url: &str) -> Step {
    Step::Also(vec![url.to_owned()])
}

#[test]
fn a_post_is_given_with_what_stands_around_it() {
    let api = "https://social.example/api/v1/statuses/112";
    let link = "https://social.example/@ada/112";
    let status = r#"{"account":{"acct":"ada"},"content":"<p>hi"}"#;
    assert_eq!(step(link, &[(api, status)]), also(&format!("{api}/context")));
    let both = [(api, status), ("", r#"{"ancestors":[],"descendants":[]}"#)];
    let (json, media_type, _) = given(step(link, &both));
    assert_eq!(
        (json.matches("acct").count(), json.matches("ancestors").count(), media_type),
        (1, 1, "application/json")
    );
    assert_eq!(step(link, &[(api, status), ("", "")]), Step::Read);
    assert_eq!(step(link, &[(link, "<html>")]), Step::Read);

    let link = "https://github.com/ada/engine/issues/12";
    let api = "https://api.github.com/repos/ada/engine/issues/12";
    let issue = format!(r#"{{"number":12,"comments":2,"comments_url":"{api}/comments"}}"#);
    assert_eq!(step(link, &[(api, &issue)]), also(&format!("{api}/comments?per_page=100")));
    let (json, ..) = given(step(link, &[(api, &issue), ("", r#"[{"id":1},{"id":2}]"#)]));
    assert_eq!(json.matches("\"id\"").count(), 2);
    assert_eq!(step(link, &[(api, r#"{"number":12,"comments":0}"#)]), Step::Read);
    assert_eq!(step(link, &[(link, "<html>")]), Step::Read);
}

#[test]
fn a_shared_chat_is_found_in_its_page() {
    let link = "https://chatgpt.com/share/67-ab";
    let next = r#"<html><script id="__NEXT_DATA__" type="application/json">{"props":{"data":{"title":"T","mapping":{"a":{"id":"a"}}}}}</script>"#;
    assert_eq!(given(step(link, &[(link, next)])).0, r#"{"mapping":{"a":{"id":"a"}},"title":"T"}"#);
    // Every value stands once and is named by its place; -5 is null.
    let stream = r#"[{"_1":2},"data",{"_3":4,"_5":6},"title","T","mapping",{"_7":8},"a",{"_9":7,"_10":-5,"_11":12},"id","parent","children",[7]]"#;
    let page = format!(
        "<html><script>window.x.streamController.enqueue({});</script>",
        serde_json::to_string(stream).unwrap()
    );
    assert_eq!(
        given(step(link, &[(link, &page)])).0,
        r#"{"mapping":{"a":{"children":["a"],"id":"a","parent":null}},"title":"T"}"#
    );
    let circle = r#"[{"_1":0},"mapping"]"#;
    let page = format!("<html>streamController.enqueue({})", serde_json::to_string(circle).unwrap());
    assert_eq!(step(link, &[(link, &page)]), Step::Read);
    assert_eq!(step(link, &[(link, "<html>nothing")]), Step::Read);
}

#[test]
fn captions_are_asked_for_where_a_page_offers_them() {
    let link = "https://youtu.be/21EYKqUsPfg";
    let page = |tracks: &str| {
        format!(
            "<script>var ytInitialPlayerResponse = {{\"videoDetails\":{{\"title\":\"Talk\"}},\"captions\":\
             {{\"playerCaptionsTracklistRenderer\":{{\"captionTracks\":[{tracks}]}}}}}};var x</script>"
        )
    };
    let track = |language: &str, kind: &str, host: &str| {
        format!(
            r#"{{"baseUrl":"https://{host}/api/timedtext?lang={language}{kind}","languageCode":"{language}","kind":"{kind}"}}"#
        )
    };
    let here = "www.youtube.com";
    let two = page(&[track("de", "", here), track("en", "asr", here)].join(","));
    let english = "https://www.youtube.com/api/timedtext?lang=enasr&fmt=vtt";
    assert_eq!(step(link, &[("", &two)]), also(english));
    let person = page(&[track("en", "asr", here), track("en-GB", "", here)].join(","));
    assert_eq!(step(link, &[("", &person)]), also("https://www.youtube.com/api/timedtext?lang=en-GB&fmt=vtt"));
    let captions = "WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n";
    let whole = given(step(link, &[("", &two), (english, captions)]));
    assert_eq!(whole, (captions.to_owned(), "text/vtt", Some("Talk".to_owned())));
    for nothing in [page(""), page(&track("en", "", "evil.example")), "<html>".to_owned()] {
        assert_eq!(step(link, &[("", &nothing)]), Step::Nothing("the page offers no captions for it"));
    }
    assert_eq!(step(link, &[("", &two), (english, "")]), Step::Nothing("YouTube keeps its captions from programs"));
}

#[test]
fn a_page_may_lead_on_or_to_the_transcript_of_its_recording() {
    let link = "https://pod.example/e/1";
    let meta = |content: &str| format!("<html><head><meta content=\"{content}\" http-equiv='refresh'>");
    let led = |content: &str| step(link, &[(link, &meta(content))]);
    assert_eq!(
        led("0;URL=https://essay.example/?a=1&amp;b"),
        Step::Elsewhere("https://essay.example/?a=1&b".to_owned())
    );
    assert_eq!(led("0; url='/x'"), Step::Elsewhere("https://pod.example/x".to_owned()));
    for stays in ["600;url=/x", "0;url=file:///etc/passwd", "0;url=https://pod.example/e/1", "0"] {
        assert_eq!(led(stays), Step::Read, "{stays}");
    }
    assert_eq!(step(link, &[(link, &(meta("0;url=/x") + &"long ".repeat(2000)))]), Step::Read);

    let page = "<!doctype html><link rel=alternate type=\"application/rss+xml\" href='/feed'><audio src=a.mp3>";
    assert_eq!(step(link, &[(link, page)]), also("https://pod.example/feed"));
    assert_eq!(step(link, &[(link, &page.replace("<audio", "<p"))]), Step::Read);
    let feed = "<rss><channel><title>Pod</title><item><title>Two</title><link>https://pod.example/e/2</link></item>\
                <item><title><![CDATA[One & only]]></title><link>https://pod.example/e/1?utm=x</link>\
                <podcast:transcript url=\"https://pod.example/1.html\" type=\"text/html\"/>\
                <podcast:transcript url=\"https://pod.example/1.vtt\" type=\"text/vtt\" /></item></channel></rss>";
    let came = [(link, page), ("https://pod.example/feed", feed)];
    assert_eq!(step(link, &came), also("https://pod.example/1.vtt"));
    let (text, media_type, title) = given(step(link, &[came[0], came[1], ("https://pod.example/1.vtt", "WEBVTT\n")]));
    assert_eq!((text.as_str(), media_type, title.as_deref()), ("WEBVTT\n", "text/vtt", Some("One & only")));
    assert_eq!(step(link, &[came[0], came[1], ("https://pod.example/1.vtt", "")]), Step::Read);
    assert_eq!(step("https://pod.example/e/3", &came), Step::Read);
}

#[test]
fn names_of_sites_are_unique_and_explained() {
    let names: std::collections::BTreeSet<&str> = SITES.iter().chain([&PAGE]).map(|site| site.name).collect();
    assert_eq!(names.len(), SITES.len() + 1);
    assert!(SITES.iter().chain([&PAGE]).all(|site| !site.about.is_empty()));
}
