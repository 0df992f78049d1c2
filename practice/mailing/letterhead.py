"""What stands at the head and the foot of every email: whom it comes from, and how to get help."""

from collections.abc import Mapping
from email.utils import quote
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext

from practice.people.away import Away
from practice.people.models import Client, Practice, Practitioner
from practice.people.our_address import our_address
from resources.sanitize import tidy


def mailbox(name: str, address: str) -> str:
    """A sender or recipient as text, not yet encoded: “"Maya" <maya@example.com>”."""
    return f'"{quote(name)}" <{address}>' if name else address


def letterhead(
    practitioner: Practitioner, practice: Practice, away: Away | None, discretion: str
) -> dict[str, Any]:
    """What every email says of whom it comes from, in the language that is active, by the names that Source has."""
    nobody_reads = not practitioner.is_active
    away = None if nobody_reads else away
    return {
        "practitioner": tidy(practitioner.name),
        "response_time": tidy(practitioner.response_time_said()),
        "sender": mailbox(tidy(practice.sender_name), our_address()),
        "postal_address": tidy(practice.postal_address),
        "help_lines": help_lines(practice, discretion),
        "nobody_reads": nobody_reads,
        "back_on": away.back_on if away else None,
        "backup_name": tidy(away.backup_name) if away else "",
        "backup_reach": tidy(away.backup_reach) if away else "",
        "away_words": tidy(away.words) if away else "",
    }


def help_lines(practice: Practice, discretion: str) -> str:
    """The help lines as an email carries them, in the language that is active. One that says only that there is
    something to read carries none: they would tell whoever reads along what it is about. The pages have them."""
    return "" if discretion == Client.Discretion.NOTICE else tidy(practice.help_lines_said())


def around_a_short_text(client: Client) -> dict[str, Any]:
    """What a short email of text alone says beside its own words, in the language that is active."""
    practice = Practice.current()
    return {
        "name": client.greeted_as(),
        "discretion": client.discretion,
        "practice": practice,
        "help_lines": help_lines(practice, client.discretion),
    }


def by_itself(language: str) -> list[tuple[str, str]]:
    """The headers of every email that nobody wrote by hand. RFC 3834: nobody's vacation notice shall answer."""
    return [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", language),
    ]


def shown(head: Mapping[str, Any]) -> dict[str, object]:
    """A letterhead as the templates ask for it, in the language that is active."""
    return {
        "back_day": date_format(head["back_on"], gettext("j F Y")) if head["back_on"] else "",
        "preview_spaces": range(60),
        "help_lines": head["help_lines"].split("\n") if head["help_lines"].strip() else [],
    }
