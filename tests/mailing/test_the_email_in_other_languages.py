"""The words around the reading are in the client's language; the reading stays as it was written."""

from datetime import timedelta

import pytest

from practice.mailing import notices
from practice.mailing.models import Notice
from practice.people import accounts
from practice.people.models import Away, Client, Practice, Practitioner
from tests.mailing.sending import html_of, parsed, send_due, sent, text_of


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "de",
            ["Guten Tag, Ada.", "etwa 1 Minute.", "Ich lese, was Sie schreiben", "Keine dieser E-Mails mehr"],
        ),
        ("es", ["Hola, Ada:", "alrededor de 1 minuto.", "Leo lo que escribes", "No recibir más correos"]),
    ],
)
def test_the_email_speaks_the_clients_language(assignment, sink, language, words):
    Client.objects.update(language=language)
    send_due()
    (mail,) = sink.mails
    email = parsed(mail.content)
    assert email["Content-Language"] == language
    for part in ("plain", "html"):
        content = email.get_body([part]).get_content()
        assert "Reading number 1." in content
        for phrase in words:
            assert phrase in content
    assert f'lang="{language}"' in email.get_body(["html"]).get_content()
    assert "minutes for yourself" not in email["Subject"]


IN_DANGER = {
    "en": "call now: the emergency number where you are.",
    "de": "rufen Sie jetzt an: die Notrufnummer an Ihrem Ort.",
    "es": "llama ahora al número de emergencias del lugar donde estás.",
}


@pytest.mark.parametrize("language", IN_DANGER)
def test_without_help_lines_of_the_practice_an_email_says_whom_to_call(assignment, sink, language):
    Client.objects.update(language=language)
    Practice.objects.update(help_lines="")
    email = sent(sink)
    for part in (text_of(email), html_of(email)):
        assert IN_DANGER[language] in part


@pytest.mark.parametrize("language", IN_DANGER)
def test_so_does_a_short_email_about_the_emails(ada, now, language):
    ada.language = language
    Practice.objects.update(help_lines="")
    letter = notices.letter(Notice(client=ada, kind=Notice.Kind.CODE, made_at=now, to_address=ada.email))
    for part in (letter.body, letter.alternatives[0][0]):
        assert IN_DANGER[language] in part


def test_the_most_discreet_email_does_not(assignment, sink):
    Client.objects.update(discretion="notice")
    Practice.objects.update(help_lines="")
    email = sent(sink)
    for part in (text_of(email), html_of(email)):
        assert "danger" not in part
        assert "emergency" not in part.lower()


def test_with_them_it_says_nothing_else(assignment, sink):
    email = sent(sink)
    for part in (text_of(email), html_of(email)):
        assert IN_DANGER["en"] not in part


@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("en", "I read what you write within two working days."),
        ("de", "Ich lese, was Sie schreiben: innerhalb von zwei Werktagen."),
        ("es", "Leo lo que escribes: en un plazo de dos días laborables."),
    ],
)
def test_when_they_read_is_said_in_the_clients_language_until_they_say_it_in_their_own(
    assignment, sink, language, when
):
    Client.objects.update(language=language)
    email = sent(sink)
    for part in (text_of(email), html_of(email)):
        assert when in part


def test_when_they_read_stays_as_they_worded_it(assignment, sink):
    Client.objects.update(language="de")
    Practitioner.objects.update(response_time="bis Freitag")
    assert "Ich lese, was Sie schreiben: bis Freitag." in text_of(sent(sink))


def test_the_email_has_the_help_lines_of_its_language(assignment, practice, sink):
    Client.objects.update(language="es")
    Practice.objects.update(help_lines_es="Emergencias: 112\nLínea 024")
    email = sent(sink)
    for part in (text_of(email), html_of(email)):
        assert "Línea 024" in part
        assert "TelefonSeelsorge" not in part


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "At the moment nobody reads what you write. It is kept."),
        ("de", "Im Moment liest niemand, was Sie schreiben. Es bleibt aufgehoben."),
        ("es", "En este momento nadie lee lo que escribes. Queda guardado."),
    ],
)
def test_while_an_account_is_closed_and_the_series_go_on_nobody_is_said_to_read(
    assignment, ada, maya, sink, now, language, says
):
    Client.objects.update(language=language)
    Away.objects.create(practitioner=maya, starts_on=now.date(), back_on=now.date() + timedelta(days=20))
    accounts.close(maya, None, True)
    email = sent(sink)
    ada.refresh_from_db()
    notice = notices.letter(notices.drafted(ada, Notice.Kind.REMINDER, now))
    for part in (text_of(email), html_of(email), notice.body, notice.alternatives[0].content):
        assert says in part
        assert "within two working days" not in part
