"""What everybody sends: a reading of 600 words with three links of the reader's own; and whether one arrived right."""

import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import parseaddr

SENTENCES = (
    "Sit somewhere that holds you well and let the day grow quiet around you.",
    "Notice where your feet meet the floor, and how the chair takes your weight.",
    "Nothing needs to be solved in the next few minutes; it is enough to look.",
    "Perhaps a thought comes back to you from the last week, a word or a face.",
    "Let it stand beside you for a while, as you would let an old friend stand there.",
)
#: 8 paragraphs of 75 words or so: 600 words.
PARAGRAPHS = [" ".join(SENTENCES[turn % 5 :] + SENTENCES[: turn % 5]) for turn in range(8)]
TITLE = "A quiet quarter of an hour"
HTML = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
TEXT = "\n\n".join(PARAGRAPHS)
#: Beyond what Django sets itself: what a series of emails should carry (RFC 2919, 8058, 3834).
FULL_HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Auto-Submitted", "Content-Language",
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Whom a mail is for, and the three links that only their mail holds."""

    name: str
    address: str
    links: tuple[str, str, str]


@dataclass(frozen=True)
class Seen:
    """A mail as it arrived."""

    to: str
    headers: set[str]
    html: str
    text: str

    @classmethod
    def by_smtp(cls, content: bytes) -> "Seen":
        mail = message_from_bytes(content, policy=policy.default)
        html, text = mail.get_body(["html"]), mail.get_body(["plain"])
        return cls(mail["To"], set(mail.keys()), html.get_content(), text.get_content())

    @classmethod
    def by_http(cls, content: bytes) -> "Seen":
        """As Postmark takes it. What it dates and names itself is not asked for."""
        mail = json.loads(content)
        told = {header["Name"] for header in mail["Headers"]}
        built_in = {"From", "To", "Subject", "Date", "Message-ID", "Reply-To"}
        return cls(mail["To"], told | built_in, mail["HtmlBody"], mail["TextBody"])

    @property
    def address(self) -> str:
        return parseaddr(self.to)[1]

    def wrong_for(self, person: Person) -> list[str]:
        """What is not as it should be for this person; empty when all is."""
        found = [f"no {name}" for name in FULL_HEADERS - self.headers]
        if parseaddr(self.to) != (person.name, person.address):
            found.append(f"to {self.to}")
        for part, content in (("HTML", self.html), ("text", " ".join(self.text.split()))):
            found += [f"no {link} in the {part}" for link in person.links if link not in content]
            found += [f"no name in the {part}"] if f"Hello {person.name}," not in content else []
            found += [f"no reading in the {part}"] if PARAGRAPHS[7] not in content else []
        return found
