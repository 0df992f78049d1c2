"""Reads an uploaded file: what kind it is, its letters, the HTML of a Word document."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePath

import mammoth
from django.utils.translation import gettext_lazy as _

from resources.draft import ImportProblem

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNPACKED = 80 * MEGABYTE
LARGEST_PART = 20 * MEGABYTE

EMPTY = _("This file is empty. Choose another file, or paste the text.")
TOO_LARGE = _(
    "This file has %(size)s MB; the limit is 10 MB. Save it without its pictures, or paste the text."
)
SAVE_AS = _(
    "%(what)s cannot be read here. Open it where you wrote it and save it as .docx, or paste the text."
)
UNKNOWN = _(
    "Files ending in %(suffix)s cannot be read here. Use .docx, .md, .html or .txt, or paste the text."
)
PICTURE = _("This is a picture, not a text. Choose the file with the article, or paste the text.")
NOT_TEXT = _(
    "This file is not a text file, whatever its name says. Save the article as .docx, or paste the text."
)
NOT_WORD = _(
    "This is not a Word document, although its name ends in .docx. Save it again in Word, or paste the text."
)
BROKEN_WORD = _("This Word document is damaged and cannot be read. Save it again in Word, or paste the text.")
BOMB = _(
    "This Word document unpacks to far more than a text. Save it without its pictures, or paste the text."
)
LETTERS = _(
    "The letters of this file cannot be read. Save it again with the encoding UTF-8, or paste the text."
)

OLD_WORD = _("An old Word document (.doc)")
PAGES = _("A Pages document")
PDF = _("A PDF")
RTF = _("A rich-text file (.rtf)")
ARCHIVE = _("An archive (.zip)")
BY_SUFFIX = {
    ".doc": OLD_WORD,
    ".dot": OLD_WORD,
    ".pages": PAGES,
    ".pdf": PDF,
    ".rtf": RTF,
    ".odt": _("An OpenDocument file"),
    ".zip": ARCHIVE,
}
KINDS = {
    "": "txt",
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".docx": "docx",
}
PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")
DECLARED = re.compile(rb"<(?:meta[^>]+charset|\?xml[^>]+encoding)=[\"']?([\w-]+)", re.IGNORECASE)
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

# Word's "Title" is the main heading, and quotations are quotations.
WORD_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""


def kind_of(name: str, data: bytes) -> str:
    """ "txt", "md", "html" or "docx". Raises ImportProblem for what cannot be read, and says what to do."""
    if not data.strip():
        raise ImportProblem(EMPTY)
    if len(data) > LARGEST_FILE:
        raise ImportProblem(TOO_LARGE % {"size": round(len(data) / MEGABYTE)})
    suffix = PurePath(name).suffix.lower()
    kind = _kind_by_content(suffix, data)
    if kind:
        return kind
    if suffix in BY_SUFFIX:
        raise ImportProblem(SAVE_AS % {"what": BY_SUFFIX[suffix]})
    if suffix not in KINDS:
        raise ImportProblem(UNKNOWN % {"suffix": suffix[:20]})
    if suffix == ".docx":
        raise ImportProblem(NOT_WORD)
    return KINDS[suffix]


def _kind_by_content(suffix: str, data: bytes) -> str:
    """What the first bytes say, where they say it plainly; "" when the name decides."""
    if (
        data.startswith(PICTURE_STARTS)
        or data[4:8] == b"ftyp"
        or (data[:2] == b"BM" and data[6:10] == bytes(4))  # a text may begin with "BMI"
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
    ):
        raise ImportProblem(PICTURE)
    if data.startswith(b"PK\x03\x04"):
        names = _names(data)
        if "word/document.xml" in names:
            return "docx"
        if suffix == ".docx":
            raise ImportProblem(NOT_WORD)
        what = BY_SUFFIX.get(suffix, PAGES if "Index/Document.iwa" in names else ARCHIVE)
        raise ImportProblem(SAVE_AS % {"what": what})
    starts = {b"%PDF": PDF, b"\xd0\xcf\x11\xe0": OLD_WORD, b"{\\rtf": RTF}
    for start, what in starts.items():
        if data.startswith(start):
            raise ImportProblem(SAVE_AS % {"what": what})
    is_page = re.match(rb"\s*(?:\xef\xbb\xbf)?(?:<!doctype html|<html\b)", data[:400], re.IGNORECASE)
    return "html" if is_page and suffix in KINDS else ""


def _names(data: bytes) -> list[str]:
    try:
        return zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ImportProblem(BROKEN_WORD) from error


def decode(data: bytes, *, is_html: bool = False) -> str:
    """The text of a file: by its byte order mark, as UTF-8, as an HTML page declares, or as Windows-1252."""
    encoding = next((name for mark, name in BOMS if data.startswith(mark)), "")
    declared = DECLARED.search(data[:4096]) if is_html else None
    tries = (
        [encoding]
        if encoding
        else ["utf-8", *([declared[1].decode("ascii")] if declared else []), _wide(data), "cp1252"]
    )
    for name in filter(None, tries):
        try:
            text = data.decode(name)
        except (UnicodeError, LookupError):
            continue
        if _is_text(text):
            return text
        if name != "utf-8":
            break
    raise ImportProblem(NOT_TEXT if _has_controls(data) else LETTERS)


def _wide(data: bytes) -> str:
    """The name of the two-byte encoding when every other byte is NUL, else ""."""
    half = len(data[:2000]) // 2 * 0.6
    if data[1:2000:2].count(0) > half:
        return "utf-16-le"
    return "utf-16-be" if data[0:2000:2].count(0) > half else ""


def _is_text(text: str) -> bool:
    odd = sum((c < " " and c not in "\t\n\r\x0b\x0c") or c == "\x7f" for c in text)
    return "\x00" not in text and odd <= len(text) / 200


def _has_controls(data: bytes) -> bool:
    return sum(byte < 9 or 13 < byte < 32 for byte in data[:4000]) > len(data[:4000]) / 200


def docx_html(data: bytes) -> str:
    """The HTML of a Word document: headings, lists, emphasis. Its unpacked size is checked before."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
        sizes = [part.file_size for part in parts]
        xml = [part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))]
        if sum(sizes) > LARGEST_UNPACKED or max(xml, default=0) > LARGEST_PART:
            raise ImportProblem(BOMB)
        return str(
            mammoth.convert_to_html(
                io.BytesIO(data), style_map=WORD_STYLES, convert_image=_without_bytes
            ).value
        )
    except ImportProblem:
        raise
    except Exception as error:  # mammoth raises whatever a broken part makes its XML and zip readers raise
        raise ImportProblem(BROKEN_WORD) from error


@mammoth.images.img_element
def _without_bytes(image: object) -> dict[str, str]:
    """A picture's place in the text; its bytes are not wanted."""
    return {"src": ""}


def looks_like_markdown(text: str) -> bool:
    """Whether a plain text has headings marked with #."""
    return bool(re.search(r"^#{1,6} \S", text, re.MULTILINE))


@dataclass
class FrontMatter:
    """What a blog's Markdown file says about itself above the text."""

    title: str = ""
    author: str = ""
    rest: list[str] = field(default_factory=list)


def front_matter(text: str) -> tuple[FrontMatter, str]:
    """Reads "---" settings from the top of a Markdown text; the text follows without them."""
    match = re.match(r"\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", text, re.DOTALL)
    found = FrontMatter()
    if not match or not re.match(r"[\w-]+\s*:", match[1].lstrip()):
        return found, text
    rest: list[str] = []
    for line in match[1].splitlines():
        key, _, value = line.partition(":")
        value = value.strip().strip("\"'")
        if key.strip().lower() == "title" and value:
            found.title = value
        elif key.strip().lower() == "author" and value:
            found.author = value
        elif line.strip():
            rest.append(f"<p>{escape(line.strip(), quote=False)}</p>")
    found.rest = ["\n".join(rest)] if rest else []
    return found, text[match.end() :]
