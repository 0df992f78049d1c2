"""Input that cannot become steps is answered with a sentence that says what is wrong and what to do."""

import io
import zipfile

import pytest

from resources.importing import ImportProblem, import_file, import_html, import_text, import_url
from tests.resources.articles import REAL, data_of

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 20
TEXT = "A Title\n\n" + "The afternoon went slowly by and nobody minded it. " * 10


def archive(**parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.txt", b"", "This file is empty."),
        ("blank.txt", b" \n\r\n ", "This file is empty."),
        ("bom.txt", b"\xef\xbb\xbf", "There are no words"),
        ("huge.txt", b"word " * (6 * 1024 * 1024), "has 30 MB; the limit is 10 MB"),
        ("not-word.docx", b"This is only a text.", "is not a Word document"),
        ("other-zip.docx", archive(readme_xml="hello"), "is not a Word document"),
        ("torn.docx", data_of(f"{REAL}.docx")[:5000], "is damaged"),
        ("broken.docx", archive(word__document_xml="<w:document"), "is damaged"),
        ("bomb.docx", archive(word__document_xml=b"0" * 30_000_000), "unpacks to far more"),
        (
            "pictures.docx",
            archive(word__document_xml=b"<a/>", word__media=b"0" * 90_000_000),
            "unpacks to far more",
        ),
        ("photo.txt", JPEG, "This is a picture"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "This is a picture"),
        ("photo.bmp.txt", b"BM\x8a\x10\x00\x00\x00\x00\x00\x00\x8a\x00" + bytes(100), "This is a picture"),
        ("nul.txt", b"Some words\x00\x00\x01\x02 and more \x00 of them", "is not a text file"),
        ("noise.txt", bytes(range(1, 256)) * 4, "is not a text file"),
        ("letters.txt", b"Some words \x81\x8d and more words here", "letters of this file"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "save it as .docx"),
        ("paper.pdf", b"%PDF-1.7 and so on", "save it as .docx"),
        ("paper.pages", archive(Index="x"), "save it as .docx"),
        ("notes.rtf", rb"{\rtf1 hello}", "save it as .docx"),
        ("sheet.xlsx", b"something else", "cannot be read here"),
    ],
)
def test_each_gets_a_plain_sentence(name, data, says):
    with pytest.raises(ImportProblem) as problem:
        import_file(name, data)
    assert says in str(problem.value)
    assert "paste" in str(problem.value).lower()


@pytest.mark.parametrize("text", ["", "  \n\t ", "— • * —\n\n---", "\ufeff\u200b"])
def test_a_text_without_words_says_so(text):
    with pytest.raises(ImportProblem, match="no words to read"):
        import_text(text)


def test_nul_in_pasted_text_says_so():
    with pytest.raises(ImportProblem, match="not text"):
        import_text("Some words\x00and more")


def test_a_text_longer_than_a_book_says_so():
    with pytest.raises(ImportProblem, match="longer than a book"):
        import_text("word " * 500_000)


def test_html_without_a_word_says_so():
    with pytest.raises(ImportProblem, match="no words to read"):
        import_html("<p><img src='a.png'></p><script>alert(1)</script>")


def test_a_web_address_says_that_it_is_switched_off(settings):
    settings.ARTICLE_URL_IMPORT = False
    with pytest.raises(ImportProblem, match="switched off"):
        import_url("https://example.com/article")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_letters_are_read_in_the_usual_encodings(encoding):
    data = "Über Mut\n\nSie sagte: „Ich weiß.“ Und ging – ganz leise – zur Tür.".encode(encoding)
    draft = import_file("mut.txt", data)
    assert draft.title == "Über Mut"
    assert "„Ich weiß.“ Und ging – ganz" in draft.steps[0].html


def test_a_page_is_read_in_the_encoding_it_declares():
    page = "<html><head><meta charset='iso-8859-2'></head><body><p>Łódź i żółw śpią.</p></body></html>"
    assert "Łódź i żółw" in import_file("p.html", page.encode("iso-8859-2")).steps[0].html


def test_a_page_that_declares_letters_nobody_knows_is_read_all_the_same():
    page = "<html><head><meta charset='undefined'></head><body><p>Ein Wort über Ruhe.</p></body></html>"
    assert "über Ruhe" in import_file("p.html", page.encode("cp1252")).steps[0].html


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-2"])
def test_a_page_of_xhtml_is_read_in_the_encoding_of_its_first_line(encoding):
    first = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x">'
    )
    page = f"{first}<html><head><title>Łódź</title></head><body><p>Łódź i żółw śpią.</p></body></html>"
    draft = import_file("p.xhtml", page.encode(encoding))
    assert draft.title == "Łódź"
    assert draft.steps[0].html == "<p>Łódź i żółw śpią.</p>"


def test_a_text_that_begins_like_a_picture_is_a_text():
    assert import_file("bmi.txt", b"BMI is not a measure of worth\n\nIt says little.").title.startswith(
        "BMI is"
    )


def test_a_word_document_is_known_by_its_content():
    assert import_file("article.txt", data_of(f"{REAL}.docx")).author == "Tanya Master"


@pytest.mark.parametrize(
    "html", ["<div>" * 5000 + "words", "<ul><li>" * 3000 + "words", "<p>" + "<b>" * 5000 + "words"]
)
def test_a_page_nested_beyond_reason_says_what_to_do(html):
    with pytest.raises(ImportProblem, match="paste it instead"):
        import_html(html)
