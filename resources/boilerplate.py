"""The lines around an article that are not the reading: bylines, dates, share bars, invitations to book.

Pure rules in English, German and Spanish. Each answers with a reason in plain words, or with "". A proposal keeps
its reasons in English; they are translated where they are shown. What they find is never thrown away: it is
offered as left out and can be put back.
"""

import re

from django.utils.translation import gettext_noop

A_DATE = gettext_noop("A date")
READING_TIME = gettext_noop("The reading time")
COUNTER = gettext_noop("A counter or button of the blog")
SHARE = gettext_noop("Buttons for sharing")
TAGS = gettext_noop("Labels of the blog")
COPYRIGHT = gettext_noop("A copyright line")
NAVIGATION = gettext_noop("A link to other pages")
BYLINE = gettext_noop("Who wrote it, and when")
COMMENTS = gettext_noop("What readers wrote below")
RELATED = gettext_noop("Links to other posts")
ABOUT = gettext_noop("About the author")
NEWSLETTER = gettext_noop("A newsletter sign-up")
INVITATION = gettext_noop("An invitation to book or to get in touch")
ADVERTISEMENT = gettext_noop("An advertisement")
ABOVE_TITLE = gettext_noop("Stood above the title")
STRUCK = gettext_noop("Struck out")


def any_of(alternatives: str) -> str:
    """A group of the patterns given, one a line."""
    return f"(?:{'|'.join(line.strip() for line in alternatives.strip().splitlines())})"


MONTH = any_of(
    r"""
    jan(?:uary|uar)?|feb(?:ruary|ruar|rero)?|mar(?:ch|zo)?|märz|apr(?:il)?|abril|mayo?|mai|june?|juni?o?
    july?|juli?o?|aug(?:ust)?|ago(?:sto)?|sept?(?:ember|iembre)?|o[ck]t(?:ober|ubre)?|nov(?:ember|iembre)?
    de[cz](?:ember)?|dic(?:iembre)?|ene(?:ro)?
    """
)
DATE = re.compile(
    r"(?:(?:last )?(?:updated|published|posted)(?: on)?|(?:aktualisiert|veröffentlicht)(?: am)?"
    r"|(?:publicado|actualizado)(?: el)?)?:?\s*"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
    + any_of(
        rf"""
        {MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?
        \d{{1,2}}(?:st|nd|rd|th)?\.?\s+(?:de\s+)?{MONTH}\.?(?:,?\s+(?:del?\s+)?\d{{4}})?
        {MONTH}\s+\d{{4}}
        \d{{4}}-\d\d-\d\d
        \d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}
        \d+\s+(?:days?|weeks?|months?)\s+ago
        """
    )
)
READING = re.compile(
    r"(?:(?:reading time|read time|lesezeit|lesedauer|tiempo de lectura):?\s*)?"
    r"(?:about|approx\.?|ca\.?|etwa|~)?\s*"
    r"\d+[\s-]*min(?:ute[ns]?|utos|s)?\.?"
    r"(?:\s*(?:read|reading time|to read|lesezeit|lesedauer|zu lesen|de lectura))?"
)
COUNT = re.compile(
    r"(?:\d[\d.,]*|no|one|write a|add a|leave a|post a|keine?|sin|deja un)?\s*"
    r"(?:comments?|views?|likes?|shares?|claps?|kommentare?|aufrufe|comentarios?|visitas)(?: \(?\d+\)?)?"
    r"|post not marked as liked|like|save|gefällt mir"
)
LABELS = re.compile(
    any_of(
        r"""
        tags?|tagged|categor(?:y|ies)|filed under|posted in|topics?|schlagwörter|kategorien?|etiquetas?
        categorías?
        """
    )
    + r"\s*:.*|(?:#\w+\s*)+"
)
RIGHTS = re.compile(
    r"(?:©|\(c\)\s*\d{4}|copyright\b).*"
    r"|(?:.* )?(?:all rights reserved|alle rechte vorbehalten|todos los derechos reservados)\.?"
)
ELSEWHERE = re.compile(
    r"[←→«»‹›<>\s]*"
    + any_of(
        r"""
        (?:previous|next|older|newer)(?: (?:posts?|article))?|back to (?:top|the blog|blog|all posts)
        read more|see all|view all|all posts|home|menu|skip to (?:main )?content
        zurück(?: zur übersicht)?|weiterlesen|nächster beitrag|vorheriger beitrag
        leer más|anterior|siguiente
        """
    )
    + r"(?::.{0,80})?[←→«»‹›<>\s]*"
)
BY = re.compile(
    r"(?:(?:written|words|posted|post|a post|text|geschrieben|escrito)?\s*(?:by|von|por)"
    r"|author:?|autor(?:in|a)?:?|writer:?|text:|written by:)\s+(?P<name>\S.{1,50})",
    re.IGNORECASE,
)
NAME = re.compile(
    r"(?:(?:[Dd]r|[Pp]rof|[Mm]ag|[Dd]ra|[Rr]ev)\.?\s+)*[A-ZÀ-ÖØ-Þ][\w'’.-]*"
    r"(?:\s+(?:(?:von|van|de|der|del|la|di|da)\s+)*[A-ZÀ-ÖØ-Þ][\w'’.-]*){1,3}(?:,\s*[A-Z][\w. ]{1,12})*"
)
EDGES = " -–—•·|"
JOINT = re.compile(r"\s*[|·•]\s*|\s+[–—/-]\s+|\s{3,}|\s+(?:on|am)\s+|,\s+(?=\w+\.?\s+\d|\d+\.?\s+\w)")
SHARE_SIGNS = any_of(
    r"""
    share|facebook|twitter|linkedin|pinterest|whatsapp|tweet|instagram|bluesky|mastodon|reddit|telegram
    email|print|teilen|drucken|compartir|comparte|imprimir
    """
)
SHARE_FILLERS = any_of(
    r"""
    this|post|article|story|on|via|to|with|a|your|friends|x|e-mail|mail|copy|link|pin|it|threads|messenger
    and|&|click|opens|in|new|window
    diesen|beitrag|artikel|auf|per|und|este|artículo|en|por|correo|y
    """
)
SHARE_BAR = re.compile(rf"(?=.*\b{SHARE_SIGNS}\b)(?:(?:{SHARE_SIGNS}|{SHARE_FILLERS})(?:[^\w&-]+|$))+")

END_MARKS = {
    COMMENTS: re.compile(
        any_of(
            r"""
            (?:\d+|no|one) (?:comments?|responses?|replies|thoughts on .*)|comments?(?: \(?\d+\)?)?:?
            (?:leave|write|post|add) a (?:comment|reply)|join the (?:discussion|conversation)
            \d* ?kommentare?|schreibe? (?:einen|ein) kommentar|kommentar (?:schreiben|hinterlassen)
            \d* ?comentarios?|deja un comentario
            """
        )
    ),
    RELATED: re.compile(
        any_of(
            r"""
            (?:related|recent|more|latest|other|popular) (?:posts?|articles?|stories|reading)
            you (?:may|might) also (?:like|enjoy)|(?:read|up) next|keep reading|more (?:from|like) .{1,30}
            ähnliche (?:beiträge|artikel)|(?:neueste|weitere|letzte) (?:beiträge|artikel)
            das könnte (?:dich|sie) auch interessieren
            (?:entradas|artículos) (?:relacionad[ao]s|recientes)|también te puede interesar
            """
        )
    ),
    ABOUT: re.compile(
        r"about (?:the author|me)|über (?:die autorin|den autor|mich)|sobre (?:la autora|el autor|mí)"
    ),
}

_DO = any_of(
    r"""
    book|schedule|reserve|subscribe|sign up|join|download|click|grab|get|register|enrol|contact|follow
    buche?n?|abonniere?n?|melde|vereinbaren?|trag
    reserva|agenda|suscríbete|apúntate|descarga|contáctame
    """
)
_OFFER = any_of(
    r"""
    call|session|consultation|appointment|discovery|newsletter|mailing list|letters?|inbox|guide|workbook
    course|e-?book|webinar|programme?|waitlist|me on|me at
    erstgespräch|kennenlerngespräch|termin|sitzung|platz
    sesión|cita|llamada|boletín|curso
    """
)
_MINE = any_of(
    r"""
    my|free|with me|our|us|me|here|now|today|link|below
    jetzt|kostenlos\w*|kostenfrei\w*|bei mir|meine[nmr]?|unverbindlich\w*|hier
    conmigo|gratis|gratuit[ao]|aquí|ahora|mi|mis
    """
)
IMPERATIVE = re.compile(rf"{_DO}\b(?=.*\b{_OFFER}\b)(?=.*\b{_MINE}\b)(?!.*\byour(?:self| own)\b)")
SIGN_UP = re.compile(r"newsletter|mailing list|suscr[ií]b|subscribe|inbox|boletín|abonnier")
STRONG = re.compile(
    any_of(
        rf"""
        \b{_DO}\b[^.?!]{{0,40}}\b{_OFFER}\b[^.?!]*\b{_MINE}\b
        \b{_DO}\b[^.?!]{{0,20}}\b{_MINE}\b[^.?!]{{0,30}}\b{_OFFER}\b
        subscribe to|sign up for my|follow me on|free (?:discovery|consultation|intro\w*)\b
        kostenlose[ns]? (?:erst|kennenlern)
        """
    )
)
HINTS = [
    re.compile(pattern)
    for pattern in (
        r"\b(?:looking for|ready (?:to|for)|want (?:more )?(?:support|help)|need (?:support|help))\b",
        r"\b(?:i|we) (?:work with|help|offer|support|specialise|specialize)\b|\bwork(?:ing)? with me\b",
        r"\bmy (?:approach|services?|practice|program(?:me)?s?|courses?|coaching|website|offers?|calendar)\b",
        r"\b(?:explore|learn more|find out more|read more)\b.*\b(?:below|here|my|about)\b",
        r"\b(?:get in touch|contact me|reach out to me|drop me|write to me|email me|message me|visit my)\b",
        r"\b(?:book|schedule|free) (?:a |an |your )?(?:\w+ )?(?:call|session|consultation|appointment)\b",
        r"\b(?:newsletter|mailing list|subscribe|sign up)\b",
        r"\b(?:du suchst|suchst du|brauchst du|bereit für|möchtest du)\b",
        r"\bich (?:begleite|biete|unterstütze|arbeite mit|helfe)\b|\b(?:bei|mit) mir\b",
        r"\bmein(?:e[nmr]?)? (?:praxis|angebote?|ansatz|kurs|newsletter|website|kalender)\b",
        r"\b(?:melde dich|kontaktiere|schreib mir|erstgespräch|termin)\b",
        r"\b(?:buscas|necesitas|te gustaría|lista para|listo para)\b",
        r"\b(?:acompaño|ofrezco|trabajo con|ayudo)\b|\bconmigo\b",
        r"\b(?:contáctame|escríbeme|reserva|agenda|mi consulta|mis servicios|mi enfoque)\b",
    )
]


def plain_line(text: str) -> str:
    """A line as the rules read it: lower case, single spaces, without a leading bullet."""
    return re.sub(r"^[-–—•·*|]\s*", "", " ".join(text.split()).lower()).strip(" |·•")


def is_share_bar(line: str) -> bool:
    """Whether a line has nothing but the names of networks and what stands on their buttons."""
    return len(line) <= 200 and bool(SHARE_BAR.fullmatch(line))


def read_line(text: str) -> tuple[str, str]:
    """Why a line near the beginning or the end is the blog's and not the reading's, and the name in it.

    A bare name has no reason yet: it takes a date beside it to be the author's.
    """
    reason = _single_reason(text)
    if reason or len(text) > 160:
        return reason, ""
    byline = BY.fullmatch(text.strip(EDGES))
    if byline and NAME.fullmatch(byline["name"].strip()):
        return BYLINE, byline["name"].strip()
    parts = [part for part in JOINT.split(text.strip(EDGES)) if part.strip()]
    if len(parts) > 1:
        read = [read_line(part) for part in parts]
        joined = all(reason or name for reason, name in read) and any(reason for reason, _ in read)
        return (BYLINE, next((name for _, name in read if name), "")) if joined else ("", "")
    bare = text.strip(EDGES)
    return "", bare if len(bare) <= 50 and NAME.fullmatch(bare) else ""


def line_reason(text: str) -> str:
    """The reason of read_line alone."""
    return read_line(text)[0]


def _single_reason(text: str) -> str:
    line = plain_line(text)
    if not line or len(line) > 200:
        return ""
    rules = ((A_DATE, DATE), (READING_TIME, READING), (COUNTER, COUNT), (TAGS, LABELS), (COPYRIGHT, RIGHTS))
    for reason, pattern in (*rules, (NAVIGATION, ELSEWHERE)):
        if pattern.fullmatch(line):
            return reason
    return SHARE if is_share_bar(line) else ""


def end_mark(text: str) -> str:
    """The reason when this line opens what stands below an article: comments, related posts, the author."""
    line = plain_line(text).rstrip(":")
    return next((reason for reason, pattern in END_MARKS.items() if pattern.fullmatch(line)), "")


def closing_reason(text: str) -> str:
    """Why a closing passage (heading and paragraphs, or one paragraph) is an invitation, or ""."""
    line = plain_line(text)
    hints = sum(bool(hint.search(line)) for hint in HINTS)
    if not (STRONG.search(line) or hints >= 2):
        return ""
    return (
        NEWSLETTER
        if SIGN_UP.search(line) and not re.search(r"\b(?:call|session|termin|cita)\b", line)
        else INVITATION
    )


def invites(heading: str) -> bool:
    """Whether a heading alone sounds like an invitation: "Looking for support?"."""
    line = plain_line(heading)
    return bool(STRONG.search(line)) or any(hint.search(line) for hint in HINTS)


def interruption_reason(text: str) -> str:
    """Why a short passage in the middle is not the reading (a sign-up, a share bar), or ""."""
    line = plain_line(text)
    if line in {"advertisement", "anzeige", "werbung", "publicidad", "ad"}:
        return ADVERTISEMENT
    if is_share_bar(line) and len(line.split()) >= 2:
        return SHARE
    if len(line.split()) <= 40 and IMPERATIVE.match(line):
        return NEWSLETTER if SIGN_UP.search(line) else INVITATION
    return ""
