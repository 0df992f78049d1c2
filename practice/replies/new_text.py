"""What is new in a mail: without the email it answers, which mail programs repeat below, and without a signature.

Rather a line too many than a word too few: where it is not certain that something is quoted, it stays.
"""

import re

from inscriptis import get_text
from lxml import html as lxml_html
from lxml.etree import ParserError
from mailparser_reply.parser import EmailMessage

#: The languages whose mail programs' "On Sunday, Maya wrote:" is known.
LANGUAGES = ("en", "de", "es")
#: So much of a mail is looked at, in characters.
MOST = 60_000
#: A longer line is no line that a mail program writes above a quotation, and takes long to compare with one.
LONGEST_LINE = 300
#: The library's own rule for this one never fits, so it is said in English to it.
IN_SPANISH = re.compile(r"^El\s.{5,200}(?:\n.{1,200})?\sescribió:$", re.MULTILINE)
IN_ENGLISH = "On that day, they wrote:"
#: What a mail program writes above a quotation names an address or an hour, or is a rule. Else somebody tells what
#: another one wrote.
BY_A_PROGRAM = re.compile(rf"@|\d[:.]\d\d|^-----|^{IN_ENGLISH}", re.MULTILINE)
#: What mail programs put above a signature, with a space at its end (RFC 3676, 4.3). Somebody who draws a line by hand
#: leaves the space out.
SIGNATURE = "-- "
#: A signature has at most so many lines. What is longer below that is no signature.
SIGNATURE_LINES = 8
PHONES = re.compile(
    r"(sent from (my|outlook|yahoo|mail)|get outlook for|gesendet von|von meinem .{1,40} gesendet|diese nachricht "
    r"wurde von meinem .{1,40} gesendet|holen sie sich outlook|enviado desde|obtener outlook).{0,80}$",
    re.IGNORECASE,
)
#: What mail programs put around a quotation in HTML.
QUOTED = (
    "//blockquote | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(@class, 'gmail_signature') or contains(@class, 'yahoo_quoted')]"
    " | //*[contains(@class, 'moz-cite-prefix') or contains(@class, 'gmail_attr')]"
    " | //*[@id='divRplyFwdMsg' or @id='appendonsend']/following-sibling::*"
    " | //*[@id='divRplyFwdMsg' or @id='appendonsend']"
)
#: What nobody ever sees of it.
UNSEEN = "//style | //script | //head"


def new_text(text: str, html: str = "") -> str:
    """What somebody wrote, by the plain text of their mail, else by its HTML."""
    return _new_in(text) if text.strip() else _new_in(_as_text(html, f"{QUOTED} | {UNSEEN}"))


def all_text(text: str, html: str = "") -> str:
    """All that stands in a mail, with what it quotes and its signature, as in `new_text`."""
    return text if text.strip() else _as_text(html, UNSEEN)


def _new_in(text: str) -> str:
    lines = _without_signature(text[:MOST].splitlines())
    long = [line for line in lines if len(line) > LONGEST_LINE]
    # Long lines are the client's own: the library sees a short mark in place of each.
    marked = "\n".join(
        f"\ue000{long.index(line)}\ue001" if len(line) > LONGEST_LINE else line for line in lines
    )
    marked = IN_SPANISH.sub(lambda one: IN_ENGLISH if BY_A_PROGRAM.search(one[0]) else one[0], marked)
    found = EmailMessage(text=marked, languages=list(LANGUAGES)).read().replies
    kept = [line for part in found for line in _own_lines(part.content, part.headers or "")]
    whole = re.sub("\ue000([0-9]+)\ue001", lambda mark: long[int(mark[1])], "\n".join(kept))
    lines = _without_rule(_without_phone(_without_rule(whole.splitlines())))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _own_lines(content: str, header: str) -> list[str]:
    """Lines of the writer's own. Below a header that a mail program wrote there are some only where each line of the
    quotation is marked; else all of it is quoted.
    """
    if not BY_A_PROGRAM.search(header):
        header = ""
    lines = content.removeprefix(header).splitlines()
    own = [line for line in lines if not line.startswith(">")]
    return own if not header or len(own) < len(lines) else []


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if line == SIGNATURE:
            below = range(number + 1, len(lines))
            ends = next((n for n in below if _is_above_a_quotation(lines[n])), len(lines))
            if _is_signature(lines[number + 1 : ends]):
                return lines[:number] + lines[ends:]
    return lines


def _is_signature(lines: list[str]) -> bool:
    """Whether it is a few lines of a name and an address, and neither sentences nor paragraphs."""
    lines = "\n".join(lines).rstrip().splitlines()
    return len(lines) <= SIGNATURE_LINES and all(
        line.strip() and not line.rstrip().endswith((".", "!", "?", "…")) for line in lines
    )


def _is_above_a_quotation(line: str) -> bool:
    return line.startswith((">", "On ", "Am ", "El ", "From:", "Von:", "De:", "-----", "_____"))


def _without_phone(lines: list[str]) -> list[str]:
    """Without "Sent from my phone" at the end."""
    return lines[:-1] if lines and PHONES.match(lines[-1].strip()) else lines


def _without_rule(lines: list[str]) -> list[str]:
    """Without the line that Outlook draws above what it quotes, which holds no word, at the end."""
    last = next((n for n in range(len(lines), 0, -1) if lines[n - 1].strip().strip("_- ")), 0)
    return lines[:last]


def _as_text(html: str, without: str) -> str:
    """HTML as plain text, without the elements that this XPath names."""
    if not html.strip():
        return ""
    try:
        content = html[: MOST * 5].replace("\x00", "").encode(errors="replace")
        tree = lxml_html.fromstring(content, parser=lxml_html.HTMLParser(encoding="utf-8"))
    except ParserError:  # nothing in it but marks
        return ""
    for element in tree.xpath(without):
        if element.getparent() is not None:
            element.drop_tree()
    return str(get_text(lxml_html.tostring(tree, encoding="unicode")))
