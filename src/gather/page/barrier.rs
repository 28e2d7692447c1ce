//! Whether a page is the one that was wanted, or stands in front of it.

use super::{Page, SHORT};
use crate::content::line;

/// Pages with so much to read begin before they ask for a login, in bytes.
const BEGINNING: usize = 600;

/// Says what stands in front of the page that was wanted, if something does.
///
/// Only short pages are suspected: an article about captchas is an article.
pub(crate) fn blocked(page: &Page, html: &str) -> Option<&'static str> {
    const PHRASES: &[(&str, &[&str])] = &[
        (
            "an anti-bot check stands there",
            &[
                "verifying your browser",
                "checking your browser",
                "verify you are human",
                "verify that you are human",
                "verifying you are human",
                "are you a robot",
                "not a robot",
                "unusual traffic",
                "attention required! | cloudflare",
                "just a moment...",
                "complete the captcha",
                "ddos protection by",
                "press & hold to confirm",
                "whoa there, pardner",
                "blocked by network security",
                "enable javascript and cookies to continue",
            ],
        ),
        (
            "an age check stands there",
            &["you must be 18+", "you must be at least eighteen", "are you over eighteen", "confirm your age"],
        ),
        (
            "a login page stands there",
            &[
                "log in to continue",
                "sign in to continue",
                "login to continue",
                "you must log in to read",
                "you must log in to view",
                "you must log in to continue",
                "you must be logged in to read",
                "you must be logged in to view",
                "you must be logged in to access",
                "please log in to read",
                "please log in to view",
                "please sign in to read",
                "please sign in to view",
                "log in to x",
                "sign in to x",
                "join today.",
            ],
        ),
        ("access to it was denied", &["access denied", "403 forbidden", "you don't have permission to access"]),
    ];
    let title = page.metadata.title.as_deref().unwrap_or_default();
    let seen = format!("{title}\n{}", page.words).to_lowercase();
    if page.n_visible < SHORT && page.main.len() < SHORT {
        for (reason, phrases) in PHRASES {
            // What stands above a login is the beginning of the page.
            if reason.contains("login") && page.main.len() > BEGINNING {
                continue;
            }
            if phrases.iter().any(|phrase| seen.contains(phrase)) {
                return Some(reason);
            }
        }
    }
    if is_missing(title, page) {
        return Some("its host says that there is no such page");
    }
    let read = page.main.len().max(page.n_visible);
    if read >= 600 {
        return None;
    }
    let lower = html.to_lowercase();
    if SCRIPT_ONLY.iter().any(|phrase| lower.contains(phrase)) {
        return Some(BY_SCRIPT);
    }
    let is_shell = || SHELLS.iter().any(|mark| html.contains(mark)) || html.matches("<script").count() > 4;
    if read < 200 && html.len() > 20_000 && is_shell() { Some(BY_SCRIPT) } else { None }
}

/// Pages with more to read than this are about something, in bytes.
const NOTICE: usize = 500;

/// Whether a page says that what was asked for is not there, though its server found it.
///
/// Its title has to say that and nothing else: a text about such pages has more to tell.
fn is_missing(title: &str, page: &Page) -> bool {
    const TITLES: &[&str] = &[
        "404",
        "404 not found",
        "404 error",
        "404 page not found",
        "error 404",
        "error 404 not found",
        "http 404",
        "not found",
        "page not found",
        "page not found 404",
        "page doesn't exist",
        "page does not exist",
        "this page could not be found",
        "this page doesn't exist",
        "this page does not exist",
        "seite nicht gefunden",
        "page introuvable",
        "página no encontrada",
        "pagina non trovata",
    ];
    const WORDS: &[&str] = &[
        "looking for",
        "not found",
        "be found",
        "not exist",
        "doesn't exist",
        "couldn't find",
        "could not find",
        "can't find",
        "cannot find",
        "no longer available",
        "have been moved",
        "have been removed",
        "nicht gefunden",
        "existiert nicht",
        "introuvable",
        "n'existe",
        "no existe",
        "non esiste",
    ];
    let straight = |text: &str| text.to_lowercase().replace('\u{2019}', "'");
    // `404: Not found | The site` and `Page not found (404)`.
    let parts = straight(title).replace(['(', ')', '!', '.', ','], " ");
    let mut parts = parts.split(['|', ':', '-', '\u{2013}', '\u{2014}', '\u{b7}']);
    let is_said = parts.any(|part| TITLES.contains(&line(part).as_str()));
    if !is_said || page.main.len() >= NOTICE {
        return false;
    }
    let text = straight(&page.main);
    WORDS.iter().any(|said| text.contains(said))
}

/// Says why a page shows only the beginning of what it holds, if it says so itself.
pub(crate) fn cut_off(page: &Page) -> Option<&'static str> {
    const FOR_PAY: &[&str] = &[
        "subscribe to continue reading",
        "subscribe to keep reading",
        "subscribe to read",
        "subscribe to unlock",
        "to continue reading this article",
        "to read the full article",
        "to read the full story",
        "this article is for subscribers",
        "this content is for subscribers",
        "this story is for subscribers",
        "this post is for paid subscribers",
        "this post is for paying subscribers",
        "exclusive to subscribers",
        "become a member to read",
        "member-only story",
        "you have reached your limit of free articles",
        "you've reached your free article limit",
        "start your free trial to continue",
        "weiterlesen mit",
        "réservé aux abonnés",
        "contenido exclusivo para suscriptores",
    ];
    const FOR_LOGIN: &[&str] = &[
        "log in to continue reading",
        "sign in to continue reading",
        "register to continue reading",
        "create a free account to continue",
        "sign up to continue reading",
    ];
    let said = page.words.to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| said.contains(phrase));
    match () {
        () if page.main.len() >= SHORT => None,
        () if says(FOR_LOGIN) => Some("the page asks for a login to read on; the text may be cut"),
        () if says(FOR_PAY) => Some("the page asks for a subscription to read on; the text may be cut"),
        () => None,
    }
}

/// What is said of a shell of scripts.
const BY_SCRIPT: &str = "it shows its text only with JavaScript";
/// How a page says that it is nothing without its scripts.
const SCRIPT_ONLY: &[&str] = &[
    "enable javascript",
    "javascript is disabled",
    "requires javascript",
    "turn on javascript",
    "javascript is not available",
];
/// Where scripts put the page.
const SHELLS: &[&str] = &["id=\"root\"", "id=\"__next\"", "id=\"app\"", "id=root", "id=app"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::page::tests::read;

    #[test]
    fn a_page_that_asks_for_more_is_cut_off() {
        let teaser = "The beginning of it, with a few words, and not many more of them. ".repeat(12);
        let cut_off = |more: &str| cut_off(&read(&format!("<p>{teaser}</p><div>{more}</div>")).unwrap());
        assert!(cut_off("Subscribe to continue reading").is_some());
        assert!(cut_off("Please sign in to continue reading.").is_some());
        assert_eq!(cut_off("Subscribe to our letter"), None);
        assert_eq!(cut_off(&format!("{}Subscribe to continue reading", teaser.repeat(20))), None);
    }

    #[test]
    fn a_short_page_that_asks_for_something_else_is_blocked() {
        let blocked = |html: &str| blocked(&read(html).unwrap(), html);
        let bot = Some("an anti-bot check stands there");
        assert_eq!(blocked("<title>Just a moment...</title>"), bot);
        assert_eq!(blocked("<p>You must be 18+ to view this"), Some("an age check stands there"));
        assert_eq!(blocked("<p>Please log in to read"), Some("a login page stands there"));
        assert_eq!(blocked("<p>A post.<p>You must be logged in to post a comment."), None);
        let scripts = Some("it shows its text only with JavaScript");
        assert_eq!(blocked("<noscript>You need to enable JavaScript to run this app.</noscript>"), scripts);
        let shell = format!("<title>App</title><div id=\"root\"></div><script>{}</script>", "x".repeat(30_000));
        assert_eq!(blocked(&shell), scripts);
        let essay = "<p>About captchas: verify you are human. ".repeat(200);
        assert_eq!(blocked(&essay), None);
        assert_eq!(blocked("<title>Words</title><p>A short page."), None);
        let missing = Some("its host says that there is no such page");
        let page = |title: &str, text: &str| blocked(&format!("<title>{title}</title><h1>{title}</h1><p>{text}"));
        let text = "The page you are looking for does not exist. Go to the front page.";
        for title in ["404 Not Found", "Page not found (404)", "404: Not found | Wells", "Wells &ndash; Page Not Found"]
        {
            assert_eq!(page(title, text), missing, "{title}");
        }
        assert_eq!(page("How to write a 404 page", text), None);
        assert_eq!(page("404 pages that people like", text), None);
        assert_eq!(
            page("404 Not Found", &"A band with that name played here, and the page not found was theirs. ".repeat(10)),
            None
        );
        assert_eq!(page("Not found", "A poem about what was lost."), None);
    }
}
