"""What the columns of a list of clients mean, by the headings that people and programs give them. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_noop

#: What a column can hold, and how the desk calls it.
MEANINGS = {
    "name": gettext_noop("Name"),
    "first_name": gettext_noop("First name"),
    "last_name": gettext_noop("Last name"),
    "email": gettext_noop("Email address"),
    "time_zone": gettext_noop("Time zone or city"),
    "language": gettext_noop("Language"),
    "greeting": gettext_noop("Greeted as"),
    "discretion": gettext_noop("What the email shows"),
    "private_note": gettext_noop("Private note"),
    "agreed_on": gettext_noop("Agreed to emails on (day)"),
    "agreed_how": gettext_noop("Agreed to emails how"),
    "agreed_to": gettext_noop("Agreed to which words"),
}

#: In English, German and Spanish; compared without accents, capitals, dots, dashes and underscores.
WORDS = {
    "name": "name, full name, client, client name, display name, vollständiger name, klient, klientin, kunde, kundin, "
    "nombre completo, nombre y apellidos, cliente, clienta, nombre del cliente",
    "first_name": "first name, given name, forename, vorname, rufname, nombre, nombre de pila",
    "last_name": "last name, surname, family name, nachname, familienname, zuname, apellido, apellidos",
    "email": "email, e-mail, mail, email address, e-mail address, mail address, emailadresse, e-mail-adresse, "
    "mailadresse, correo, correo electrónico, dirección de correo, dirección de correo electrónico",
    "time_zone": "time zone, timezone, zone, city, lives in, town, time zone or city, zeitzone, stadt, ort, wohnort, "
    "lebt in, zona horaria, zona, huso horario, ciudad, vive en",
    "language": "language, sprache, idioma, lengua",
    "greeting": "greeted as, greeting, nickname, preferred name, called, anrede, begrüßung, rufname in e-mails, "
    "spitzname, saludo, apodo, trato",
    "discretion": "what the email shows, discretion, diskretion, was die e-mail zeigt, discreción, "
    "lo que muestra el correo",
    "private_note": "private note, note, notes, private notes, notiz, notizen, private notiz, bemerkung, bemerkungen, "
    "nota, notas, nota privada, observaciones",
    "agreed_on": "agreed on, agreed, agreed to emails on, agreed to emails on (day), consent date, consent on, "
    "consented on, date of consent, einwilligung am, eingewilligt am, zugestimmt am, zustimmung am, "
    "datum der einwilligung, consentimiento el, aceptó el, fecha de consentimiento, fecha del consentimiento",
    "agreed_how": "agreed how, how agreed, agreed to emails how, consent how, how they agreed, eingewilligt wie, "
    "zugestimmt wie, art der einwilligung, einwilligung wie, consentimiento cómo, cómo aceptó, "
    "forma de consentimiento, forma del consentimiento",
    "agreed_to": "agreed to, agreed to which words, consent wording, wording, wortlaut, eingewilligt in, "
    "wortlaut der einwilligung, texto del consentimiento, aceptó",
}


def plain(text: str) -> str:
    """Text without what people write one way or the other: accents, capitals, dots, dashes, underscores."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
    for mark in "_-.:*":
        bare = bare.replace(mark, " ")
    return " ".join(bare.casefold().split())


_KNOWN = {plain(word): meaning for meaning, words in WORDS.items() for word in words.split(", ")}


def meaning_of(heading: str) -> str:
    """What a heading means: a key of MEANINGS, or "" for one that nobody knows."""
    return _KNOWN.get(plain(heading), "")


def meanings_of(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """What each column means, the first of two alike; "" for what is left out.

    Where no heading is known for addresses, the column that looks like them is taken. In a list with family names
    (and without whole ones) a plain "Name" is one of them: in German that is what it is called.
    """
    found: list[str] = []
    for heading in headings:
        meaning = meaning_of(heading)
        found.append("" if meaning in found else meaning)
    if "email" not in found:
        looks = (number for number, heading in enumerate(zip(*rows, strict=False)) if _are_addresses(heading))
        if (number := next(looks, None)) is not None:
            found[number] = "email"
    if "name" in found and "first_name" in found and "last_name" not in found:
        found[found.index("name")] = "last_name"
    return found


def _are_addresses(cells: Sequence[str]) -> bool:
    return bool(cells) and all("@" in cell for cell in cells)
