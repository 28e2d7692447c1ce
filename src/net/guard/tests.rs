//! The client against servers on loopback that are as bad as real ones.

use std::time::Duration;

use super::*;
use crate::net::Url;
use crate::net::scripted::{Provider, Script};

/// Small, so that a test need not wait or send much.
const SMALL: Limits = Limits {
    head: Duration::from_millis(300),
    connect: Duration::from_millis(300),
    idle: Duration::from_millis(150),
    total: Duration::from_millis(400),
    slowest: 1 << 30,
    bytes: 10_000,
    headers: 10,
    header_bytes: 2000,
    ..Limits::STANDARD
};

fn client(limits: Limits) -> Client {
    let mut gate = Gate::default();
    gate.allow("127.0.0.1").unwrap();
    gate.allow("*.test").unwrap();
    gate.name("far.test=127.0.0.1").unwrap();
    gate.name("inner.example=127.0.0.1").unwrap();
    gate.name("nat.example=[64:ff9b::10.0.0.1]").unwrap();
    Client::new(gate, limits, b"").unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The body, or what is wrong, without the port that is another one each time.
fn get(limits: Limits, url: &str) -> Result<String, String> {
    let url = Url::parse(url).unwrap();
    let mut body = Vec::new();
    let got = wait(async {
        let answer = client(limits).ask(&url, &[], By::Person).await?;
        answer
            .take(0, |bytes| {
                body.extend_from_slice(bytes);
                Ok(())
            })
            .await
    });
    got.map(|_| String::from_utf8_lossy(&body).into_owned()).map_err(|error| error.fault.to_string())
}

#[test]
fn nothing_of_the_person_goes_along() {
    let server = Provider::start(vec![Script::answers(200, &["set-cookie: a=b"], "page")]);
    let client = client(Limits::STANDARD);
    let url = Url::parse(&format!("{}/a?b=c#d", server.origin())).unwrap();
    for _ in 0..2 {
        wait(client.ask(&url, &[("if-none-match", "\"1\"".to_owned())], By::Person)).unwrap();
    }
    let heads: Vec<String> = server.requests().iter().map(|heard| heard.head.clone()).collect();
    let names = |head: &str| {
        head.trim_end().lines().skip(1).filter_map(|line| line.split(':').next()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(heads[1].lines().next(), Some("GET /a?b=c HTTP/1.1"));
    assert_eq!(names(&heads[1]), ["accept", "accept-encoding", "if-none-match", "user-agent", "host"]);
}

#[test]
fn what_is_private_is_not_dialled_whichever_way_it_is_named() {
    let server = Provider::start(vec![Script::answers(200, &[], "secret")]);
    let port = server.origin().rsplit(':').next().unwrap().to_owned();
    let closed = |host: &str, name: &str, range: &str| {
        let expected = format!("{name} is {range}, which links are not followed into");
        assert_eq!(get(SMALL, &format!("http://{host}:{port}/")), Err(expected), "{host}");
    };
    closed("127.0.0.2", "127.0.0.2", "this machine");
    closed("0x7f.2", "127.0.0.2", "this machine");
    closed("[::ffff:127.0.0.1]", "::ffff:7f00:1", "an IPv4-mapped address");
    closed("localhost", "localhost", "this machine");
    closed("inner.example", "inner.example", "this machine");
    closed("INNER.example.", "inner.example", "this machine");
    closed("nat.example", "nat.example", "a private network");
    assert_eq!(server.requests().len(), 0);
    assert_eq!(get(SMALL, &format!("http://far.test:{port}/")).as_deref(), Ok("secret"));
}

#[test]
fn a_server_is_borne_within_limits() {
    let check = |script: Script, expected: Result<&str, &str>| {
        let server = Provider::start(vec![script]);
        let got = get(SMALL, &server.origin());
        assert_eq!(got.as_deref().map_err(|error| error.split(": ").next().unwrap()), expected);
    };
    check(Script::answers(200, &[], "words"), Ok("words"));
    check(Script::begins(200, &["content-length: 10001"]).holds(), Err("it is larger than 10,000 bytes"));
    check(Script::begins(200, &[]).sends(vec![b'x'; 20_000]), Err("it is larger than 10,000 bytes"));
    check(Script::begins(200, &["content-length: 9"]).sends("four"), Err("the connection broke"));
    check(Script::begins(200, &["content-length: 4"]).sends("four and more"), Ok("four"));
    check(
        Script::begins(200, &["transfer-encoding: chunked"]).chunk("four").sends("zz\r\n"),
        Err("the connection broke"),
    );
    check(Script::begins(200, &[]).sends("four").holds(), Err("it did not go on within 0 seconds"));
    check(
        Script::begins(200, &["content-encoding: br"]).sends("four"),
        Err("it is packed as br, which was not asked for"),
    );
    check(Script::begins(200, &["content-encoding: gzip"]).sends("four"), Err("its packed bytes are damaged or cut"));
    check(Script::default().holds(), Err("it did not answer within 0 seconds"));
    check(Script::begins(200, &["a: b"; 12]), Err("its headers are more than anybody reads"));
    check(Script::begins(200, &[&format!("a: {}", "b".repeat(3000))]), Err("its headers are more than anybody reads"));
    check(Script::greets("220 mail\r\n"), Err("the connection broke"));
    assert!(get(SMALL, "http://127.0.0.1:1/").unwrap_err().starts_with("cannot connect: "));
}

#[test]
fn a_connection_that_closes_before_it_answers_is_tried_once_more() {
    let check = |scripts: Vec<Script>, expected: Result<&str, &str>| {
        let server = Provider::start(scripts);
        let got = get(SMALL, &server.origin());
        assert_eq!(got.as_deref().map_err(|error| error.split(": ").next().unwrap()), expected);
        assert_eq!(server.requests().len(), 2);
    };
    check(vec![Script::default(), Script::answers(200, &[], "words")], Ok("words"));
    check(vec![Script::default()], Err("the connection broke"));
}

#[test]
fn a_body_that_trickles_is_left() {
    // Three bytes are a second's worth at no rate that is asked for here.
    let limits = Limits { grace: Duration::ZERO, total: Duration::from_mins(1), ..SMALL };
    let server = Provider::start(vec![Script::begins(200, &[]).sends("abc").holds()]);
    assert_eq!(get(limits, &server.origin()).unwrap_err(), "it sends less than 1073741824 bytes a second");
}

#[test]
fn where_an_answer_leads_is_told_and_not_followed() {
    let check = |status: u16, location: &str, expected: Result<Option<&str>, &str>| {
        let server = Provider::start(vec![Script::answers(status, &[&format!("location: {location}")], "")]);
        let url = Url::parse(&format!("{}/a/b", server.origin())).unwrap();
        let told = wait(client(SMALL).ask(&url, &[], By::Person)).unwrap().leads_to();
        let told = told.map(|next| next.map(|next| next.address().replace(&server.origin(), "ORIGIN")));
        assert_eq!(
            told.map_err(|error| error.fault.to_string()),
            expected.map(|next| next.map(str::to_owned)).map_err(str::to_owned)
        );
        assert_eq!(server.requests().len(), 1);
    };
    check(301, "https://essay.example/x?y#z", Ok(Some("https://essay.example/x?y")));
    check(302, "../c", Ok(Some("ORIGIN/c")));
    check(308, "//10.0.0.1/", Ok(Some("http://10.0.0.1/")));
    check(200, "https://essay.example/", Ok(None));
    check(304, "https://essay.example/", Ok(None));
    for (bad, shown) in [
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("https://me:deep@h/?key=deep", "https://me:deep@h/"),
        ("http://", "http://"),
    ] {
        check(302, bad, Err(&format!("it leads to what is no web address: {shown}")));
    }
}
