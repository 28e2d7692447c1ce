//! Markdown from what office programs know of a text: blocks, and runs of words in a look.

use std::fmt::Write;

use crate::gather::page::address;

/// How words stand in a text.
#[expect(clippy::struct_excessive_bools, reason = "each is on or off by itself")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Look {
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) strike: bool,
    pub(crate) code: bool,
}

/// Words of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    text: String,
    look: Look,
    link: Option<String>,
}

/// The words of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Words {
    runs: Vec<Run>,
}

impl Words {
    /// Appends words; those of an equal look join what stands before. A link that leads nowhere is none.
    pub(crate) fn push(&mut self, text: &str, look: Look, link: Option<&str>) {
        if text.is_empty() {
            return;
        }
        let link = link.filter(|url| address::leads(url));
        match self.runs.last_mut() {
            Some(last) if last.look == look && last.link.as_deref() == link => last.text.push_str(text),
            _ => self.runs.push(Run { text: text.to_owned(), look, link: link.map(str::to_owned) }),
        }
    }

    /// Whether there is nothing to see.
    pub(crate) fn is_blank(&self) -> bool {
        self.runs.iter().all(|run| run.text.trim().is_empty())
    }

    /// Whether all that is to be seen is code.
    pub(crate) fn is_code(&self) -> bool {
        !self.is_blank() && self.runs.iter().all(|run| run.look.code || run.text.trim().is_empty())
    }

    /// Whether all that is to be seen is bold.
    pub(crate) fn is_bold(&self) -> bool {
        self.runs.iter().all(|run| run.look.bold || run.text.trim().is_empty())
    }

    /// The words without their look.
    pub(crate) fn plain(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// The words without emphasis that holds for all of them, as headings have it.
    pub(crate) fn calm(mut self) -> Self {
        let all = |test: fn(&Look) -> bool| self.runs.iter().all(|run| test(&run.look) || run.text.trim().is_empty());
        let (bold, italic) = (all(|look| look.bold), all(|look| look.italic));
        for run in &mut self.runs {
            run.look.bold &= !bold;
            run.look.italic &= !italic;
        }
        self
    }

    /// The words as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut out = String::new();
        let mut at = 0;
        while at < self.runs.len() {
            let link = &self.runs[at].link;
            let n = self.runs[at..].iter().take_while(|run| run.link == *link).count();
            let inner = styled(&self.runs[at..at + n]);
            match link {
                Some(url) if !inner.trim().is_empty() => {
                    let lead = &inner[..inner.len() - inner.trim_start().len()];
                    let trail = &inner[inner.trim_end().len()..];
                    let _ = write!(out, "{lead}{}{trail}", linked(inner.trim(), url));
                }
                _ => out.push_str(&inner),
            }
            at += n;
        }
        out
    }
}

/// Words that lead to an address.
pub(crate) fn linked(words: &str, url: &str) -> String {
    if words == url {
        return url.to_owned();
    }
    format!("[{}]({})", words.replace('[', "\\[").replace(']', "\\]"), destination(url))
}

/// An address that a Markdown link can carry.
fn destination(url: &str) -> String {
    url.replace(' ', "%20").replace('(', "%28").replace(')', "%29").replace(['\n', '\r', '\t', '<', '>'], "")
}

/// Runs with their marks; blanks stand outside of the marks.
fn styled(runs: &[Run]) -> String {
    let stars = runs.iter().filter(|run| !run.look.code).map(|run| run.text.matches('*').count()).sum::<usize>();
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut blank = String::new();
    for run in runs {
        let core = run.text.trim();
        if core.is_empty() {
            blank.push_str(&run.text);
            continue;
        }
        let lead = run.text.len() - run.text.trim_start().len();
        blank.push_str(&run.text[..lead]);
        let look = run.look;
        let wanted: Vec<&str> = [("**", look.bold), ("*", look.italic), ("~~", look.strike)]
            .into_iter()
            .filter_map(|(mark, on)| on.then_some(mark))
            .collect();
        while open.iter().any(|mark| !wanted.contains(mark)) {
            out.push_str(open.pop().expect("one is open that is not wanted"));
        }
        out.push_str(&std::mem::take(&mut blank));
        for mark in wanted {
            if !open.contains(&mark) {
                out.push_str(mark);
                open.push(mark);
            }
        }
        if look.code {
            let fence = if core.contains('`') { "``" } else { "`" };
            let pad = if core.starts_with('`') || core.ends_with('`') { " " } else { "" };
            let _ = write!(out, "{fence}{pad}{core}{pad}{fence}");
        } else if stars > 1 {
            out.push_str(&core.replace('*', "\\*"));
        } else {
            out.push_str(core);
        }
        blank.push_str(&run.text[lead + core.len()..]);
    }
    while let Some(mark) = open.pop() {
        out.push_str(mark);
    }
    out + &blank
}

/// What stands before an item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Bullet,
    Number(usize),
}

/// Markdown that grows block by block.
#[derive(Debug, Default)]
pub(crate) struct Prose {
    out: String,
    /// Where the words of the items that are open begin, outermost first.
    indents: Vec<usize>,
    /// The fence of code that is still open.
    code: bool,
    pub(crate) n_items: usize,
}

impl Prose {
    /// The Markdown.
    pub(crate) fn finish(mut self) -> String {
        self.end_code();
        self.out
    }

    /// A heading of a level from 1 on.
    pub(crate) fn heading(&mut self, level: usize, words: &str) {
        let words = one_line(words);
        if !words.is_empty() {
            self.block(&format!("{} {words}", "#".repeat(level.clamp(1, 6))));
        }
    }

    /// A paragraph; a line end in it stays one.
    pub(crate) fn paragraph(&mut self, words: &str) {
        let words = words.trim();
        if !words.is_empty() {
            self.block(&guarded(words));
        }
    }

    /// A paragraph that is quoted.
    pub(crate) fn quote(&mut self, words: &str) {
        let words = words.trim();
        if words.is_empty() {
            return;
        }
        let follows = self.indents.is_empty() && self.out.lines().last().is_some_and(|line| line.starts_with('>'));
        let quoted = guarded(words).lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n");
        if follows && !self.code {
            self.out.push_str(&format!(">\n{quoted}\n"));
        } else {
            self.block(&quoted);
        }
    }

    /// Lines of code; those that follow one another are one block.
    pub(crate) fn code(&mut self, lines: &str) {
        if !self.code {
            self.block("```");
            self.code = true;
        }
        self.out.push_str(&lines.replace("```", "'''"));
        self.out.push('\n');
    }

    fn end_code(&mut self) {
        if std::mem::take(&mut self.code) {
            let kept = self.out.trim_end().len();
            self.out.truncate(kept);
            self.out.push_str("\n```\n");
        }
    }

    /// An item of a list, `level` lists deep from 0 on.
    pub(crate) fn item(&mut self, level: usize, mark: Mark, words: &str) {
        self.end_code();
        let is_first = self.indents.is_empty();
        let level = level.min(self.indents.len()).min(12);
        self.indents.truncate(level);
        let indent = self.indents.last().copied().unwrap_or(0);
        let mark = match mark {
            Mark::Bullet => "- ".to_owned(),
            Mark::Number(number) => format!("{number}. "),
        };
        if is_first && !self.out.is_empty() {
            self.out.push('\n');
        }
        self.indents.push(indent + mark.len());
        let inside = " ".repeat(indent + mark.len());
        let words = guarded(words.trim()).replace('\n', &format!("\n{inside}"));
        let _ = writeln!(self.out, "{}{mark}{words}", " ".repeat(indent));
        self.n_items += 1;
    }

    /// One more paragraph of the item before.
    pub(crate) fn more(&mut self, level: usize, words: &str) {
        let words = words.trim();
        let Some(indent) = self.indents.get(level).or(self.indents.last()).copied().filter(|_| !words.is_empty())
        else {
            return self.paragraph(words);
        };
        self.end_code();
        let inside = " ".repeat(indent);
        let _ = writeln!(self.out, "\n{inside}{}", guarded(words).replace('\n', &format!("\n{inside}")));
    }

    /// A table of cells in Markdown; its first row is its head.
    pub(crate) fn table(&mut self, rows: &[Vec<String>]) {
        let table = table(rows);
        if !table.is_empty() {
            self.block(&table);
        }
    }

    /// Markdown that stands on its own.
    pub(crate) fn block(&mut self, text: &str) {
        self.end_code();
        self.indents.clear();
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }
}

/// A table of cells in Markdown, empty rows and columns left out.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let cell = |text: &String| one_line(text).replace('|', "\\|");
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let used: Vec<usize> =
        (0..width).filter(|at| rows.iter().any(|row| row.get(*at).is_some_and(|cell| !cell.is_empty()))).collect();
    let mut out = String::new();
    let filled = rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty()));
    for (index, row) in filled.enumerate() {
        out.push('|');
        for at in &used {
            let cell = row.get(*at).map_or("", String::as_str);
            out.push_str(&if cell.is_empty() { " |".to_owned() } else { format!(" {cell} |") });
        }
        out.push('\n');
        if index == 0 {
            out.push_str(&format!("|{}\n", " --- |".repeat(used.len())));
        }
    }
    out
}

/// Words on one line.
fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lines of prose that would be read as something else, with a backslash in front.
fn guarded(words: &str) -> String {
    let guard = |line: &str| {
        let line = line.trim_end();
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &line[digits..];
        let is_marked = |marks: &[&str]| marks.iter().any(|mark| line.starts_with(mark));
        if (1..10).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") ")) {
            format!("{}\\{rest}", &line[..digits])
        } else if is_marked(&["# ", "## ", "### ", "- ", "+ ", "* ", "> ", "```", "~~~", "---", "==="]) {
            format!("\\{line}")
        } else {
            line.to_owned()
        }
    };
    words.lines().map(guard).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look { bold: false, italic: false, strike: false, code: false };
    const BOLD: Look = Look { bold: true, ..PLAIN };
    const ITALIC: Look = Look { italic: true, ..PLAIN };
    const BOTH: Look = Look { bold: true, ..ITALIC };

    #[test]
    fn runs_become_words_with_marks() {
        let check = |runs: &[(&str, Look, Option<&str>)], expected: &str| {
            let mut words = Words::default();
            for (text, look, link) in runs {
                words.push(text, *look, *link);
            }
            assert_eq!(words.markdown(), expected);
        };
        check(&[("a ", PLAIN, None), ("b ", BOLD, None), ("c", PLAIN, None)], "a **b** c");
        check(&[("a", BOLD, None), (" b", BOTH, None), ("c", ITALIC, None)], "**a *b****c*");
        check(&[("a ", ITALIC, None), ("b", BOTH, None)], "*a **b***");
        check(
            &[("see ", PLAIN, None), ("it ", ITALIC, Some("https://a.example/(x)"))],
            "see [*it*](https://a.example/%28x%29) ",
        );
        check(&[("https://a.example", PLAIN, Some("https://a.example"))], "https://a.example");
        check(&[("a*b*c", PLAIN, None), ("x*y", Look { code: true, ..PLAIN }, None)], "a\\*b\\*c`x*y`");
        check(&[("x`y", Look { code: true, ..PLAIN }, None)], "``x`y``");
        check(&[("  ", BOLD, None)], "  ");
        check(&[("a ", PLAIN, None), ("b", PLAIN, Some("JavaScript:alert(1)")), (" c", PLAIN, None)], "a b c");
    }

    #[test]
    fn blocks_become_markdown() {
        let mut prose = Prose::default();
        prose.heading(1, "One\ntwo");
        prose.paragraph("1. no list\n# no heading");
        prose.item(0, Mark::Number(1), "first");
        prose.item(1, Mark::Bullet, "in it");
        prose.more(1, "more of it");
        prose.item(0, Mark::Number(2), "second");
        prose.quote("said");
        prose.quote("again");
        prose.code("x = 1");
        prose.code("");
        prose.code("y = 2");
        prose.table(&[
            vec!["a".into(), String::new(), "b|c".into()],
            vec![],
            vec!["1".into(), String::new(), String::new()],
        ]);
        let expected = "# One two\n\n1\\. no list\n\\# no heading\n\n1. first\n   - in it\n\n     more of it\n2. second\n\n\
                        > said\n>\n> again\n\n```\nx = 1\n\ny = 2\n```\n\n| a | b\\|c |\n| --- | --- |\n| 1 | |\n";
        assert_eq!(prose.finish(), expected);
    }
}
