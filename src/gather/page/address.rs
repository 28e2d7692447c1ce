//! Addresses of links: what they may be, made absolute by the address of their page.

/// Schemes that run or carry something instead of leading somewhere.
const IDLE: [&str; 4] = ["javascript", "data", "vbscript", "blob"];

/// Whether a link may have this target: an address of the web, of mail, of a file, or one seen from the page.
pub(crate) fn leads(href: &str) -> bool {
    // Browsers pass over blanks and control characters in a scheme.
    let is_read = |c: &char| !c.is_whitespace() && !c.is_control();
    let scheme = href.split_once(':').map(|(scheme, _)| scheme.chars().filter(is_read).collect::<String>());
    let is_idle = scheme.is_some_and(|scheme| IDLE.contains(&scheme.to_ascii_lowercase().as_str()));
    !href.trim().is_empty() && !is_idle
}

/// The address that `href` means on the page `base`; as it stands where the page has none.
pub(crate) fn join(base: Option<&str>, href: &str) -> String {
    let Some(base) = base.filter(|_| !has_scheme(href) && !href.starts_with('#')) else { return href.to_owned() };
    let Some(host_at) = base.find("://").map(|at| at + 3) else { return href.to_owned() };
    if let Some(rest) = href.strip_prefix("//") {
        return format!("{}//{rest}", &base[..host_at - 2]);
    }
    let path_at = base[host_at..].find(['/', '?', '#']).map_or(base.len(), |at| host_at + at);
    let (origin, path) = base.split_at(path_at);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if href.starts_with('/') {
        return format!("{origin}{href}");
    }
    if href.starts_with('?') {
        return format!("{origin}{path}{href}");
    }
    let (href, tail) = href.split_at(href.find(['?', '#']).unwrap_or(href.len()));
    let folder = path.rfind('/').map_or("", |at| &path[..at]);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in href.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let ends = if href.ends_with("/.") || href.ends_with("..") || href == "." { "/" } else { "" };
    format!("{origin}/{}{ends}{tail}", parts.join("/"))
}

/// Whether an address begins with a word for its kind: `mailto:`, `https:`.
pub(crate) fn has_scheme(href: &str) -> bool {
    href.find(':').is_some_and(|at| {
        at > 0 && href[..at].chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_somewhere_or_is_none() {
        for href in
            ["https://a.example", "ftp://a.example", "mailto:a@b.example", "/x", "x?a=b:c", "#part", "data", "tel:1"]
        {
            assert!(leads(href), "{href}");
        }
        for href in [
            "",
            " ",
            "javascript:alert(1)",
            " JavaScript:x",
            "java\tscript:x",
            "\u{1}data:text/html,x",
            "vbscript:x",
            "blob:x",
        ] {
            assert!(!leads(href), "{href:?}");
        }
    }

    #[test]
    fn an_address_is_that_of_the_page_and_the_link() {
        for (href, expected) in [
            ("/more", "https://a.example/more"),
            ("more?x=1", "https://a.example/b/more?x=1"),
            ("../up/", "https://a.example/up/"),
            ("?q=../x", "https://a.example/b/c?q=../x"),
            ("//c.example/d", "https://c.example/d"),
            ("mailto:a@b.example", "mailto:a@b.example"),
            ("#part", "#part"),
        ] {
            assert_eq!(join(Some("https://a.example/b/c?d#e"), href), expected, "{href}");
        }
        assert_eq!(join(None, "/more"), "/more");
        assert_eq!(join(Some("https://a.example"), "more"), "https://a.example/more");
    }
}
