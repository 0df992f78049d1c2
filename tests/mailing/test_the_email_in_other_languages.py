"""The words around the reading are in the client's language; the reading stays as it was written."""

import pytest

from practice.people.models import Client
from tests.mailing.sending import parsed, send_due


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "de",
            ["Guten Tag Ada,", "etwa 1 Minute.", "Ich lese, was Sie schreiben", "Keine dieser E-Mails mehr"],
        ),
        ("es", ["Hola, Ada:", "alrededor de 1 minuto.", "Leo lo que escribes", "No más de estos correos"]),
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
