use proptest::prelude::*;

use super::*;

/// What a terminal shows: each run of one look between its marks, as `<b>` for bold and `<a URL>`.
fn screen(out: &str) -> String {
    let mut shown = String::new();
    let (mut look, mut link, mut told) = (String::new(), String::new(), (String::new(), String::new()));
    let mut rest = out;
    loop {
        let (before, after) = rest.split_once('\u{1b}').unwrap_or((rest, ""));
        let is_last = after.is_empty();
        if (!before.is_empty() || is_last) && told != (look.clone(), link.clone()) {
            let (old_look, old_link) = told;
            shown += &if old_look.is_empty() { old_look } else { format!("</{old_look}>") };
            if old_link != link {
                shown += if old_link.is_empty() { "" } else { "</a>" };
                shown += &if link.is_empty() { String::new() } else { format!("<a {link}>") };
            }
            shown += &if look.is_empty() { String::new() } else { format!("<{look}>") };
            told = (look.clone(), link.clone());
        }
        shown += before;
        if is_last {
            return shown;
        }
        if let Some(address) = after.strip_prefix("]8;;") {
            let (url, behind) = address.split_once("\u{1b}\\").expect("a link ends");
            url.clone_into(&mut link);
            rest = behind;
            continue;
        }
        let (codes, behind) = after.strip_prefix('[').and_then(|after| after.split_once('m')).expect("a look");
        let name = |code| ["", "b", "d", "i", "u", "", "", "", "", "s"].get(code).copied().unwrap_or("c");
        look = codes.split(';').map(|code| name(code.parse::<usize>().expect("a number"))).collect();
        rest = behind;
    }
}

fn renderer(width: usize, colour: bool) -> Renderer<'static> {
    let links = |mark: &str| (mark == "[s2 41:07]").then(|| "https://v.example/w?t=2467s".to_owned());
    Renderer::new(width, colour, Box::new(links))
}

fn rendered(text: &str, width: usize) -> String {
    let mut renderer = renderer(width, true);
    let begun = renderer.push(text);
    begun + &renderer.finish()
}

fn by_character(text: &str, width: usize) -> String {
    let mut renderer = renderer(width, true);
    let mut out = String::new();
    for character in text.chars() {
        out += &renderer.push(&character.to_string());
    }
    out + &renderer.finish()
}

#[test]
fn markdown_is_shown_as_it_reads() {
    let check = |text: &str, expected: &str| {
        assert_eq!(screen(&rendered(text, 40)), expected, "{text:?}");
        assert_eq!(screen(&by_character(text, 40)), screen(&rendered(text, 40)), "{text:?}");
    };
    check("", "");
    check("Plain words.", "Plain words.\n");
    check("a\nb\n\n\n\nc\n", "a\nb\n\nc\n");
    check("**Bold** and *it*, _it_, `code`.", "<b>Bold</b> and <i>it</i>, <i>it</i>, <c>code</c>.\n");
    check("***both*** ~~gone~~ ~5", "<bi>both</bi> <s>gone</s> ~5\n");
    check("**a *b* c** d", "<b>a </b><bi>b</bi><b> c</b> d\n");
    check("**bold with `**` in it**", "<b>bold with </b><bc>**</bc><b> in it</b>\n");
    check("2 * 3 * 4 and a*b", "2 * 3 * 4 and a*b\n");
    check("snake_case_name and **open", "snake_case_name and **open\n");
    check("\\*not\\* \\a", "*not* \\a\n");
    check("`a` ``b ` c``", "<c>a</c> <c>b ` c</c>\n");
    check("# Title\ntext", "<bu>Title</bu>\ntext\n");
    check("### Sub **x**", "<b>Sub x</b>\n");
    check("#hashtag #5", "#hashtag #5\n");
    check("- one\n- two\n  - deep\n1. first\n10) tenth", "• one\n• two\n  • deep\n1. first\n10) tenth\n");
    check("* a\n*b* c", "• a\n<i>b</i> c\n");
    check("-5 and -x", "-5 and -x\n");
    check("1.5 is more\n1986. was", "1.5 is more\n1986. was\n");
    check("> said\n> > twice", "<d>│ </d>said\n<d>│ │ </d>twice\n");
    check("---", "<d>────────────────────────────────────────</d>\n");
    check("```rust\nlet a = **1**;\n\n```\nafter", "<d>```rust</d>\n<c>let a = **1**;</c>\n\n<d>```</d>\nafter\n");
    check("```\nopen", "<d>```</d>\n<c>open</c>\n");
    check("See [s2 41:07] and [s1].", "See <a https://v.example/w?t=2467s><u>[s2 41:07]</u></a> and <u>[s1]</u>.\n");
    check("[… 120 tokens] [x] a[1]", "[… 120 tokens] [x] a[1]\n");
    check(
        "[here](https://a.example/é) ![p](x.png)",
        "<a https://a.example/%C3%A9><u>here</u><d> <https://a.example/é></d></a> <u>p</u><d> <x.png></d>\n",
    );
    check("[https://a.example](https://a.example)", "<a https://a.example><u>https://a.example</u></a>\n");
    check("[evil](javascript:alert(1))", "<u>evil</u><d> <javascript:alert(1></d>)\n");
}

#[test]
fn words_go_to_the_line_that_has_room() {
    let check = |text: &str, expected: &str| assert_eq!(screen(&rendered(text, 20)), expected, "{text:?}");
    check("One card a job and burn the rest of them.", "One card a job and\nburn the rest of\nthem.\n");
    check("- One card a job and burn the rest.", "• One card a job and\n  burn the rest.\n");
    check("> One card a job and burn it.", "<d>│ </d>One card a job and\n<d>│ </d>burn it.\n");
    check("12. One card a job and burn it.", "12. One card a job\n    and burn it.\n");
    check("**One card a job and burn it.**", "<b>One card a job and</b>\n<b>burn it.</b>\n");
    check("a https://example.com/very/long/way b", "a\nhttps://example.com/very/long/way b\n");
    check("一二三四五六七八九十一二", "一二三四五六七八九十\n一二\n");
    check(
        "```\nOne card a job and burn the rest.\n```",
        "<d>```</d>\n<c>One card a job and burn the rest.</c>\n<d>```</d>\n",
    );
}

#[test]
fn tables_stand_in_columns() {
    let table = "| Who | Says |\n| --- | :-: |\n| **Ada** | one card a job |\n| Bo \\| Cy | `a|b` |\n\nAfter.";
    assert_eq!(
        screen(&rendered(table, 40)),
        "<b>Who</b>     │ <b>Says</b>\n<d>────────┼───────────────</d>\n<b>Ada</b>     │ one card a job\nBo | Cy │ <c>a|b</c>\n\nAfter.\n"
    );
    let narrow = "| Claim | Ground |\n|---|---|\n| one card a job is enough | none at all |\n| b | c |";
    assert_eq!(
        screen(&rendered(narrow, 24)),
        "<b>Claim</b>      │ <b>Ground</b>\n<d>───────────┼────────────</d>\none card a │ none at all\njob is     │\nenough     │\n<d>───────────┼────────────</d>\nb          │ c\n"
    );
    for (text, width) in [("| a | b |\nc", 40), ("|a|b|c|\n|-|-|-|\n|1|2|3|", 20)] {
        assert_eq!(screen(&rendered(text, width)), format!("{text}\n"));
    }
}

#[test]
fn without_colour_code_keeps_its_marks() {
    let mut renderer = renderer(40, false);
    let out = renderer.push("a `b` **c**\n") + &renderer.finish();
    assert_eq!(screen(&out), "a `b` <b>c</b>\n");
}

proptest! {
    /// Whatever a model says: the screen does not depend on how it came, no line is too wide but for
    /// words that are, and every visible word is there in its order.
    #[test]
    fn the_screen_is_that_of_the_text_however_it_came(
        text in "([a-zé一 \n*_`~#>|!\\[\\]()<:/.1s-]|\\*\\*|```|\\[s2 41:07\\]|\\| a \\|\n|---|\n\n){0,60}",
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let whole = rendered(&text, 30);
        prop_assert_eq!(screen(&by_character(&text, 30)), screen(&whole));
        let mut borders: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        borders.extend([0, text.len()]);
        borders.retain(|border| text.is_char_boundary(*border));
        borders.sort_unstable();
        let mut renderer = renderer(30, true);
        let pieces: Vec<String> = borders.windows(2).map(|pair| renderer.push(&text[pair[0]..pair[1]])).collect();
        let cut = pieces.concat() + &renderer.finish();
        prop_assert_eq!(screen(&cut), screen(&whole));
        let letters = |text: &str| -> Vec<char> { text.chars().filter(|c| c.is_alphabetic()).collect() };
        let shown = screen(&whole);
        let mut pieces = shown.split('<');
        let first = pieces.next().unwrap_or_default();
        let plain: String = [first].into_iter().chain(pieces.filter_map(|piece| Some(piece.split_once('>')?.1))).collect();
        let links = plain.matches("https").count();
        prop_assume!(!text.contains('<') && links == 0);
        prop_assert_eq!(letters(&plain), letters(&text));
    }
}
