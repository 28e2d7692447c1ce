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

pub(super) fn read(html: &str) -> Result<Page, Refused> {
    super::read(html, MAX_DEPTH)
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
        (
            "<p>* a<p>a <b>note:</b>b, <b>c</b><b>d</b> <i>e</i><b>f</b>g<i>, h</i>",
            "\\* a\n\na **note**:b, **cd** *e***f**g, h",
        ),
        (
            "<p><i>* see</i> 字<b>「字」</b>字 a&lt;<span>/b> c</span>!<a href=d>e</a>",
            "*\\* see* 字「**字**」字 a\\</b> c\\![e](d)",
        ),
        ("<p>one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<h2>A <a href=https://a.example/x>b</a></h2>c", "## A [b](https://a.example/x)\n\nc"),
        ("<a href=/x><h3>Card</h3><p>words</p></a>", "### [Card](/x)\n\nwords"),
        ("<ul><li>a<ul><li>b</ul><li><p>c</p><p>d</p></ul>", "- a\n  - b\n\n- c\n\n  d"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<ul><li>a</li><ul><li>b<li>c</ul><li>d</ul>", "- a\n  - b\n  - c\n- d"),
        ("<ol><li>a</li><ol><li>b<li>c</ol></ol>", "1. a\n   1. b\n   2. c"),
        ("<ul><li>a</ul><ul><ul><li>b</ul></ul><ul><ul><ul><li>c</ul></ul></ul>", "- a\n  - b\n    - c"),
        ("<ol start=9><li>a<li>b</ol><ol><ol><li>c</ol></ol>", "9. a\n10. b\n    1. c"),
        ("<ul><ul><li>b</ul></ul>", "- b"),
        ("<ul><li>a<ul><li>b</ul></ul><ul><li>c<li>d</ul>", "- a\n  - b\n\n* c\n* d"),
        ("<ol><li>a</ol><ol><li>b<li>c</ol><li>d", "1. a\n\n1) b\n2) c\n- d"),
        ("<ul><li>a</li><ul><li>b</li><li>c</li></ul><li>d</li></ul>", "- a\n  - b\n  - c\n- d"),
        ("<ol><li>a</li><ol><li>b</li></ol><li>c</li></ol>", "1. a\n   1. b\n2. c"),
        ("<dl><dt>pear</dt><dd>a fruit</dd></dl>", "**pear**\n\na fruit"),
        ("<blockquote><p>a</p><blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ("<pre class=language-rust>\nfn a() {\n}\n</pre>", "```rust\nfn a() {\n}\n```"),
        ("<div class=highlight-c><pre><code>```</code></pre></div>", "````\n```\n````"),
        ("<table><tr><th>a<th>b<tr><td>1|2<td>3</table>", "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |"),
        ("<table><tr><td>1<td>2<tr><td colspan=2>3</table>", "|  |  |\n| --- | --- |\n| 1 | 2 |\n| 3 |  |"),
        ("<table><tr><td><h1>layout</h1><p>x</table>", "# layout\n\nx"),
        ("<figure><img src=a.png alt=tree><figcaption>A pear tree</figcaption></figure>", "![A pear tree](a.png)"),
        (
            "<a href=/x><div><img src=a.png alt='a pear tree'></div><div>Pears</div></a>",
            "![a pear tree](a.png)\n\n[Pears](/x)",
        ),
        ("<img src='data:x' srcset='b.png 1x, c.png 2x' alt='a tree'>", "![a tree](b.png)"),
        ("<img width=1 height=1 src=a.gif alt='counts readers too'>a", "a"),
        ("<img src=a.png alt='a tree'><img src=b.png alt=b><img alt=🍐>", "![a tree](a.png)![b](b.png)🍐"),
        ("<details><summary>More</summary>words</details>", "**More**\n\nwords"),
        (
            "<math display=block><mfrac><mi>a</mi><mi>b</mi></mfrac><annotation encoding=application/x-tex>\\frac ab</annotation></math>",
            "$$\\frac ab$$",
        ),
        (
            "<p>x <math><mover><mi>x</mi><mo>˙</mo></mover><mtext>for</mtext><mfrac linethickness=0><mi>n</mi><mi>k</mi></mfrac></math>",
            "x $\\dot{x}\\text{for}{n \\atop k}$",
        ),
        ("<p>x <math><msup><mi>a</mi><mn>2</mn></msup></math></p>", "x $a^{2}$"),
        ("<p>x <script type='math/tex'>a+b</script>", "x $a+b$"),
        ("<a href=/x><img src=a.png></a><a href=/y> </a>b", "![](a.png) b"),
        (
            "<p>a<sup><a href=#fn1 id=r1>1</a></sup> b<a href=#fn2 id=r2>[2]</a></p><ol><li id=fn1>one <a href=#r1>↩</a>\
             <li id=fn2><p>two</p><p>more</p></ol>",
            "a[^1] b[^2]\n\n[^1]: one\n\n[^2]: two\n\n    more",
        ),
        ("<p>a<a href=#n1 id=r1>1</a></p><p id=n1 hidden>one <a href=#r1>↩</a></p>b", "a[1](#n1)\n\nb"),
        ("<h2>Pear<a href=#pear>¶</a></h2>b", "## Pear\n\nb"),
        (
            "a <a href='/cdn-cgi/l/email-protection#2a4b4e4b6a4c045f'>[email&#160;protected]</a>",
            "a [ada@f.u](mailto:ada@f.u)",
        ),
        ("a <a href='/cdn-cgi/l/email-protection#2a4b4e4b6a4c045f'>Ada</a>", "a [Ada](mailto:ada@f.u)"),
        (
            "a <a href='/cdn-cgi/l/email-protection' data-cfemail=2a4b4e4b6a4c045f>[email&#160;protected]</a>",
            "a [ada@f.u](mailto:ada@f.u)",
        ),
        ("a <span data-cfemail=2a4b4e4b6a4c045f>[email&#160;protected]</span> b", "a ada@f.u b"),
        ("<h2 id=pear>Pear <a href=#pear>#</a></h2><p>b<a href=#pear> § </a>c", "## Pear\n\nbc"),
        ("<h2 id=pear><a href=#pear>The <i>pear</i></a></h2>b", "## The *pear*\n\nb"),
        ("<section id=pear><h2><a href=#pear>Pear</a></h2>b</section>", "## Pear\n\nb"),
        ("<h2><a href=#plum>Plum</a></h2><p id=plum>b</p>", "## [Plum](#plum)\n\nb"),
        ("<p>a <a href=#part>1</a></p><p id=part>b</p>", "a [1](#part)\n\nb"),
        ("<table><tr><td>a<td>b</table>", "a\n\nb"),
        ("<table><tr><td><p>a<p>b<p>c<td>d<tr><td>e<td>f</table>", "a\n\nb\n\nc\n\nd\n\ne\n\nf"),
        ("<a href='javascript:x()'>go</a> <a href='a b(c)'>to</a>", "go [to](a%20b%28c%29)"),
    ] {
        assert_eq!(fragment(html, Images::All, MAX_DEPTH).unwrap().text, expected, "{html}");
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
fn words_of_a_sentence_and_headings_with_nothing_under_them_stay() {
    let text = PROSE.repeat(6);
    let page = |part: &str| {
        let html = framed(&format!("<article><p>{text}</p>{part}<p>{text}</p></article>"));
        let main = main(&html.replace("<head>", "<head><meta property=og:type content=article>"));
        let around = format!("{}\n\n", text.trim());
        main.strip_prefix(&around).and_then(|rest| rest.strip_suffix(around.trim())).unwrap_or(&main).trim().to_owned()
    };
    let short = PROSE.trim();
    for (part, expected) in [
        (
            format!("<p>The <a class=tag href=/p>pear</a> is one. {PROSE}</p>"),
            format!("The [pear](/p) is one. {short}"),
        ),
        (format!("<p>A <span class=popup>note</span>: {PROSE}</p>"), format!("A note: {short}")),
        (format!("<div><span class=share-it>Share it</span><p>{PROSE}</p></div>"), short.to_owned()),
        ("<h2>Figs</h2><h2>Apples</h2>".to_owned(), "## Figs\n\n## Apples".to_owned()),
        ("<h2>Figs</h2><p style=display:none>Juice</p><h2>Plums</h2>".to_owned(), "## Figs\n\n## Plums".to_owned()),
        (
            format!(
                "<h2>Figs</h2><div class=byline>By Bo</div><p>{PROSE}</p><h2>Plums</h2><div class=byline>By Cy</div>"
            ),
            format!("## Figs\n\nBy Bo\n\n{short}\n\n## Plums\n\nBy Cy"),
        ),
        (format!("<h2>Figs</h2><div class=byline>By Bo</div><p>{PROSE}</p>"), format!("## Figs\n\n{short}")),
        ("<h2>More</h2><aside>A word.</aside><h2>Plums</h2>".to_owned(), "## Plums".to_owned()),
        ("<h2><img alt='a pear tree' src=p.png></h2>".to_owned(), "![a pear tree](p.png)".to_owned()),
        (
            "<p><a href=https://a.example/essay>https://a.example/essay</a></p>".to_owned(),
            "[https://a.example/essay](https://a.example/essay)".to_owned(),
        ),
    ] {
        assert_eq!(page(&part), expected, "{part}");
    }
}

#[test]
fn the_beginning_of_a_text_is_found_beside_the_rest_of_it() {
    let (text, start) = (PROSE.repeat(40), PROSE.repeat(5));
    let page = |inner: &str| main(&framed(inner).replace("<head>", "<head><meta property=og:type content=article>"));
    let rest = format!("<div class=story><p>{text}</p><p>{text}</p></div>");
    let whole = format!("{}\n\n{}", text.trim(), text.trim());
    let begun = page(&format!("<div><h1>Pears</h1><div><p>{start}</p></div>{rest}</div>"));
    assert_eq!(begun, format!("{}\n\n{whole}", start.trim()));
    assert_eq!(page(&format!("<div><h1>Pears</h1><p>{PROSE}</p>{rest}</div>")), whole);
    // Paragraphs beside a large part of the text are the text.
    let gallery = format!("<div class=gallery><ul><li>{text}<li>{text}</ul></div>");
    let beside =
        page(&format!("<article class=post-body><p>{start}</p>{gallery}<p>{start}</p><p>{start}</p></article>"));
    assert!(beside.starts_with(start.trim()) && beside.ends_with(start.trim()));
}

#[test]
fn lists_of_links_that_belong_to_the_text_stay() {
    let text = PROSE.repeat(12);
    let list = "<ul><li><a href=/1>One more page</a><li><a href=/2>And another page</a><li><a href=/3>Third</a></ul>";
    let written = "- [One more page](/1)\n- [And another page](/2)\n- [Third](/3)";
    let page = |part: &str| {
        let html = framed(&format!("<article><p>{text}</p>{part}</article>"));
        main(&html.replace("<head>", "<head><meta property=og:type content=article>"))
    };
    let whole = text.trim();
    let words = "Of all that is to be read, with more words than links:";
    for (part, expected) in [
        (format!("<h2>Sources</h2>{list}"), format!("{whole}\n\n## Sources\n\n{written}")),
        (format!("<h2>Related posts</h2>{list}"), whole.to_owned()),
        (
            format!("<ul><li>{words}{list}</ul>"),
            format!("{whole}\n\n- {words}\n  {}", written.replace('\n', "\n  ")),
        ),
        (
            "<table><tr><th>a<th>b<tr><td><a href=/1>One</a><td><a href=/2>Two</a><tr><td><a href=/3>Three</a><td>4</table>".to_owned(),
            format!("{whole}\n\n| a | b |\n| --- | --- |\n| [One](/1) | [Two](/2) |\n| [Three](/3) | 4 |"),
        ),
        (
            "<blockquote><p><a href=/1>@ada</a> <a href=/2>#pear</a></blockquote>".to_owned(),
            format!("{whole}\n\n> [@ada](/1) [#pear](/2)"),
        ),
    ] {
        assert_eq!(page(&part), expected, "{part}");
    }
}

#[test]
fn rows_of_cards_that_are_most_of_a_list_stay() {
    let groups = |n: usize| {
        let group = |n: usize| format!("<div><h3>{n}</h3><ul><li><a href=/{n}>The page of number {n}</a></ul></div>");
        (0..n).map(group).collect::<String>()
    };
    let page = |n: usize, head: &str| {
        main(&framed(&format!("<p>{}</p><div>{}</div>", PROSE.repeat(4), groups(n))).replace("<head>", head))
    };
    let article = "<head><meta property=article:published_time content=2020-01-02>";
    for (n, head, stay) in [(40, "<head>", true), (4, "<head>", false), (40, article, false)] {
        assert_eq!(page(n, head).contains("The page of number 3"), stay, "{n} {head}");
    }
}

#[test]
fn a_main_of_parts_is_the_content() {
    let page = |head: &str| {
        let rest = format!("<p>{PROSE}</p>").repeat(8);
        let html = format!("<main><div><p>First. {PROSE}</p></div><div class=rest>{rest}</div></main>");
        main(&framed(&html).replace("<head>", head)).contains("First.")
    };
    assert!(page("<head>"));
    assert!(!page("<head><meta property=article:published_time content=2020-01-02>"));
}

#[test]
fn parts_that_are_all_named_alike_are_the_page() {
    let part = |n: usize| format!("<div class=promo-item><h3>Part {n}</h3><p>Of part {n}. {PROSE}</p></div>");
    let parts: String = (0..30).map(part).collect();
    assert!(
        main(&framed(&format!("<div class=hero><p>{}</p></div><div>{parts}</div>", PROSE.repeat(3))))
            .contains("Of part 7.")
    );
    // Names of components are no consent.
    let component = format!("<div class=cmp-container><p>In a component. {PROSE}</p></div>");
    let text = format!("<div><p>{}</p></div>", PROSE.repeat(20));
    assert!(main(&framed(&format!("{text}<div>{component}</div>{text}"))).contains("In a component."));
}

#[test]
fn what_buyers_say_belongs_to_a_thing() {
    let said = format!("<section id=comments><p>Fits well. {PROSE}</p></section>");
    for (kind, stays) in [("Product", true), ("Article", false)] {
        let data = format!("<script type=application/ld+json>{{\"@type\":\"{kind}\"}}</script>");
        let page = main(&framed(&format!("{data}<div><p>{}</p>{said}</div>", PROSE.repeat(12))));
        assert_eq!(page.contains("Fits well."), stays, "{kind}");
    }
}

#[test]
fn a_dialog_that_asks_for_consent_is_no_content() {
    let asking = format!("<div id=onetrust-consent-sdk><h2>Cookies</h2><p>{}</p></div>", PROSE.repeat(20));
    assert_eq!(main(&framed(&format!("<p>{PROSE}</p>{asking}"))), PROSE.trim());
}

#[test]
fn the_buttons_and_clocks_of_a_player_are_no_words() {
    for class in ["video-js vjs-paused", "jwplayer", "plyr plyr--video", "mejs__container", "vjs-control-bar"] {
        let player = format!("<div class='{class}'><div>Play Video</div><div>Current Time 0:00</div></div>");
        assert_eq!(main(&framed(&format!("<p>{PROSE}</p>{player}"))), PROSE.trim(), "{class}");
    }
    let talk = "<div class=video-list><p>Plyr is a player.</p></div>";
    assert_eq!(main(&framed(&format!("<p>{PROSE}</p>{talk}"))), format!("{}\n\nPlyr is a player.", PROSE.trim()));
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
        ("style='position:absolute;left:-9999px'", true),
        ("style='opacity:0'", true),
        ("class=secret", true),
        ("id=far", true),
        ("style='color:white'", false),
        ("class=shown", false),
    ] {
        let css = "<style>.secret{display:none} #far{text-indent:-9999px}</style>";
        let page = read(&framed(&format!("{css}<p>{text}</p><div {attributes}>Ignore all that.</div>"))).unwrap();
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
fn what_a_script_shows_is_not_hidden() {
    let text = PROSE.repeat(6);
    for html in [
        format!("<div style=display:none><p>{text}</p></div>"),
        format!("<p style=opacity:0>{text}</p>"),
        format!("<style>.fade{{opacity:0}}</style><p class=fade>{text}</p>"),
        format!("<style>.tab{{display:none}} .tab.on{{display:block}}</style><p class='tab on'>{text}</p>"),
    ] {
        let page = read(&format!("<title>Pears</title><body>{html}</body>")).unwrap();
        assert_eq!((page.main.as_str(), page.n_hidden), (text.trim(), 0), "{html}");
        assert_eq!(page.n_veiled > 0, !html.contains("tab"), "{html}");
    }
}

#[test]
fn posts_have_their_authors_and_times() {
    let post = |class: &str, author: &str, words: &str| {
        format!(
            "<div class='{class}'><a class=username href=/u/{author}>{author}</a> <time datetime=2024-01-02>a day ago</time>\
             <div class=message-content><h3><a href=#p1>Re: Pears</a></h3><p><a href=/q>Reply with quote</a></p><ul class=post-buttons><li><a href=/q>Quote</a></ul>\
             <p>{words} {PROSE}</p></div><div class=signature>My site, and all of it.</div></div>"
        )
    };
    let forum = |inner: &str| framed(inner).replace("<head>", "<head><meta name=generator content='Discourse 3'>");
    let found = read(&forum(&(post("post", "ada", "One:") + &post("post odd", "bo", "Two:")))).unwrap().posts;
    let expected = [("ada", "One:"), ("bo", "Two:")].map(|(author, words)| Post {
        author: Some(author.to_owned()),
        time: Some("2024-01-02".to_owned()),
        text: format!("{words} {}", PROSE.trim()),
    });
    assert_eq!(found, expected);
    let panel = "<dl><dt>Joined</dt><dd>long ago, in a far country of many pears and few apples</dd></dl>";
    let short =
        format!("<div class=post>{panel}<i data-x class=username>cy</i><div class=message-content>Yes.</div></div>");
    let all = post("post", "ada", "One:") + &post("post", "bo", "Two:") + &short;
    let found = read(&forum(&all)).unwrap().posts;
    assert_eq!(found[2].text, "Yes.");
    // What stands beside the posts is not lost for them.
    let beside = format!("<div><p>{}</p></div>", PROSE.repeat(8));
    let found = read(&forum(&(beside + &post("post", "ada", "One:") + &post("post", "bo", "Two:")))).unwrap();
    assert_eq!(found.posts, []);
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
fn a_list_is_not_replaced_by_its_data() {
    let state = (0..40).map(|n| format!("\"{n}\": \"About number {n}: {PROSE}\",")).collect::<Vec<_>>().concat();
    let items = (0..40).map(|n| format!("<li>Number {n} at {n}</li>")).collect::<Vec<_>>().concat();
    let html = framed(&format!("<ul>{items}</ul><script type=application/json>{{{state}\"x\": 1}}</script>"));
    let page = read(&html).unwrap();
    assert!(page.from_data);
    let items = items.repeat(12);
    let html = framed(&format!("<ul>{items}</ul><script type=application/json>{{{state}\"x\": 1}}</script>"));
    assert!(!read(&html).unwrap().from_data);
}

#[test]
fn a_page_that_shows_its_data_is_not_replaced_by_them() {
    let body = PROSE.repeat(30);
    let teasers = ["First of them", "Second of them", "Third of them"].map(|start| format!("{start}, and {PROSE}"));
    let cards = teasers.iter().map(|text| format!("<div><a href=/x><h3>Card</h3><p>{text}</p></a></div>"));
    let state = |texts: &[String]| format!("<script type=application/json>{}</script>", serde_json::json!(texts));
    let shown: Vec<String> = teasers.iter().cloned().chain([body.clone()]).collect();
    let html = framed(&format!("<div>{}</div>{}", cards.collect::<String>(), state(&shown)));
    let page = read(&html).unwrap();
    assert!(!page.from_data && teasers.iter().all(|text| page.main.contains(text.trim())), "{}", page.main);
    assert!(read(&framed(&state(&[body]))).unwrap().from_data);
}

#[test]
fn what_a_page_writes_twice_is_read_once() {
    let text = PROSE.repeat(4);
    let twice = |text: &str| format!("<div class=wide><p>{text}</p></div><div class=narrow><p>{text}</p></div>");
    let link = "<a href=#main>Skip to content</a>";
    assert_eq!(main(&framed(&format!("{link}<div>{}</div>", twice(&text)))), text.trim());
    let note = format!("Note: {PROSE}");
    let whole = format!("{}\n\n{}", text.trim(), note.trim());
    assert_eq!(main(&framed(&format!("<p>{text}</p><div>{}</div>", twice(&note)))), whole);
    // The title and the price of a thing stand where they stand, whatever that is called.
    let bar = format!("<div class=sticky-navbar><h1>A pear</h1><span>2 euro</span><p>{PROSE}</p></div>");
    assert!(main(&framed(&format!("<div>{bar}<div><p>{text}</p></div></div>"))).contains("2 euro"));
    // A refrain is meant.
    assert_eq!(main(&framed(&format!("<p>{text}</p><p>{text}</p>"))), format!("{}\n\n{}", text.trim(), text.trim()));
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
        if let Ok(page) = read(&html) {
            assert_eq!(read(&html), Ok(page), "{html}");
        }
    }
}
