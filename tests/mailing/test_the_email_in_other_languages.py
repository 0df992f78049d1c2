"""The words around the reading are in the client's language; the reading stays as it was written."""

import pytest

from practice.mailing import notices
from practice.mailing.models import Notice
from practice.people.models import Client, Practice
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
