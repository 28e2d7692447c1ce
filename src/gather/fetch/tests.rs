//! Fetching from servers on loopback that play scripts.

use std::sync::Mutex;

use super::*;
use crate::content::Digest;
use crate::net::guard::{Gate, Limits};
use crate::net::scripted::{Provider, Script};

/// A folder of pages, and links of servers on loopback.
struct Farm {
    folder: tempfile::TempDir,
    manners: Manners,
}

impl Farm {
    fn new() -> Self {
        let manners = Manners { first_pause: Duration::ZERO, robots: false, ..Manners::standard(Timestamp(7)) };
        Self { folder: tempfile::tempdir().unwrap(), manners }
    }

    fn pages(&self) -> Pages {
        Pages::of(self.folder.path())
    }

    fn fetch_from(
        &self,
        client: Option<Client>,
        urls: &[&str],
        by: By,
        stop: impl Future<Output = ()>,
    ) -> Vec<Arrival> {
        let wanted = urls.iter().map(|url| Wanted { url: (*url).to_owned(), by }).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(fetch(client, &self.pages(), &self.manners, wanted, Arc::new(|_, _| {}), stop))
    }

    /// What each address gives: how it came and its text, or what is wrong.
    fn fetch(&self, urls: &[&str]) -> Vec<Result<(Way, String), String>> {
        let client = client();
        let arrivals = self.fetch_from(Some(client), urls, By::Stranger, std::future::pending());
        arrivals.into_iter().map(|arrival| self.told(arrival)).collect()
    }

    fn told(&self, arrival: Arrival) -> Result<(Way, String), String> {
        match arrival.result {
            Ok(found) => {
                let bytes = self.pages().read(found.page.sha256).unwrap();
                Ok((found.way, String::from_utf8(bytes).unwrap()))
            }
            Err(Error::Net(error) | Error::Beyond { error, .. }) => Err(error.fault.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn one(&self, url: &str) -> Result<(Way, String), String> {
        self.fetch(&[url]).remove(0)
    }
}

fn client() -> Client {
    let mut gate = Gate::default();
    gate.allow("127.0.0.1").unwrap();
    Client::new(gate, Limits { idle: Duration::from_millis(200), ..Limits::STANDARD }, b"").unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "what a fetch is expected to give")]
fn came(way: Way, text: &str) -> Result<(Way, String), String> {
    Ok((way, text.to_owned()))
}

#[test]
fn a_link_takes_no_longer_than_it_may_with_all_its_tries() {
    let mut farm = Farm::new();
    let busy = Script::answers(503, &["retry-after: 5"], "");
    let server = Provider::start(vec![busy, Script::default().holds()]);
    let url = format!("{}/busy", server.origin());
    farm.manners.link = Some(Duration::from_secs(4));
    assert_eq!(farm.one(&url), Err("the server answers 503 (out of service)".to_owned()));
    farm.manners.link = Some(Duration::ZERO);
    assert_eq!(farm.one(&url), Err("it did not answer within 0 seconds".to_owned()));
}

#[test]
fn what_is_kept_is_asked_for_again_only_to_refresh_it() {
    let mut farm = Farm::new();
    let server = Provider::start(vec![
        Script::answers(200, &["etag: \"1\"", "last-modified: Thu, 01 Jan 1970 00:00:00 GMT"], "one"),
        Script::answers(304, &[], ""),
        Script::answers(200, &["etag: \"1\""], "one"),
        Script::answers(200, &[], "two"),
    ]);
    let url = format!("{}/page", server.origin());
    assert_eq!(farm.one(&url), came(Way::Fetched, "one"));
    assert_eq!(farm.one(&url), came(Way::Kept, "one"));
    farm.manners.refresh = Refresh::these(["http://other.example/"].into_iter());
    assert_eq!(farm.one(&url), came(Way::Kept, "one"));
    farm.manners.refresh = Refresh::All;
    assert_eq!(farm.one(&url), came(Way::Unchanged, "one"));
    assert_eq!(farm.one(&url), came(Way::Unchanged, "one"));
    farm.manners.refresh = Refresh::these([url.as_str()].into_iter());
    assert_eq!(farm.one(&url), came(Way::Fetched, "two"));
    let heads = server.requests();
    let sent = |at: usize| ["if-none-match", "if-modified-since"].map(|name| heads[at].header(name).map(str::to_owned));
    assert_eq!(heads.len(), 4);
    assert_eq!(sent(0), [None, None]);
    assert_eq!(sent(1), [Some("\"1\"".to_owned()), Some("Thu, 01 Jan 1970 00:00:00 GMT".to_owned())]);
    // Without a network what is kept is there, and nothing else.
    let offline = farm.fetch_from(None, &[&url, "http://127.0.0.1:1/x"], By::Person, std::future::pending());
    let told: Vec<_> = offline.into_iter().map(|arrival| farm.told(arrival)).collect();
    assert_eq!(told, [came(Way::Kept, "two"), Err("http://127.0.0.1:1/x was not fetched yet".to_owned())]);
}

#[test]
fn a_download_that_broke_is_gone_on_with_and_one_that_changed_is_not() {
    let check = |second: Script, expected: &str, ranges: &[Option<&str>]| {
        let farm = Farm::new();
        let first = Script::begins(200, &["etag: \"1\"", "content-length: 10"]).sends("hello");
        let server = Provider::start(vec![first, second, Script::answers(200, &[], "anew")]);
        let got = farm.one(&format!("{}/big", server.origin()));
        assert_eq!(got, came(Way::Fetched, expected));
        let heads = server.requests();
        assert_eq!(heads.iter().map(|heard| heard.header("range")).collect::<Vec<_>>(), ranges);
        assert_eq!(heads[1].header("if-range"), Some("\"1\""));
    };
    let more = Script::begins(206, &["content-range: bytes 5-9/10", "content-length: 5"]).sends("world");
    check(more, "helloworld", &[None, Some("bytes=5-")]);
    check(Script::answers(200, &["etag: \"2\""], "another"), "another", &[None, Some("bytes=5-")]);
    check(Script::answers(416, &[], ""), "anew", &[None, Some("bytes=5-"), None]);
}

#[test]
fn what_passes_is_tried_again_and_what_does_not_is_told() {
    let farm = Farm::new();
    let check = |scripts: Vec<Script>, expected: Result<(Way, String), String>, n: usize| {
        let server = Provider::start(scripts);
        assert_eq!(farm.one(&server.origin()), expected);
        assert_eq!(server.requests().len(), n);
    };
    let page = || Script::answers(200, &[], "page");
    let busy = |seconds: &str| Script::answers(429, &[&format!("retry-after: {seconds}")], "");
    check(vec![Script::answers(503, &[], ""), busy("0"), page()], came(Way::Fetched, "page"), 3);
    check(vec![Script::answers(502, &[], "")], Err("the server answers 502 (out of service)".to_owned()), 3);
    check(vec![busy("3600"), page()], Err("the server answers 429 (too many requests)".to_owned()), 1);
    check(vec![Script::answers(404, &[], ""), page()], Err("the server answers 404 (not found)".to_owned()), 1);
    let video = Provider::start(vec![Script::answers(200, &["content-type: video/mp4"], "x")]);
    assert_eq!(farm.one(&video.origin()), Err(format!("{}/ is a video, which has no text to read", video.origin())));
}

#[test]
fn an_address_is_followed_to_where_it_stays() {
    let farm = Farm::new();
    let moved = |to: &str| Script::answers(302, &[&format!("location: {to}")], "");
    let check = |scripts: Vec<Script>, expected: Result<(Way, String), String>| {
        let server = Provider::start(scripts);
        assert_eq!(farm.one(&format!("{}/a", server.origin())), expected);
    };
    check(vec![moved("/b"), moved("/c"), Script::answers(200, &[], "end")], came(Way::Fetched, "end"));
    check(vec![moved("/b"), moved("/a")], Err("it leads in a circle".to_owned()));
    let endless: Vec<Script> = (0..20).map(|n| moved(&format!("/n{n}"))).collect();
    check(endless, Err("it leads to another address more than 10 times".to_owned()));
    check(
        vec![moved("http://10.0.0.1/")],
        Err("10.0.0.1 is a private network, which links are not followed into".to_owned()),
    );
    let x = "https://x.com/a/status/1";
    check(vec![moved(x)], Err(format!("{x}: the site shows its posts only to people who are logged in")));
    let signpost = format!("<html><meta http-equiv=refresh content=\"0;url={x}\">");
    check(
        vec![Script::answers(200, &[], signpost)],
        Err(format!("{x}: the site shows its posts only to people who are logged in")),
    );
}

#[test]
fn robots_are_heeded_for_links_that_no_person_named() {
    let mut farm = Farm::new();
    farm.manners.robots = true;
    let rules = Script::answers(200, &[], "User-agent: *\nDisallow: /a");
    let server = Provider::start(vec![rules, Script::answers(200, &[], "page")]);
    let url = |path: &str| format!("{}{path}", server.origin());
    let told = farm.one(&url("/a"));
    assert_eq!(told, Err(format!("{}: robots.txt of its host asks programs to stay away", url("/a"))));
    let named = farm.fetch_from(Some(client()), &[&url("/a")], By::Person, std::future::pending());
    assert_eq!(named.into_iter().map(|arrival| farm.told(arrival)).next().unwrap(), came(Way::Fetched, "page"));
    let paths: Vec<String> =
        server.requests().iter().map(|heard| heard.head.lines().next().unwrap().to_owned()).collect();
    assert_eq!(paths, ["GET /robots.txt HTTP/1.1", "GET /a HTTP/1.1"]);
}

#[test]
fn one_bad_link_stops_no_other_and_stopping_keeps_what_came() {
    let farm = Farm::new();
    let good = Provider::start(vec![Script::answers(200, &[], "good")]);
    let silent = Provider::start(vec![Script::begins(200, &[]).sends("x").holds()]);
    let refused = "http://[::1]/";
    let told = farm.fetch(&[refused, "no address", &good.origin(), "ftp://h/", &silent.origin()]);
    assert_eq!(told[2], came(Way::Fetched, "good"));
    assert!([0, 1, 3, 4].iter().all(|at| told[*at].is_err()), "{told:?}");

    let done = Arc::new(tokio::sync::Notify::new());
    let heard: Heard = {
        let (done, n) = (Arc::clone(&done), Mutex::new(0));
        Arc::new(move |_, news| {
            if matches!(news, News::Done { .. }) {
                *n.lock().unwrap() += 1;
                done.notify_one();
            }
        })
    };
    let farm = Farm::new();
    let patient = Client::new(
        {
            let mut gate = Gate::default();
            gate.allow("127.0.0.1").unwrap();
            gate
        },
        Limits::STANDARD,
        b"",
    );
    let wanted = [good.origin(), silent.origin()].map(|url| Wanted { url, by: By::Person }).to_vec();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stop = async { done.notified().await };
    let arrivals = runtime.block_on(fetch(Some(patient.unwrap()), &farm.pages(), &farm.manners, wanted, heard, stop));
    assert!(matches!(arrivals[1].result, Err(Error::Stopped { .. })));
    assert!(farm.pages().has(Digest::of(b"good")));
}
