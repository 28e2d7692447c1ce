//! Addresses of mail that Cloudflare keeps from collectors, as a browser shows them to readers.
//!
//! A page has them as hex digits, each byte changed by the first (Email Address Obfuscation; pages seen).

/// Where a link to such an address leads before its digits.
const LINK: &str = "/cdn-cgi/l/email-protection#";

/// What stands in the place of an address until a script shows it.
const PLACE: [&str; 2] = ["[email protected]", "[email\u{a0}protected]"];

/// The address that hex digits stand for.
pub(super) fn shown(digits: &str) -> Option<String> {
    let digits = digits.trim();
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Vec<u8> = digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?;
    let (key, letters) = bytes.split_first()?;
    String::from_utf8(letters.iter().map(|letter| letter ^ key).collect()).ok().filter(|address| !address.is_empty())
}

/// The address of mail that a link leads to, behind `mailto:`.
pub(super) fn target(href: &str) -> Option<String> {
    let (_, digits) = href.split_once(LINK)?;
    shown(digits).map(|address| format!("mailto:{address}"))
}

/// The address to show for the words of a link to mail, if those only keep its place.
pub(super) fn words<'a>(words: &str, target: &'a str) -> Option<&'a str> {
    let address = target.strip_prefix("mailto:")?.split('?').next().filter(|address| !address.is_empty());
    address.filter(|_| PLACE.contains(&words.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_an_address() {
        for (digits, address) in [
            ("2a4b4e4b6a4c045f", Some("ada@f.u")),
            ("00", None),
            ("", None),
            ("2a4", None),
            ("zz11", None),
            ("\u{e9}a1", None),
            ("00ff", None),
        ] {
            assert_eq!(shown(digits).as_deref(), address, "{digits}");
        }
    }
}
