"""From the rows of a list to clients who could be added, and the rows that are left out, each with its reasons."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from practice.people.consent import moment_on
from practice.people.headings import plain
from practice.people.models import Client, Consent, Practitioner, one_line
from practice.people.roster import Row, Table
from practice.people.sheets import SEPARATORS, kept_as_text
from practice.people.zones import find_zone, validate_zone

LANGUAGES = {
    "en": "en, english, englisch, ingles",
    "de": "de, german, deutsch, aleman",
    "es": "es, spanish, spanisch, espanol, castellano",
}
DISCRETIONS: dict[str, str] = {
    Client.Discretion.FULL: "full, whole, the whole step in the email, ganz, alles, todo, completo",
    Client.Discretion.NOTICE: "notice, short notice, only a short notice with the private link, hinweis, nur hinweis, "
    "aviso, solo aviso",
}
HOW: dict[str, str] = {
    Consent.How.SPOKEN: "spoken, spoken in session, verbal, verbally, oral, orally, mundlich, im gesprach, "
    "gesprochen, de palabra, verbalmente",
    Consent.How.PAPER: "paper, on paper, written, in writing, signed, papier, auf papier, schriftlich, unterschrieben, "
    "papel, en papel, escrito, por escrito, firmado",
}
DAY = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<d2>\d{1,2})\.\s?(?P<m2>\d{1,2})\.\s?(?P<y2>\d{4})"
)


@dataclass(frozen=True)
class Ground:
    """What a list is read against: whose it is, what stands where it says nothing, who is there already, and when."""

    owner: Practitioner
    time_zone: str
    language: str
    #: The names of the owner's own clients, by their addresses in small letters.
    known: Mapping[str, str]
    now: datetime


@dataclass(frozen=True)
class Newcomer:
    """A client to be added, and what they agreed to if the list says so. Not saved."""

    line: int
    client: Client
    consent: Consent | None


@dataclass(frozen=True)
class LeftOut:
    """A row that cannot be added, and why: whole sentences."""

    row: Row
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Intake:
    """What a list comes to."""

    newcomers: list[Newcomer]
    left_out: list[LeftOut]

    def fingerprint(self) -> str:
        """A short digest of what a preview shows, to notice when it is no longer what would happen."""
        shown = [
            [(one.line, *_told(one)) for one in self.newcomers],
            [(one.row.line, one.reasons) for one in self.left_out],
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:24]


def _told(one: Newcomer) -> list[str]:
    client, consent = one.client, one.consent
    told = [getattr(client, name) for name in READERS]
    return [*told, consent.how, str(consent.given_at.date()), consent.wording] if consent else told


class Wrong(ValueError):
    """Why a row cannot be added, as a whole sentence."""


def take_in(table: Table, columns: Sequence[str], ground: Ground) -> Intake:
    """Read every row. `columns` says what each column means (a key of MEANINGS, or "" to leave it out)."""
    intake = Intake([], [])
    lines: dict[str, int] = {}
    for row in table.rows:
        found = _read(row, columns, table.separator, ground, lines)
        if isinstance(found, Newcomer):
            intake.newcomers.append(found)
            lines[found.client.email.lower()] = row.line
        else:
            intake.left_out.append(found)
    return intake


def save(intake: Intake, owner: Practitioner) -> None:
    """Add all of them, or none. Raises IntegrityError when one of them was added in the meantime."""
    with transaction.atomic():
        clients = Client.objects.bulk_create([one.client for one in intake.newcomers])
        consents = [one.consent for one in intake.newcomers if one.consent]
        for consent in consents:
            consent.client_id = consent.client.pk
        Consent.objects.bulk_create(consents)
        LogEntry.objects.log_actions(owner.pk, clients, ADDITION, "Added from a list.")


# --- One row ------------------------------------------------------------------------------------


def _read(
    row: Row, columns: Sequence[str], separator: str, ground: Ground, lines: Mapping[str, int]
) -> Newcomer | LeftOut:
    if row.cells is None:
        return LeftOut(row, (BROKEN,))
    if any(row.cells[len(columns) :]):
        return LeftOut(row, (_too_many_cells(len(row.cells), len(columns), separator),))
    told = {meaning: cell for meaning, cell in zip(columns, row.cells, strict=False) if meaning}
    found: dict[str, str] = {}
    reasons: list[str] = []
    for name, read in READERS.items():
        with _gathered(reasons):
            found[name] = read(told, ground)
    with _gathered(reasons):
        _only_once(found.get("email", ""), ground.known, lines)
    client, consent = Client(practitioner=ground.owner, created_at=ground.now, **found), None
    with _gathered(reasons):
        consent = _consent(told, client, ground.now)
    return LeftOut(row, tuple(reasons)) if reasons else Newcomer(row.line, client, consent)


@contextmanager
def _gathered(reasons: list[str]) -> Iterator[None]:
    """Add what is wrong to the reasons, and go on: somebody wants to read all of them at once."""
    try:
        yield
    except Wrong as wrong:
        reasons.append(str(wrong))


BROKEN = (
    "A quotation mark in this row is not closed, or stands in the middle of a cell. Take it out, or write it twice and "
    "put the whole cell into quotation marks."
)


def _too_many_cells(cells: int, columns: int, separator: str) -> str:
    return (
        f"This row has {cells} cells, and the list has {columns} columns. If a text in it contains "
        f"{SEPARATORS.get(separator, 'what separates the cells')}, put that text into quotation marks."
    )


def _only_once(email: str, known: Mapping[str, str], lines: Mapping[str, int]) -> None:
    address = email.lower()
    if address in known:
        raise Wrong(f"You already have a client with the address “{email}”: {known[address]}.")
    if address in lines:
        raise Wrong(f"The address “{email}” stands in line {lines[address]} already.")


def _name(told: Mapping[str, str], ground: Ground) -> str:
    whole = told.get("name") or f"{told.get('first_name', '')} {told.get('last_name', '')}".strip()
    if not whole:
        raise Wrong("There is no name.")
    return _line("name", whole)


def _greeting(told: Mapping[str, str], ground: Ground) -> str:
    return _line("greeting", told.get("greeting", ""))


def _line(what: str, text: str) -> str:
    """One line of up to 120 characters that no spreadsheet calculates."""
    if len(text) > 120:
        raise Wrong(f"The {what} “{text[:40]}…” is longer than 120 characters.")
    if kept_as_text(text[:1]) != text[:1]:
        raise Wrong(f"“{text}” looks like a formula of a spreadsheet, not like a {what}.")
    try:
        one_line(text)
    except ValidationError:
        raise Wrong(
            f"The {what} “{' / '.join(text.split())}” has a line break in it, or a hidden sign."
        ) from None
    return text


def _email(told: Mapping[str, str], ground: Ground) -> str:
    email = told.get("email", "")
    if not email:
        raise Wrong("There is no email address.")
    try:
        validate_email(email)
    except ValidationError:
        raise Wrong(f"“{email[:80]}” is not an email address such as name@example.org.") from None
    if len(email) > 254:
        raise Wrong(f"The address “{email[:40]}…” is too long.")
    return email


def _time_zone(told: Mapping[str, str], ground: Ground) -> str:
    zone = find_zone(told.get("time_zone") or ground.time_zone)
    try:
        validate_zone(zone)
    except ValidationError:
        raise Wrong(
            f"There is no time zone called “{zone[:80]}”. Name a large city nearby, such as Berlin or Europe/Berlin."
        ) from None
    return zone


def _language(told: Mapping[str, str], ground: Ground) -> str:
    said = told.get("language", "")
    if not said:
        return ground.language
    region = re.fullmatch(r"([a-z]{2})[-_][a-z]{2}", said.lower())
    return _one_of(
        LANGUAGES,
        region[1] if region else said,
        f"“{said}” is not a language of ours: English, Deutsch or Español.",
    )


def _discretion(told: Mapping[str, str], ground: Ground) -> str:
    said = told.get("discretion", "")
    wrong = f"What the email shows is “full” or “notice”, and not “{said}”."
    return _one_of(DISCRETIONS, said, wrong) if said else Client.Discretion.FULL


def _private_note(told: Mapping[str, str], ground: Ground) -> str:
    return told.get("private_note", "")


READERS: dict[str, Callable[[Mapping[str, str], Ground], str]] = {
    "name": _name,
    "greeting": _greeting,
    "email": _email,
    "time_zone": _time_zone,
    "language": _language,
    "discretion": _discretion,
    "private_note": _private_note,
}


def _one_of(choices: Mapping[str, str], said: str, wrong: str) -> str:
    for value, words in choices.items():
        if plain(said.replace(",", " ")) in words.split(", "):
            return str(value)
    raise Wrong(wrong)


# --- What they agreed to ------------------------------------------------------------------------


def _consent(told: Mapping[str, str], client: Client, now: datetime) -> Consent | None:
    """What the list says about an agreement: both when and how, or nothing. It is never made up."""
    on, how = told.get("agreed_on", ""), told.get("agreed_how", "")
    if not on and not how:
        return None
    if not on:
        raise Wrong(
            f"It says how they agreed (“{how}”) but not on which day. Write the day, or empty both cells."
        )
    if not how:
        raise Wrong(
            f"It says when they agreed (“{on}”) but not how. Write “spoken” or “paper”, or empty both cells."
        )
    day = _day(on)
    if day > timezone.localdate(now):
        raise Wrong(f"The day they agreed, “{on}”, is still to come. Record a consent once it was given.")
    said = _one_of(HOW, how, f"How they agreed is “spoken” or “paper”, and not “{how}”.")
    wording = told.get("agreed_to") or (
        f"From a list added on {timezone.localdate(now):%-d %B %Y}, which did not say to which words."
    )
    return Consent(client=client, how=said, given_at=moment_on(day, now), wording=wording)


def _day(text: str) -> date:
    found = DAY.fullmatch(text)
    wrong = f"“{text}” is not a day that can be read in one way only. Write it like 2026-03-08."
    if not found:
        raise Wrong(wrong)
    year, month, day = (found[part] or found[f"{part}2"] for part in "ymd")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Wrong(wrong) from None
