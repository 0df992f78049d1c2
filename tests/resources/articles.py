"""The articles of these tests: one of a real blog, and others of different shapes, all beside this file."""

import io
import re
import zipfile
from html import escape
from pathlib import Path

from resources.blocks import text_of

FOLDER = Path(__file__).with_name("articles")
REAL = "relational-impact"


def data_of(name):
    return (FOLDER / name).read_bytes()


def docx(*runs):
    """The bytes of a Word document with one paragraph. A run is its text, or its text and how it looks, as XML."""
    pairs = [run if isinstance(run, tuple) else (run, "") for run in runs]
    words = "".join(
        f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        for text, look in pairs
    )
    schemas = "http://schemas.openxmlformats.org"
    package, office = f"{schemas}/package/2006", f"{schemas}/officeDocument/2006/relationships"
    main = f"{schemas}/wordprocessingml/2006/main"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        made.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        made.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{main}"><w:body><w:p>{words}</w:p></w:body></w:document>',
        )
    return data.getvalue()


def words_in(text):
    """The words of a text, each as often as it stands there."""
    return sorted(re.findall(r"\w+", text))


def everything_in(draft):
    """All words of a draft: in its title, author, steps and what was left out; a list's numbers count."""
    htmls = [html for step in draft.steps for html in (f"<p>{escape(step.title)}</p>", step.html)]
    htmls += [piece.html for piece in draft.left_out]
    numbered = [re.sub(r"<ol(?: start=\"(\d+)\")?>.*?</ol>", _with_numbers, html) for html in htmls]
    return " ".join([draft.title, draft.author, *map(text_of, numbered)])


def _with_numbers(match):
    first = int(match[1] or 1)
    items = match[0].split("<li>")
    return items[0] + "".join(f"<li>{first + n} {item}" for n, item in enumerate(items[1:]))


def without_emphasis(html):
    return re.sub(r"</?(?:strong|em)>", "", html)
