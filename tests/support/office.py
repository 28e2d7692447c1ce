#!/usr/bin/env python3
"""Writes the fixtures of the office formats, byte for byte the same each time.

Usage: python3 tests/support/office.py
"""
import struct
import zipfile
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def package(path, parts, first=None):
    target = FIXTURES / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in ([("mimetype", first)] if first else []) + parts:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.create_system = 3
            archive.writestr(info, text)


XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"


def relations(*rows):
    body = "".join(
        f'<Relationship Id="{i}" Type="{t}" Target="{target}"{extra}/>' for i, t, target, extra in rows
    )
    return f"{XML}<Relationships>{body}</Relationships>"


def core(title):
    return (
        f'{XML}<cp:coreProperties xmlns:dc="x" xmlns:dcterms="y"><dc:title>{title}</dc:title>'
        "<dc:creator>Ada Lemon</dc:creator><dc:language>en-GB</dc:language>"
        "<dcterms:created>2024-05-06T07:08:09Z</dcterms:created></cp:coreProperties>"
    )


def root(main):
    return relations(("r1", OFFICE + "officeDocument", main, ""), ("r2", CORE, "docProps/core.xml", ""))


def docx():
    def p(style, *runs, extra=""):
        head = f'<w:pStyle w:val="{style}"/>' if style else ""
        return f"<w:p><w:pPr>{head}{extra}</w:pPr>{''.join(runs)}</w:p>"

    def r(text, look=""):
        return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'

    def item(number, level, text):
        return p("", r(text), extra=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')

    def cell(text, extra=""):
        return f"<w:tc><w:tcPr>{extra}</w:tcPr>{p('', r(text))}</w:tc>"

    fraction = (
        "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>n</m:t></m:r></m:den></m:f></m:oMath>"
    )
    body = [
        p("Title", r("A Note on Pears")),
        p("Heading1", r("Kinds")),
        p(
            "",
            r("Pears are "),
            r("sweet", "<w:b/>"),
            r(", some are "),
            r("very", "<w:i/>"),
            r(" sweet; see "),
            '<w:hyperlink r:id="l1">' + r("the list") + "</w:hyperlink>",
            r("."),
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
        ),
        item(1, 0, "green ones"),
        item(1, 1, "Conference"),
        item(1, 0, "red ones"),
        item(2, 0, "wash"),
        item(2, 0, "peel"),
        p("Quote", r("A pear is a patient apple.")),
        p("SourceCode", r("ripeness = days / 7")),
        "<w:tbl><w:tr>" + cell("Kind") + cell("Weight") + "</w:tr><w:tr>" + cell("Conference") + cell("170 g")
        + "</w:tr><w:tr>" + cell("", "<w:vMerge/>") + cell("180 g") + "</w:tr></w:tbl>",
        p("", r("One in "), fraction, r(" is ripe. ")),
        p(
            "",
            "<w:ins>" + r("New ") + "</w:ins>",
            "<w:del><w:r><w:delText>Old </w:delText></w:r></w:del>",
            r("words"),
            '<w:r><w:commentReference w:id="0"/></w:r>',
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
            '<w:r><w:instrText> HYPERLINK "https://fruit.example/field" </w:instrText></w:r>',
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            r(" in a field"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            '<w:r><w:drawing><wp:docPr descr="a cut pear"/></w:drawing></w:r>',
        ),
    ]

    def style(name, label, extra="", kind="paragraph"):
        return f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{label}"/>{extra}</w:style>'

    styles = (
        style("Title", "Title")
        + style("Heading1", "heading 1", "<w:rPr><w:b/></w:rPr>")
        + style("Quote", "Quote", "<w:rPr><w:i/></w:rPr>")
        + style("SourceCode", "Source Code")
    )

    def levels(*formats):
        return "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{f}"/><w:lvlText w:val="{t}"/></w:lvl>'
            for i, (f, t) in enumerate(formats)
        )

    bullets = levels(("bullet", "•"), ("bullet", "–"))
    numbering = (
        f'<w:numbering><w:abstractNum w:abstractNumId="0">{bullets}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1">{levels(("decimal", "%1."))}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )
    notes = f'<w:footnotes><w:footnote w:id="2">{p("", r("Ada Lemon, "), r("Fruit", "<w:i/>"), r(", 1901."))}</w:footnote></w:footnotes>'
    package(
        "docx/pears.docx",
        [
            ("[Content_Types].xml", XML + "<Types/>"),
            ("_rels/.rels", root("word/document.xml")),
            ("docProps/core.xml", core("A Note on Pears")),
            ("word/document.xml", f'{XML}<w:document xmlns:w="w" xmlns:r="r"><w:body>{"".join(body)}</w:body></w:document>'),
            ("word/styles.xml", f"{XML}<w:styles>{styles}</w:styles>"),
            ("word/numbering.xml", XML + numbering),
            ("word/footnotes.xml", XML + notes),
            (
                "word/_rels/document.xml.rels",
                relations(
                    ("s", OFFICE + "styles", "styles.xml", ""),
                    ("n", OFFICE + "numbering", "numbering.xml", ""),
                    ("f", OFFICE + "footnotes", "footnotes.xml", ""),
                    ("l1", OFFICE + "hyperlink", "https://fruit.example/list", ' TargetMode="External"'),
                ),
            ),
        ],
    )


def meta(title):
    return (
        f"{XML}<office:document-meta><office:meta><dc:title>{title}</dc:title><meta:initial-creator>Ada Lemon"
        "</meta:initial-creator><meta:creation-date>2024-05-06T07:08:09</meta:creation-date><dc:language>en-GB"
        "</dc:language></office:meta></office:document-meta>"
    )


def open_document(path, kind, body, styles=""):
    content = (
        f"{XML}<office:document-content><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    package(
        path,
        [("content.xml", content), ("styles.xml", XML + "<office:document-styles/>"), ("meta.xml", meta("A Note on Pears"))],
        f"application/vnd.oasis.opendocument.{kind}",
    )


def odf():
    bold = '<style:style style:name="T1"><style:text-properties fo:font-weight="bold"/></style:style>'
    italic = '<style:style style:name="T2"><style:text-properties fo:font-style="italic"/></style:style>'
    numbers = (
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>'
    )
    quote = '<style:style style:name="P1" style:parent-style-name="Quotations"/><style:style style:name="Quotations"/>'
    code = '<style:style style:name="Preformatted_20_Text" style:display-name="Preformatted Text"/>'

    def items(*texts):
        return "".join(f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in texts)

    nested = "<text:list-item><text:p>green ones</text:p><text:list>" + items("Conference") + "</text:list></text:list-item>"
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        "<text:p>Ada Lemon, 1901.</text:p></text:note-body></text:note>"
    )
    row = lambda *cells: (  # noqa: E731
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
        + "</table:table-row>"
    )
    text = (
        '<text:h text:outline-level="1">Kinds</text:h>'
        '<text:p>Pears are <text:span text:style-name="T1">sweet</text:span>, some are <text:span text:style-name="T2">very'
        '</text:span> sweet; see <text:a xlink:href="https://fruit.example/list">the list</text:a>.' + note
        + "<office:annotation><text:p>Is it?</text:p></office:annotation></text:p>"
        + "<text:list>" + nested + items("red ones") + "</text:list>"
        + '<text:list text:style-name="L1">' + items("wash", "peel") + "</text:list>"
        + '<text:p text:style-name="P1">A pear is a<text:s text:c="2"/>patient apple.</text:p>'
        + '<text:p text:style-name="Preformatted_20_Text">ripeness = days / 7</text:p>'
        + "<table:table>" + row("Kind", "Weight") + row("Conference", "170 g") + "</table:table>"
    )
    open_document("odt/pears.odt", "text", text, bold + italic + numbers + quote + code)
    page = (
        '<draw:page draw:name="one"><draw:frame presentation:class="title"><draw:text-box><text:p>Pears</text:p>'
        "</draw:text-box></draw:frame><draw:frame><draw:text-box><text:list>" + items("green", "red")
        + "</text:list></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>Say hello."
        "</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
    )
    open_document("odp/pears.odp", "presentation", page)
    far = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    sheet = '<table:table table:name="Weights">' + row("Kind", "Weight") + row("Conference", "170") + far + "</table:table>"
    open_document("ods/pears.ods", "spreadsheet", sheet)


def pptx():
    def shape(place, *paragraphs):
        return (
            f'<p:sp><p:nvSpPr><p:cNvPr/><p:nvPr><p:ph type="{place}"/></p:nvPr></p:nvSpPr><p:txBody>'
            + "".join(paragraphs) + "</p:txBody></p:sp>"
        )

    def p(text, level=0, look=""):
        return f'<a:p><a:pPr lvl="{level}"/><a:r><a:rPr {look}/><a:t>{text}</a:t></a:r></a:p>'

    def slide(*shapes):
        return f"{XML}<p:sld><p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:sld>"

    def row(*cells):
        return "<a:tr>" + "".join(f"<a:tc><a:txBody>{p(cell)}</a:txBody></a:tc>" for cell in cells) + "</a:tr>"

    table = f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{row('Kind', 'Weight')}{row('Conference', '170 g')}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    slide_kind = OFFICE + "slide"
    package(
        "pptx/pears.pptx",
        [
            ("[Content_Types].xml", XML + "<Types/>"),
            ("_rels/.rels", root("ppt/presentation.xml")),
            ("docProps/core.xml", core("A Note on Pears")),
            (
                "ppt/presentation.xml",
                f'{XML}<p:presentation><p:sldIdLst><p:sldId id="256" r:id="b"/><p:sldId id="257" r:id="a"/></p:sldIdLst></p:presentation>',
            ),
            ("ppt/_rels/presentation.xml.rels", relations(("a", slide_kind, "slides/slide1.xml", ""), ("b", slide_kind, "slides/slide2.xml", ""))),
            ("ppt/slides/slide1.xml", slide(shape("title", p("Weights")), table)),
            ("ppt/slides/slide2.xml", slide(shape("ctrTitle", p("Pears")), shape("body", p("green", 0, 'b="1"'), p("Conference", 1), p("red")), shape("sldNum", p("1")))),
            ("ppt/slides/_rels/slide2.xml.rels", relations(("n", OFFICE + "notesSlide", "../notesSlides/n1.xml", ""))),
            ("ppt/notesSlides/n1.xml", f"{XML}<p:notes><p:cSld><p:spTree>{shape('body', p('Say hello.'))}</p:spTree></p:cSld></p:notes>"),
        ],
    )


def xlsx():
    sheet = (
        '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>Picked'
        '</t></is></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><f>100+70</f><v>170</v></c><c r="C2" s="1"><v>45000</v></c>'
        "</row></sheetData></worksheet>"
    )
    package(
        "xlsx/pears.xlsx",
        [
            ("[Content_Types].xml", XML + "<Types/>"),
            ("_rels/.rels", root("xl/workbook.xml")),
            ("docProps/core.xml", core("A Note on Pears")),
            ("xl/workbook.xml", f'{XML}<workbook><sheets><sheet name="Weights" sheetId="1" r:id="a"/><sheet name="Empty" sheetId="2" state="hidden" r:id="b"/></sheets></workbook>'),
            (
                "xl/_rels/workbook.xml.rels",
                relations(
                    ("a", OFFICE + "worksheet", "worksheets/sheet1.xml", ""),
                    ("b", OFFICE + "worksheet", "worksheets/sheet2.xml", ""),
                    ("s", OFFICE + "sharedStrings", "sharedStrings.xml", ""),
                    ("t", OFFICE + "styles", "styles.xml", ""),
                ),
            ),
            ("xl/worksheets/sheet1.xml", XML + sheet),
            ("xl/worksheets/sheet2.xml", XML + "<worksheet><sheetData/></worksheet>"),
            ("xl/sharedStrings.xml", f"{XML}<sst><si><t>Kind</t></si><si><r><t>Wei</t></r><r><t>ght | g</t></r></si><si><t>Conference</t></si></sst>"),
            ("xl/styles.xml", f'{XML}<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'),
        ],
    )


def epub():
    def page(title, body):
        return f'{XML}<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title}</title></head><body>{body}</body></html>'

    items = [
        ("cover", "cover.xhtml", page("Cover", '<img src="cover.png" alt="Cover"/>'), ""),
        ("nav", "nav.xhtml", page("Contents", '<nav epub:type="toc"><ol><li><a href="one.xhtml">The Root</a></li><li><a href="two.xhtml">The Stem</a></li></ol></nav>'), ' properties="nav"'),
        ("one", "one.xhtml", page("1", '<p>Roots go <em>down</em>, see <a href="two.xhtml#x">the stem</a> and <a href="https://fruit.example/">fruit</a>.</p><ul><li>thick</li><li>thin</li></ul>'), ""),
        ("more", "more.xhtml", page("1b", "<p>More of the root.</p>"), ""),
        ("two", "two.xhtml", page("2", '<h2 id="x">The Stem</h2><blockquote><p>It stands.</p></blockquote><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>'), ""),
    ]
    manifest = "".join(f'<item id="{i}" href="{href}" media-type="application/xhtml+xml"{extra}/>' for i, href, _, extra in items)
    spine = "".join(f'<itemref idref="{i}"/>' for i, *_ in items)
    opf = (
        f'{XML}<package><metadata><dc:title>The Pear Tree</dc:title><dc:creator>Ada Lemon</dc:creator><dc:creator>Bo Plum</dc:creator>'
        f"<dc:language>en</dc:language><dc:date>1901</dc:date></metadata><manifest>{manifest}</manifest><spine>{spine}</spine></package>"
    )
    container = f'{XML}<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    package(
        "epub/tree.epub",
        [("META-INF/container.xml", container), ("OEBPS/book.opf", opf)] + [(f"OEBPS/{href}", text) for _, href, text, _ in items],
        "application/epub+zip",
    )


def utf16(text):
    return text.encode("utf-16-le")


def compound(streams):
    """A compound file (MS-CFB) of sectors of 512 bytes, small streams in the mini stream."""
    streams.sort(key=lambda stream: (len(stream[0]), stream[0].upper()))
    mini, starts, mini_fat = b"", [], []
    for _, data in streams:
        starts.append(len(mini) // 64)
        n = max(1, -(-len(data) // 64))
        first = len(mini_fat)
        mini_fat += [first + i + 1 for i in range(n - 1)] + [0xFFFFFFFE]
        mini += data.ljust(n * 64, b"\0")
    entries = []

    def entry(name, kind, left, right, child, start, size):
        raw = utf16(name)
        entries.append(
            raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw) + 2, kind, 1, left, right, child)
            + bytes(36) + struct.pack("<IQ", start, size)
        )

    none = 0xFFFFFFFF
    n_mini = -(-len(mini) // 512)
    n_directory = -(-(len(streams) + 1) // 4)
    # Sectors: 0 FAT, then the directory, the mini FAT, the mini stream.
    directory_at, mini_fat_at = 1, 1 + n_directory
    mini_at = mini_fat_at + 1
    entry("Root Entry", 5, none, none, 1, mini_at, len(mini))
    for index, (name, data) in enumerate(streams):
        right = index + 2 if index + 1 < len(streams) else none
        entry(name, 2, none, right, none, starts[index], len(data))
    chain = lambda start, n: [start + i + 1 for i in range(n - 1)] + [0xFFFFFFFE]  # noqa: E731
    fat = [0xFFFFFFFD] + chain(directory_at, n_directory) + [0xFFFFFFFE] + chain(mini_at, n_mini)
    fat += [none] * (128 - len(fat))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory_at, 0, 4096, mini_fat_at, 1, 0xFFFFFFFE, 0)
        + struct.pack("<I", 0) + struct.pack("<I", none) * 108
    )
    blank = b"\0" * 64 + struct.pack("<HBBIII", 0, 0, 0, none, none, none) + bytes(48)
    while len(entries) % 4:
        entries.append(blank)
    data = header + struct.pack("<128I", *fat) + b"".join(entries)
    data += struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(512, b"\xff") + mini.ljust(n_mini * 512, b"\0")
    return data


def msg():
    ticks = (1_714_979_289 + 11_644_473_600) * 10_000_000
    properties = bytes(32) + struct.pack("<IIQ", 0x00390040, 6, ticks)
    streams = [
        ("__properties_version1.0", properties),
        ("__substg1.0_0037001F", utf16("Pears on Friday")),
        ("__substg1.0_0C1A001F", utf16("Ada Lemon")),
        ("__substg1.0_0E04001F", utf16("Bo Plum")),
        ("__substg1.0_1000001F", utf16("Dear Bo,\r\n\r\nThe pears are ripe.\r\n\r\nAda\r\n")),
        ("__substg1.0_5D01001F", utf16("ada@fruit.example")),
    ]
    (FIXTURES / "msg").mkdir(exist_ok=True)
    (FIXTURES / "msg/pears.msg").write_bytes(compound(streams))


def xls():
    """Two sheets of BIFF8 (MS-XLS): a shared string, numbers in four writings, a date, a truth, a text of a formula."""
    record = lambda kind, data=b"": struct.pack("<HH", kind, len(data)) + data  # noqa: E731
    string = lambda text: struct.pack("<HB", len(text), 0) + text.encode("latin-1")  # noqa: E731
    cell = lambda kind, row, column, data, form=0: record(  # noqa: E731
        kind, struct.pack("<HHH", row, column, form) + data
    )
    words = ["pear", "weight", "picked", "ripe", "Conference"]
    table = struct.pack("<II", len(words), len(words)) + b"".join(map(string, words))
    bof = lambda kind: record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))  # noqa: E731
    shared = lambda row, column, n: cell(0x00FD, row, column, struct.pack("<I", n))  # noqa: E731
    first = (
        bof(0x10) + b"".join(shared(0, n, n) for n in range(4)) + shared(1, 0, 4)
        + cell(0x0203, 1, 1, struct.pack("<d", 0.1 + 0.2)) + cell(0x027E, 1, 2, struct.pack("<I", 45000 << 2 | 2), 1)
        + cell(0x0205, 1, 3, b"\x01\x00")
        + cell(0x0006, 2, 0, b"\x00\0\0\0\0\0\xff\xff" + bytes(8)) + record(0x0207, string("sum"))
        + record(0x00BD, struct.pack("<HHHIHIH", 2, 1, 0, 150 << 2 | 3, 0, 7 << 2 | 2, 2)) + record(0x000A)
    )
    second = bof(0x10) + cell(0x0204, 0, 0, string("hidden")) + record(0x000A)

    def book(*starts):
        sheets = b"".join(
            record(0x0085, struct.pack("<IBBBB", start, state, 0, len(name), 0) + name)
            for start, state, name in zip(starts, (0, 1), (b"Pears", b"Notes"))
        )
        formats = record(0x041E, struct.pack("<H", 164) + string("yyyy-mm-dd"))
        styles = b"".join(record(0x00E0, struct.pack("<HH", 0, form) + bytes(16)) for form in (0, 164))
        return bof(0x05) + formats + styles + sheets + record(0x00FC, table) + record(0x000A)

    start = len(book(0, 0))
    (FIXTURES / "xls").mkdir(exist_ok=True)
    (FIXTURES / "xls/pears.xls").write_bytes(
        compound([("Workbook", book(start, start + len(first)) + first + second)])
    )


docx()
odf()
pptx()
xlsx()
epub()
msg()
xls()


def pdf():
    """Two pages of Helvetica: a running head, page numbers, a word torn by a hyphen, a table, a sentence over the page."""

    def line(x, y, size, text, font="F1"):
        text = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        return f"BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET\n"

    head = lambda n: line(72, 760, 8, "Letters on Fruit") + line(300, 30, 8, str(n))  # noqa: E731
    one = head(1) + line(72, 720, 18, "On Pears", "F2") + line(72, 690, 12, "Kinds", "F2")
    for index, text in enumerate(
        ["A pear is a fruit that ripens from the inside, so that it is hard to tell a good one from a", "fruit that has been lying for too long; those who know say that the neck must be soft, and re-", "member which tree it came from, as the trees differ more than the years do."]
    ):
        one += line(72, 670 - 13 * index, 10, text)
    for row, cells in enumerate([("Kind", "Weight", "Month"), ("Conference", "170 g", "October"), ("Williams", "180 g", "August")]):
        for column, cell in enumerate(cells):
            one += line(72 + 120 * column, 610 - 14 * row, 10, cell)
    one += line(72, 60, 10, "The last of them are picked when the first frost has come and the leaves are")
    two = head(2) + line(72, 730, 10, "already on the ground.") + line(72, 700, 12, "Storing", "F2")
    for index, text in enumerate(["cool", "dark"]):
        two += line(72, 680 - 14 * index, 10, "- " + text)
    objects = [
        "<</Type/Catalog/Pages 2 0 R/Lang(en-GB)>>",
        "<</Type/Pages/Kids[5 0 R 6 0 R]/Count 2>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>",
    ]
    for content in (7, 8):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {content} 0 R/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>"
        )
    objects += [f"<</Length {len(text)}>>stream\n{text}\nendstream" for text in (one, two)]
    objects.append("<</Author(Ada Lemon)/CreationDate(D:20240506070809Z)>>")
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    n = len(objects) + 1
    data += f"xref\n0 {n}\n0000000000 65535 f \n{table}trailer<</Size {n}/Root 1 0 R/Info {n - 1} 0 R>>\nstartxref\n{len(data)}\n%%EOF\n".encode()
    (FIXTURES / "pdf").mkdir(exist_ok=True)
    (FIXTURES / "pdf/pears.pdf").write_bytes(data)


pdf()
