//! How a piece of text looks, and the escape sequences for it.

/// How a piece of text looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is on or off for itself")]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) dim: bool,
    pub(super) italic: bool,
    pub(super) underline: bool,
    pub(super) strike: bool,
    pub(super) code: bool,
    /// Where it leads.
    pub(super) link: Option<String>,
}

impl Style {
    pub(super) const PLAIN: Self =
        Self { bold: false, dim: false, italic: false, underline: false, strike: false, code: false, link: None };
    pub(super) const DIM: Self = Self { dim: true, ..Self::PLAIN };
    pub(super) const CODE: Self = Self { code: true, ..Self::PLAIN };
    pub(super) const BOLD: Self = Self { bold: true, ..Self::PLAIN };

    /// What turns this look on from plain.
    pub(super) fn on(&self, colour: bool) -> String {
        let marks = [
            (self.bold, "1"),
            (self.dim, "2"),
            (self.italic, "3"),
            (self.underline, "4"),
            (self.strike, "9"),
            (self.code && colour, "36"),
        ];
        let codes: Vec<&str> = marks.iter().filter(|(is_on, _)| *is_on).map(|(_, code)| *code).collect();
        let link = self.link.as_ref().map_or(String::new(), |url| format!("\u{1b}]8;;{url}\u{1b}\\"));
        if codes.is_empty() { link } else { format!("{link}\u{1b}[{}m", codes.join(";")) }
    }

    /// What turns it off again.
    pub(super) fn off(&self, colour: bool) -> String {
        let plain = Self { link: None, ..self.clone() };
        let reset = if plain.on(colour).is_empty() { "" } else { "\u{1b}[0m" };
        let link = if self.link.is_some() { "\u{1b}]8;;\u{1b}\\" } else { "" };
        format!("{reset}{link}")
    }
}

/// An address as it may stand in an escape sequence: http or https, and nothing that ends the sequence.
pub(super) fn address(url: &str) -> Option<String> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '\u{7f}';
    (is_web && url.len() <= 2000 && url.chars().all(is_plain)).then(|| {
        // Anything but printable ASCII travels encoded.
        let encoded = url.bytes().map(|byte| match byte {
            b'!'..=b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        });
        encoded.collect()
    })
}
