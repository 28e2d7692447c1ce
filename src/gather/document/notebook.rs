//! Jupyter notebooks (nbformat 3 and 4): text as it is, code in fences, outputs as text.

use serde_json::Value;

use super::{html, markdown};
use crate::content::{Kind, Problem, canonical, line};
use crate::gather::page::Images;
use crate::gather::{Confidence, Error, Format, Input, Reading, draft};

pub(crate) const FORMAT: Format = Format {
    name: "ipynb",
    kind: Kind::Essay,
    about: "Jupyter notebooks: text, code and the text of outputs",
    extensions: &["ipynb"],
    sniff,
    read,
    stream: None,
};

/// An output longer than this is kept from both ends, in lines.
const MAX_LINES: usize = 200;

fn sniff(input: &Input) -> Confidence {
    let is_short = |key: &str| input.text.contains(key);
    if input.text.trim_start().starts_with('{')
        && is_short("\"nbformat\"")
        && (is_short("\"cells\"") || is_short("\"worksheets\""))
        && serde_json::from_str::<Value>(input.text).is_ok_and(|book| book["nbformat"].is_number())
    {
        Confidence::Certain
    } else {
        Confidence::No
    }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let malformed = |_| Error::Malformed { name: input.name.to_owned(), format: FORMAT.name, reason: "it is not JSON" };
    let book: Value = serde_json::from_str(input.text).map_err(malformed)?;
    let mut writer = Writer { language: language(&book), ..Writer::default() };
    let sheets =
        book["worksheets"].as_array().map(|sheets| sheets.iter().filter_map(|sheet| sheet["cells"].as_array()));
    let cells: Vec<&Value> = match book["cells"].as_array() {
        Some(cells) => cells.iter().collect(),
        None => sheets.into_iter().flatten().flatten().collect(),
    };
    for cell in &cells {
        writer.cell(cell);
    }
    let metadata = &book["metadata"];
    let (own_title, text) = markdown::take_title(&canonical(&writer.out).0, metadata["title"].as_str());
    let sections = markdown::sections(&text);
    if sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "cells" });
    }
    let mut document = draft::document(FORMAT.name, FORMAT.kind, text, sections, 0);
    document.title = metadata["title"].as_str().map(line).filter(|title| !title.is_empty()).or(own_title);
    let authors: Vec<String> = metadata["authors"]
        .as_array()
        .map(|authors| authors.iter().filter_map(|author| author["name"].as_str()).map(line).collect())
        .unwrap_or_default();
    document.author = Some(authors.join(", ")).filter(|author| !author.is_empty());
    markdown::finish(&mut document);
    document.counts.items = cells.len();
    document.counts.visible = cells.len();
    let counts = [(writer.n_pictures, "pictures left out"), (writer.n_lines, "lines of long outputs left out")];
    let problems = counts.into_iter().filter(|(n, _)| *n > 0);
    let problems = problems.map(|(n, what)| Problem::note(input.name, format!("{what}: {n}"))).collect();
    Ok(Reading { documents: vec![document], problems })
}

/// The language of the code cells.
fn language(book: &Value) -> String {
    let metadata = &book["metadata"];
    let name = metadata["language_info"]["name"].as_str().or(metadata["kernelspec"]["language"].as_str());
    line(name.unwrap_or_default()).to_lowercase()
}

#[derive(Default)]
struct Writer {
    out: String,
    language: String,
    n_pictures: usize,
    n_lines: usize,
}

impl Writer {
    fn cell(&mut self, cell: &Value) {
        let source = [&cell["source"], &cell["input"]].into_iter().map(joined).find(|text| !text.is_empty());
        let source = source.unwrap_or_default();
        match cell["cell_type"].as_str() {
            Some("code") => {
                let language = cell["language"].as_str().unwrap_or(&self.language).to_owned();
                self.fence(&language, &source);
                for output in cell["outputs"].as_array().into_iter().flatten() {
                    self.output(output);
                }
            }
            Some("heading") => {
                let level = usize::try_from(cell["level"].as_u64().unwrap_or(1)).unwrap_or(1).clamp(1, 6);
                self.block(&format!("{} {}", "#".repeat(level), line(&source)));
            }
            Some("raw") => self.fence("", &source),
            _ => {
                // Pictures that are attached to a cell lie in it as base64.
                self.n_pictures += cell["attachments"].as_object().map_or(0, serde_json::Map::len);
                self.block(&source);
            }
        }
    }

    fn output(&mut self, output: &Value) {
        let kind = output["output_type"].as_str().unwrap_or_default();
        if matches!(kind, "stream") {
            return self.shown(&joined(&output["text"]));
        }
        if matches!(kind, "error" | "pyerr") {
            let lines: Vec<String> = output["traceback"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            let error =
                format!("{}: {}", output["ename"].as_str().unwrap_or("error"), output["evalue"].as_str().unwrap_or(""));
            return self.shown(&if lines.is_empty() { error } else { lines.join("\n") });
        }
        // Version 3 keeps the forms beside one another, without a map.
        let forms = if output["data"].is_object() { &output["data"] } else { output };
        let form = |names: &[&str]| names.iter().map(|name| joined(&forms[*name])).find(|text| !text.is_empty());
        let has_picture = ["image/png", "image/jpeg", "image/svg+xml", "png", "jpeg", "svg"]
            .iter()
            .any(|name| !forms[*name].is_null());
        self.n_pictures += usize::from(has_picture);
        let page = form(&["text/html", "html"])
            .filter(|page| page.contains("<table"))
            .and_then(|page| html::whole(&page, Images::All))
            .map(|page| page.text);
        if let Some(text) = form(&["text/markdown"]).or(page) {
            self.block(&text);
        } else if let Some(text) =
            form(&["text/plain", "text/latex"]).or_else(|| form(&["text"])).filter(|_| !has_picture)
        {
            self.shown(&text);
        }
    }

    /// An output as text, its colours taken out.
    fn shown(&mut self, text: &str) {
        let text = without_colours(text);
        let lines: Vec<&str> = text.lines().map(|line| line.rsplit('\r').next().unwrap_or(line)).collect();
        if lines.len() <= MAX_LINES {
            return self.fence("text", &lines.join("\n"));
        }
        let n_cut = lines.len() - MAX_LINES;
        self.n_lines += n_cut;
        let (head, tail) = (&lines[..MAX_LINES / 2], &lines[lines.len() - MAX_LINES / 2..]);
        self.fence("text", &format!("{}\n[{n_cut} lines left out]\n{}", head.join("\n"), tail.join("\n")));
    }

    fn fence(&mut self, language: &str, text: &str) {
        let text = text.trim_end();
        if text.trim().is_empty() {
            return;
        }
        let longest = text.lines().map(|line| line.trim_start().bytes().take_while(|byte| *byte == b'`').count()).max();
        let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
        self.block(&format!("{fence}{language}\n{text}\n{fence}"));
    }

    fn block(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.out.push_str(text.trim_end());
            self.out.push_str("\n\n");
        }
    }
}

/// Text that may be kept as a list of lines.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// Text without the sequences that colour it in a terminal.
fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(sequence) = rest.strip_prefix('[') {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic()).map_or(sequence.len(), |end| end + 1);
            rest = &sequence[end..];
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_become_text_and_fences() {
        let text = r##"{"nbformat":4,"metadata":{"language_info":{"name":"python"}},"cells":[
            {"cell_type":"markdown","source":["# Pears\n","\n","words"]},
            {"cell_type":"code","source":"print(1)","outputs":[
                {"output_type":"stream","text":["1\n"]},
                {"output_type":"display_data","data":{"image/png":"AAAA","text/plain":"<Figure>"}},
                {"output_type":"error","ename":"E","evalue":"v","traceback":["\u001b[0;31mE\u001b[0m: v"]}]}]}"##;
        let reading = read(&Input::new("x", text)).unwrap();
        let expected = "words\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n```text\nE: v\n```\n";
        assert_eq!(
            (reading.documents[0].title.as_deref(), reading.documents[0].text.as_str()),
            (Some("Pears"), expected)
        );
        assert_eq!(reading.problems[0].message, "pictures left out: 1");
    }

    #[test]
    fn the_older_form_is_read() {
        let text = r#"{"nbformat":3,"worksheets":[{"cells":[{"cell_type":"heading","level":2,"source":["A"]},
            {"cell_type":"code","language":"r","input":["x"],"outputs":[{"output_type":"pyout","text":["2"]}]}]}]}"#;
        assert_eq!(sniff(&Input::new("x", text)), Confidence::Certain);
        let document = read(&Input::new("x", text)).unwrap().documents.remove(0);
        assert_eq!(document.text, "## A\n\n```r\nx\n```\n\n```text\n2\n```\n");
    }
}
