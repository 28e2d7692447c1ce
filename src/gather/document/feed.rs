//! A feed as one document: its entries, the newest first as feeds have them.

use super::super::feed;
use super::html;
use crate::content::{Kind, Problem, SectionKind};
use crate::gather::draft::Draft;
use crate::gather::links::links;
use crate::gather::page::{Fragment, Images};
use crate::gather::{Confidence, Error, Format, Input, Reading, fragment};

pub(crate) const FORMAT: Format = Format {
    name: "feed",
    kind: Kind::Page,
    about: "RSS and Atom feeds, entry by entry",
    extensions: &["rss", "atom", "xml"],
    sniff: |input| if feed::is_feed(input.text) { Confidence::Certain } else { Confidence::No },
    read,
    stream: None,
};

fn read(input: &Input) -> Result<Reading, Error> {
    let mut draft = Draft::default();
    let mut n_hidden = 0;
    for entry in feed::entries(input.text) {
        let title = entry.title.as_deref().unwrap_or("(no title)");
        let mut body = format!("## {title}\n\n");
        let about: Vec<&str> =
            [&entry.author, &entry.date, &entry.link].into_iter().flatten().map(String::as_str).collect();
        if !about.is_empty() {
            body += &format!("{}\n\n", about.join(" · "));
        }
        let said = said(&entry.html);
        body += &said.text;
        n_hidden += said.n_hidden;
        if let Some(section) = draft.push(SectionKind::Heading, &body) {
            section.label = Some(title.to_owned());
            section.author = entry.author;
            section.time = None;
        }
    }
    if draft.sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "entries" });
    }
    let mut document = draft.document(FORMAT.name, FORMAT.kind);
    document.title = feed::title(input.text);
    document.links = links(&document.text);
    let mut problems = Vec::new();
    if n_hidden > 0 {
        let message = format!("text that the entries hide, left out: {n_hidden} characters");
        problems.push(Problem::note(input.name, message));
    }
    Ok(Reading { documents: vec![document], problems })
}

/// The words of an entry: what has no tree worth the name is read in one pass.
fn said(html: &str) -> Fragment {
    let in_one_pass = || Fragment { text: fragment::markdown(html), n_hidden: 0 };
    html::whole(html, Images::All).unwrap_or_else(in_one_pass)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str, problems: &[&str]) {
        let text = format!(
            "<rss version=\"2.0\"><channel><title>Log</title><item><title>One</title>{body}</item></channel></rss>"
        );
        let reading = read(&Input::new("x", &text)).unwrap();
        assert_eq!(reading.documents[0].text, format!("## One\n\n{expected}\n"));
        let found: Vec<&str> = reading.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(found, problems);
    }

    #[test]
    fn entries_are_read_as_pages_are() {
        check(
            "<description>&lt;table&gt;&lt;tr&gt;&lt;th&gt;a&lt;/th&gt;&lt;th&gt;b&lt;/th&gt;&lt;/tr&gt;\
             &lt;tr&gt;&lt;td&gt;1&lt;/td&gt;&lt;td&gt;2&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;</description>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
            &[],
        );
        check(
            "<content:encoded><![CDATA[<p>Seen <a href=\"https://a.example/\">here</a></p><p style=\"display:none\">not me</p>]]></content:encoded>",
            "Seen [here](https://a.example/)",
            &["text that the entries hide, left out: 5 characters"],
        );
        check("<description>plain &amp;amp; words</description>", "plain & words", &[]);
    }
}
