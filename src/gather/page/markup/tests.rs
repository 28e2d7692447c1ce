use super::*;
use crate::gather::page::attribute::Key;

/// The tree that the parser makes alone.
fn alone(html: &str) -> Tree {
    let mut parser = parser(html.len());
    parser.process(html.into());
    parser.finish()
}

/// What is read of a page; where its elements overlap, blanks that are kept are as many as one.
fn read(tree: &Tree, overlap: bool) -> Vec<String> {
    let is_read = |id: &usize| tree.parent(*id).is_none_or(|above| tree.name(above) != "script");
    let nodes = tree.within(Tree::ROOT).filter(is_read);
    let text = |id| tree.text(id).unwrap_or_default();
    let spaces = |id| matches!(tree.name(id), "pre" | "code" | "textarea");
    let is_spaced = |id| !overlap && tree.ancestors(id).any(spaces);
    let blank = |text: &str| {
        let mut last = 'x';
        let kept = text.chars().map(|c| if c.is_ascii_whitespace() { ' ' } else { c });
        kept.filter(|c| (*c, std::mem::replace(&mut last, *c)) != (' ', ' ')).collect::<String>()
    };
    let words = |id| if is_spaced(id) { text(id).to_owned() } else { blank(text(id)) };
    let is_read = |id, key: Key| tree.name(id) == "img" || !key.is_of_images();
    let said = |id| tree.attributes(id).filter(move |(key, _)| is_read(id, *key)).map(|said| format!("{said:?}"));
    let is_shape = |id: &usize| Sort::of(tree.name(*id)) == Sort::Shape;
    nodes
        .filter(|id| !is_shape(id))
        .map(|id| format!("{}{}{}", tree.name(id), said(id).collect::<String>(), words(id)))
        .collect()
}

fn check(html: &str, overlap: bool) {
    assert_eq!(read(&tree(html, usize::MAX).unwrap(), overlap), read(&alone(html), overlap), "{html:?}");
}

#[test]
fn a_tree_is_the_one_that_the_parser_makes_alone() {
    for html in [
        "<!DOCTYPE html><title>a &amp; b</title><p>a<script>b <c></script>d",
        "<p>a<SCRIPT src=x>b</Script >c",
        "<p>a<!-- b -->c<!-- d --!>e<!-->f<!--->g<!-- --",
        "<p title='<script>'>a</p><p>b<script>c</script>d",
        "<p a=b\"c><script>d</script>e<p f=\">\">g",
        "<p = '><script>a</script>'>b<p =c='><script>d</script>e",
        "<p class=a onclick='a > b' id=b data-x>c<br data-x/>d<br/data-x>e<p/>f<br / >",
        "<p id data-x =a class=b>c<p id data-x = c =d>e<p id data-x='f' =g>h<p href data-x =i>j",
        "<p title=a>b<img title=a alt='b' sizes=c>d<IMG SRC=a SIZES=b ALT='c &lt; d'>",
        "<a href='?a&amp;b'>c</a><a href=?a&b>c</a><A HREF=a href=b CLASS=c>d</A><a id='\r\n'>",
        "<svg viewBox=a><path d=b></path><use href=c /><a href=d>e</a></svg><i g=f>g",
        "<svg><font color=a>b</font></svg><p>c<font color=a>d",
        "<textarea>\n<script>a</textarea>b<script>c</script>d<textarea>\n\na &lt; b",
        "<title><script></title>a</script>b<title>c",
        "<style><!-- </style>a--><script>b</script>c<STYLE media=print>d\r\n</STYLE>e",
        "<p>\n  a \n\t</p>\n\n<pre>\n\n a\n\n</pre>\n <code>  b</code>",
        "<pre>\n\n a<p>  b\n\n</p>  c\n\n<textarea>\n\n a</textarea>",
        "<script><!-- a</script>b",
        "<script><!-- <script> a</script>b</script>c<script>d</script>e",
        "<script><!--><script></script>a<script><!---><script></script>b<script><!-- --></script>c",
        "<script><!-- <script x=<script> --> </script>a<script><!--<script></script ><script>--></SCRIPT/>b",
        "<script><!-- <scripts></script>a<script><!-- <script",
        "a&amp;&lt;b&gt;&quot;c&nbsp;<b>&#39;</b>&amp;amp; & d && e&f=g &<p>&ampx; &am",
        "<a href='?a=b&amp;c=d&e=f& g&'>h</a><a href='?a&copy=b&copy'>c<a href='&#39;&ampa&amp'>d<a href=&b>",
        "<svg><script>a</script><style>b</style><title>c<b>d</b></title>e</svg><script>f</script>g",
        "<script type='application/ld+json'>{\"a\": \"<b>&amp;\"}\r</script>c",
        "<script>a",
        "a<!-- b",
        "a<p class='b",
        "a<p class",
        "<plaintext><script>a</script>&amp;",
        "<",
        "a < b <3 & c &amp d &ampe &#65 &#x42;<b>f &lt<i>g &notit; h\u{0}i",
        "AT&T<b>a</b>&am<!-- -->p;&am<b>p;</b>&#6<svg><g>5;</g></svg>",
        "a\rb\r<b>\nc\r\n</b>\r",
        "</><! x><?y ></ z><!doctype x><p",
        "a<?<script>b<p>c</script>d",
        "a</ <script>b<p>c</script>d",
        "<svg><![CDATA[</svg><script>]]></svg>a<![CDATA[b]]>c<p>d</script>e",
        "<table><tr>a<td>b<form><input type=hidden><input type=HIDDEN></table><select><option>c<p>d</select>",
        "<noscript><img src=a><p>b</noscript><iframe><p>c</iframe><noembed>&amp;</noembed><xmp><b></xmp>d",
        "<frameset><frame></frameset>",
        "<b><p>a</b>b</p><a href=c>d<a href=e>f<div></a>g</div>",
        "<\u{e9}><p\u{e9} class=\u{e9}>\u{e9}</p\u{e9}><p\u{0}>a<p cl\u{0}ass=a>",
        "<math><mi>a</mi><annotation-xml encoding='text/html'><p>b</annotation-xml></math>",
        "<template><p>a</template><html lang=a><body class=b><html lang=c id=d><body id=e>",
    ] {
        check(html, false);
    }
}

#[test]
fn no_page_is_read_otherwise_than_by_the_parser_alone() {
    let pieces = [
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "--!>",
        "<svg>",
        "</svg>",
        "<math>",
        "<p a='",
        "'>",
        "\"",
        "=",
        ">",
        "<style>",
        "</style>",
        "<textarea>",
        "</textarea>",
        "<title>",
        "</title>",
        "<p>",
        "</p>",
        "b",
        "/>",
        "<br/",
        "</script ",
        " ",
        "<!",
        "<?",
        "</",
        "<script src=a>",
        "<xmp>",
        "</xmp>",
        "<plaintext>",
        "\n\n",
        "<pre>",
        "</pre>",
        " id=a",
        " data-x",
        " x='b'",
        " =",
        "<img ",
        "&",
        "&amp",
        ";",
        "&#65",
        "\r",
        "\0",
        "<P CLASS=",
        "<a href=c>",
        "<td>",
        "<table>",
        "<b>",
        "</b>",
        "<![CDATA[",
        "]]>",
        "<font color=a>",
        "<g>",
        "</g>",
        "<option>",
        "<select>",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0)
    };
    for _ in 0..8000 {
        let html: String = (0..14).map(|_| pieces[next() % pieces.len()]).collect();
        // What is left out of a drawing may change what stands around it.
        if !html.contains("g>") || !html.contains("<svg>") && !html.contains("<math>") {
            check(&html, true);
        }
    }
}

#[test]
fn what_nests_too_deep_or_is_too_large_is_refused() {
    let refused = |html: &str| tree(html, 40).err();
    for (html, expected) in [
        ("<div>".repeat(100_000), Some(Refused::Deep)),
        ("<div>".repeat(36), None),
        ("<div><x></div>".repeat(100), None),
        ("<div></x>".repeat(100), Some(Refused::Deep)),
        ("<p>text<li>item<td>cell<a>link<br>".repeat(100), None),
        ("<ul><li>".repeat(30), Some(Refused::Deep)),
        (format!("<svg>{}", "<a>".repeat(100)), Some(Refused::Deep)),
        (format!("<svg>{}", "<a/>".repeat(100)), None),
        (format!("<!-- {} --><script>{}</SCRIPT>", "<div>".repeat(100), "<div>".repeat(100)), None),
        (format!("<textarea>{}", "<div>".repeat(100)), None),
        ("<p>text ".repeat(MAX_BYTES / 8 + 1), Some(Refused::Large)),
        (format!("<textarea>{}", "text ".repeat(MAX_BYTES / 5)), Some(Refused::Large)),
        ("<b><i><u><p>".repeat(FREE_NODES / 3), Some(Refused::Many)),
        (format!("<script>{}</script>", "text ".repeat(MAX_BYTES / 5)), None),
        // Where no element is raw, its end is looked for in vain.
        (format!("<svg>{}</style></svg>{}", "<style/>".repeat(20_000), "text ".repeat(1_000_000)), None),
        (format!("<select>{}</select>{}</iframe>", "<iframe>".repeat(20_000), "text ".repeat(1_000_000)), None),
    ] {
        assert_eq!(refused(&html), expected, "{}", &html[..html.len().min(40)]);
    }
}
