"""Files of other kinds become Markdown with their headings, or are refused with the remedy."""

import io
import zipfile
from pathlib import Path

import pytest

from server.knowledge.convert import as_markdown, to_markdown
from server.knowledge.document import DocumentError, parse

KIND = "unit"

HTML = (
    "<html><head><title>x</title></head><body><h1>Food</h1><ul><li>Eat</li></ul><h2>Beer</h2><p>None.</p></body></html>"
)
WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Food</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>Eat well.</w:t></w:r></w:p></w:body></w:document>"
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://'
    'schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
STYLES = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>'
)


def docx(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", TYPES)
        file.writestr("_rels/.rels", RELATIONS)
        file.writestr("word/document.xml", WORD)
        file.writestr("word/styles.xml", STYLES)
    return path


def pdf(path: Path) -> Path:
    """One page: a line in 20 points, two in 11."""
    text = b"BT /F 20 Tf 50 700 Td (Food) Tj /F 11 Tf 0 -30 Td (Eat well and) Tj 0 -14 Td (drink water.) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, part in enumerate(parts, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, part))
    start = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF" % start)
    path.write_bytes(out.getvalue())
    return path


def headings(markdown: str) -> list[tuple[str, str]]:
    return [(one.section, one.text) for one in parse("a.md", markdown).passages()]


def test_a_web_page_keeps_headings_and_lists(tmp_path: Path) -> None:
    pytest.importorskip("markdownify")
    path = tmp_path / "a.html"
    path.write_text(HTML)
    assert headings(to_markdown(path)) == [("Food", "- Eat"), ("Beer", "None.")]


def test_a_word_document_keeps_headings(tmp_path: Path) -> None:
    pytest.importorskip("mammoth")
    assert headings(to_markdown(docx(tmp_path / "a.docx"))) == [("Food", "Eat well.")]


def test_large_letters_of_a_pdf_are_headings(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    assert headings(to_markdown(pdf(tmp_path / "a.pdf"))) == [("Food", "Eat well and\ndrink water.")]


def test_bullets_are_a_list_and_small_print_is_no_heading() -> None:
    assert as_markdown([("Food", 20), ("• Eat", 11), ("Long text that is usual", 11), ("note", 8)]) == (
        "\n\n## Food\n\n\n- Eat\nLong text that is usual\nnote\n"
    )


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.xls", b"x", "a.xls:1: no kind of file that can be read"),
        ("a.md", b"fine\n\xff", "a.md:2: no text in UTF-8"),
        ("a.txt", b" \n", "a.txt:1: no text in it"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, name: str, content: bytes, complaint: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        to_markdown(path)
    assert str(caught.value).startswith(complaint)
