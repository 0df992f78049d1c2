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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.people import audit
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
    #: Whether its town or time zone is in no list of ours.
    town_is_unknown: bool = False


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
        audit.note_each(owner, audit.Action.ADDED, ((client, client) for client in clients))
        agreed = ((one.consent, one.client) for one in intake.newcomers if one.consent)
        audit.note_each(owner, audit.Action.AGREED, agreed)
        LogEntry.objects.log_actions(owner.pk, clients, ADDITION, gettext_noop("Added from a list."))


# --- One row ------------------------------------------------------------------------------------


def _read(
    row: Row, columns: Sequence[str], separator: str, ground: Ground, lines: Mapping[str, int]
) -> Newcomer | LeftOut:
    if row.cells is None:
        return LeftOut(row, (_(BROKEN),))
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
    if reasons:
        return LeftOut(row, tuple(reasons), town_is_unknown="time_zone" not in found)
    return Newcomer(row.line, client, consent)


@contextmanager
def _gathered(reasons: list[str]) -> Iterator[None]:
    """Add what is wrong to the reasons, and go on: somebody wants to read all of them at once."""
    try:
        yield
    except Wrong as wrong:
        reasons.append(str(wrong))


BROKEN = gettext_noop(
    "A quotation mark in this row is not closed, or stands in the middle of a cell. Take it out, or write it twice and "
    "put the whole cell into quotation marks."
)


def _too_many_cells(cells: int, columns: int, separator: str) -> str:
    between = _(SEPARATORS[separator]) if separator in SEPARATORS else _("what separates the cells")
    return _(
        "This row has %(cells)s cells, and the list has %(columns)s columns. If a text in it contains "
        "%(commas_or_such)s, put that text into quotation marks."
    ) % {"cells": cells, "columns": columns, "commas_or_such": between}


def _only_once(email: str, known: Mapping[str, str], lines: Mapping[str, int]) -> None:
    address = email.lower()
    if address in known:
        already = _("Your client %(name)s already has the address “%(email)s”.")
        raise Wrong(already % {"email": email, "name": known[address]})
    if address in lines:
        twice = _("The address “%(email)s” stands in line %(number)s already.")
        raise Wrong(twice % {"email": email, "number": lines[address]})


#: What can be wrong with a line of text: it is too long, a formula, or more than one line.
WRONG_NAME = (
    gettext_noop("The name “%(text)s…” is longer than 120 characters."),
    gettext_noop("“%(text)s” looks like a formula of a spreadsheet, not like a name."),
    gettext_noop("The name “%(text)s” has a line break in it, or a hidden sign."),
)
WRONG_GREETING = (
    gettext_noop("The greeting “%(text)s…” is longer than 120 characters."),
    gettext_noop("“%(text)s” looks like a formula of a spreadsheet, not like a greeting."),
    gettext_noop("The greeting “%(text)s” has a line break in it, or a hidden sign."),
)


def _name(told: Mapping[str, str], ground: Ground) -> str:
    whole = told.get("name") or f"{told.get('first_name', '')} {told.get('last_name', '')}".strip()
    if not whole:
        raise Wrong(_("There is no name."))
    return _line(whole, WRONG_NAME)


def _greeting(told: Mapping[str, str], ground: Ground) -> str:
    return _line(told.get("greeting", ""), WRONG_GREETING)


def _line(text: str, wrong: tuple[str, str, str]) -> str:
    """One line of up to 120 characters that no spreadsheet calculates."""
    too_long, formula, broken = wrong
    if len(text) > 120:
        raise Wrong(_(too_long) % {"text": text[:40]})
    if kept_as_text(text[:1]) != text[:1]:
        raise Wrong(_(formula) % {"text": text})
    try:
        one_line(text)
    except ValidationError:
        raise Wrong(_(broken) % {"text": " / ".join(text.split())}) from None
    return text


def _email(told: Mapping[str, str], ground: Ground) -> str:
    email = told.get("email", "")
    if not email:
        raise Wrong(_("There is no email address."))
    try:
        validate_email(email)
    except ValidationError:
        no_address = _("“%(text)s” is not an email address such as name@example.org.")
        raise Wrong(no_address % {"text": email[:80]}) from None
    if len(email) > 254:
        raise Wrong(_("The address “%(text)s…” is too long.") % {"text": email[:40]})
    return email


def _time_zone(told: Mapping[str, str], ground: Ground) -> str:
    zone = find_zone(told.get("time_zone") or ground.time_zone)
    try:
        validate_zone(zone)
    except ValidationError:
        unknown = _(
            "There is no time zone called “%(name)s”. Name a large city nearby, such as Berlin or Europe/Berlin."
        )
        raise Wrong(unknown % {"name": zone[:80]}) from None
    return zone


def _language(told: Mapping[str, str], ground: Ground) -> str:
    said = told.get("language", "")
    if not said:
        return ground.language
    region = re.fullmatch(r"([a-z]{2})[-_][a-z]{2}", said.lower())
    wrong = _("“%(said)s” is not a language of ours: English, Deutsch or Español.") % {"said": said}
    return _one_of(LANGUAGES, region[1] if region else said, wrong)


def _discretion(told: Mapping[str, str], ground: Ground) -> str:
    said = told.get("discretion", "")
    wrong = _("What the email shows is “full” or “notice”, and not “%(said)s”.") % {"said": said}
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
        no_day = _(
            "It says how they agreed (“%(how)s”) but not on which day. Write the day, or empty both cells."
        )
        raise Wrong(no_day % {"how": how})
    if not how:
        no_way = _(
            "It says when they agreed (“%(day)s”) but not how. Write “spoken” or “paper”, or empty both cells."
        )
        raise Wrong(no_way % {"day": on})
    day = _day(on)
    if day > timezone.localdate(now):
        too_early = _("The day they agreed, “%(day)s”, is still to come. Record a consent once it was given.")
        raise Wrong(too_early % {"day": on})
    wrong = _("How they agreed is “spoken” or “paper”, and not “%(how)s”.") % {"how": how}
    said = _one_of(HOW, how, wrong)
    added = timezone.localdate(now)
    # Kept as a record, so it is in English whatever the desk speaks, as what is exported is.
    unsaid = gettext_noop("From a list added on %(day)s, which did not say to which words.")
    wording = told.get("agreed_to") or unsaid % {"day": f"{added.day} {added:%B %Y}"}
    return Consent(client=client, how=said, given_at=moment_on(day, now), wording=wording)


def _day(text: str) -> date:
    found = DAY.fullmatch(text)
    wrong = _("“%(text)s” is not a day that can be read in one way only. Write it like 2026-03-08.") % {
        "text": text
    }
    if not found:
        raise Wrong(wrong)
    year, month, day = (found[part] or found[f"{part}2"] for part in "ymd")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Wrong(wrong) from None
