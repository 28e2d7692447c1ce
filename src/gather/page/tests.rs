//! Pages in, content out: one table a topic.

use super::*;

const PROSE: &str =
    "Words of the article, long enough to count as prose, with commas, and more words, as prose has them. ";

/// A page around `inner`, with a frame that never belongs to it.
fn framed(inner: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><title>Pears</title></head><body><nav><a href=/>Home</a></nav>\
         <div id=main>{inner}</div><footer>Imprint of the site, and all rights are reserved.</footer></body></html>"
    )
}

fn main(html: &str) -> String {
    read(html).unwrap().main
}

#[test]
fn html_has_its_markdown() {
    for (html, expected) in [
        ("<p>a <b>b</b> <i>c</i><sup>2</sup> <code>d`e</code> <del>f</del></p>", "a **b** *c*² ``d`e`` ~~f~~"),
        ("<p>1 * 2 &lt;b> [x](y) &amp;amp; snake_case</p>", "1 * 2 \\<b> \\[x\\](y) \\&amp; snake_case"),
        ("<p># not a heading<p>- nor<p>1. an item", "\\# not a heading\n\n\\- nor\n\n1\\. an item"),
        ("<p><b>bold </b>and<em> thin</em></p>", "**bold** and *thin*"),
        ("<p>one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<h2>A <a href=https://a.example/x>b</a></h2>c", "## A [b](https://a.example/x)\n\nc"),
        ("<a href=/x><h3>Card</h3><p>words</p></a>", "### [Card](/x)\n\nwords"),
        ("<ul><li>a<ul><li>b</ul><li><p>c</p><p>d</p></ul>", "- a\n  - b\n\n- c\n\n  d"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<dl><dt>pear</dt><dd>a fruit</dd></dl>", "**pear**\n\na fruit"),
        ("<blockquote><p>a</p><blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ("<pre class=language-rust>\nfn a() {\n}\n</pre>", "```rust\nfn a() {\n}\n```"),
        ("<div class=highlight-c><pre><code>```</code></pre></div>", "````\n```\n````"),
        ("<table><tr><th>a<th>b<tr><td>1|2<td>3</table>", "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |"),
        ("<table><tr><td>1<td>2<tr><td colspan=2>3</table>", "|  |  |\n| --- | --- |\n| 1 | 2 |\n| 3 |  |"),
        ("<table><tr><td><h1>layout</h1><p>x</table>", "# layout\n\nx"),
        ("<figure><img src=a.png alt=tree><figcaption>A pear tree</figcaption></figure>", "![A pear tree](a.png)"),
        ("<img src=a.png alt='a tree'><img src=b.png alt=b><img alt=🍐>", "![a tree](a.png)![b](b.png)🍐"),
        ("<details><summary>More</summary>words</details>", "**More**\n\nwords"),
        (
            "<math display=block><mfrac><mi>a</mi><mi>b</mi></mfrac><annotation encoding=application/x-tex>\\frac ab</annotation></math>",
            "$$\\frac ab$$",
        ),
        ("<p>x <math><msup><mi>a</mi><mn>2</mn></msup></math></p>", "x $a^{2}$"),
        ("<p>x <script type='math/tex'>a+b</script>", "x $a+b$"),
        ("<a href='javascript:x()'>go</a> <a href='a b(c)'>to</a>", "go [to](a%20b%28c%29)"),
    ] {
        assert_eq!(fragment(html).unwrap(), expected, "{html}");
    }
}

#[test]
fn what_is_no_content_goes() {
    let text = PROSE.repeat(6);
    let whole = format!("{}\n\n{}", text.trim(), text.trim());
    let page = |part: &str| {
        let html = framed(&format!("<article><p>{text}</p>{part}<p>{text}</p></article>"));
        main(&html.replace("<head>", "<head><meta property=og:type content=article>"))
    };
    for part in [
        "<div class='share-buttons'><span>Share this on the net, now.</span></div>",
        "<aside>More of that kind, in many words.</aside>",
        "<div class=td-related-posts><p>Another essay, about apples, by another pen.</p></div>",
        "<section id=comments><p>First! And then some more words of a reader.</p></section>",
        "<form><label>Your address, please.</label></form>",
        "<ul><li><a href=/1>One more page</a><li><a href=/2>And another page</a></ul>",
        "<p><a href=/1>Related: one more page</a></p>",
    ] {
        assert_eq!(page(part), whole, "{part}");
    }
    let kept = page("<p>See:</p><ul><li><a href=/1>One</a><li><a href=/2>Two</a></ul>");
    assert_eq!(kept, format!("{}\n\nSee:\n\n- [One](/1)\n- [Two](/2)\n\n{}", text.trim(), text.trim()));
}

#[test]
fn hidden_text_is_left_out_and_counted() {
    let text = PROSE.repeat(6);
    for (attributes, hides) in [
        ("style='display: none'", true),
        ("style='visibility:hidden'", true),
        ("style='color:#FFF;background-color:white'", true),
        ("style='font-size:0'", true),
        ("hidden", true),
        ("aria-hidden=true", true),
        ("style='color:white'", false),
        ("class=shown", false),
    ] {
        let page = read(&framed(&format!("<p>{text}</p><div {attributes}>Ignore all that.</div>"))).unwrap();
        assert_eq!(page.n_hidden > 0, hides, "{attributes}");
        let expected = if hides { text.trim().to_owned() } else { format!("{}\n\nIgnore all that.", text.trim()) };
        assert_eq!(page.main, expected, "{attributes}");
    }
}

#[test]
fn posts_of_a_forum_are_content() {
    let post = |words: &str| format!("<div class=reply><p>{words} {PROSE}</p></div>");
    let inner = format!("<div class=comments>{}{}{}</div>", post("One:"), post("Two:"), post("Three:"));
    let html = framed(&inner).replace("<head>", "<head><meta name=generator content='Discourse 3'>");
    let expected = ["One:", "Two:", "Three:"].map(|words| format!("{words} {}", PROSE.trim()));
    assert_eq!(main(&html), expected.join("\n\n"));
}

#[test]
fn text_in_the_data_of_a_page_is_found() {
    let body = PROSE.repeat(20);
    let linked =
        format!("<script type=application/ld+json>{{\"@type\":\"Article\",\"articleBody\":\"{body}\"}}</script>");
    let state = format!("<script id=__NEXT_DATA__>{{\"a\":[{{\"b\":\"<p>{body}</p>\"}}]}}</script>");
    for data in [linked, state] {
        let page = read(&format!("<title>Pears</title><div id=root></div>{data}")).unwrap();
        assert!(page.from_data);
        assert_eq!(page.main.trim(), body.trim());
    }
}

#[test]
fn a_page_says_what_it_is() {
    let head = "<title>The Pear | Fruit</title><meta property=og:site_name content=Fruit><base href='https://b.example/'>\
        <script type=application/ld+json>[{\"@type\":[\"NewsArticle\"],\"datePublished\":\"2020-01-02\",\
        \"author\":[{\"name\":\"Ada &amp; Co\"},{\"name\":\"Bo\"}],\"isAccessibleForFree\":\"False\"}]</script>";
    let html = format!("<html lang=de><head>{head}</head><body><p>{PROSE}</p></body></html>");
    let expected = Metadata {
        title: Some("The Pear".to_owned()),
        author: Some("Ada & Co, Bo".to_owned()),
        date: Some("2020-01-02".to_owned()),
        language: Some("de".to_owned()),
        url: Some("https://b.example/".to_owned()),
        site: Some("Fruit".to_owned()),
        is_paid: true,
    };
    let page = read(&html).unwrap();
    assert_eq!((page.metadata, page.kind), (expected, PageKind::Article));
    let bylined = format!("<p class=byline>By Ada Lemon<p><time datetime=2020-01-02>a day</time><p>{PROSE}");
    let found = read(&bylined).unwrap().metadata;
    assert_eq!((found.author.as_deref(), found.date.as_deref()), (Some("Ada Lemon"), Some("2020-01-02")));
}

/// Numbers that look like chance and are the same on every machine.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap_or(0)
}

#[test]
fn no_page_is_too_broken() {
    let pieces = [
        "<div>",
        "</div>",
        "<table><tr><td>",
        "</table>",
        "<a href=x>",
        "</a>",
        "<b>",
        "<pre>",
        "</p>",
        "<svg>",
        "<math>",
        "<noscript>",
        "<template>",
        "<ul><li>",
        "<h1>",
        "<!--",
        "<script>",
        "</script>",
        "&#0;",
        "<p hidden>",
        "\u{202e}",
        "<select><option>",
        "<frameset>",
        "<x-y>",
        "</body>",
        PROSE,
    ];
    let mut state = 88_172_645_463_325_252;
    for _ in 0..300 {
        let html: String = (0..40).map(|_| pieces[next(&mut state) % pieces.len()]).collect();
        if let Some(page) = read(&html) {
            assert_eq!(read(&html), Some(page), "{html}");
        }
    }
}
