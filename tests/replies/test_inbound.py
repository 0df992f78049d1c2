"""What a client writes back by email becomes a reflection; everything else is noted, and nothing is answered twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail as outbox
from django.db import connection
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery, ProviderEvent, Suppression
from practice.people.models import Client, Practice
from practice.replies.inbound import take_in
from practice.replies.models import InboundMail, Reply
from tests.replies.mails import ADDRESS, OUTLOOK, QUOTED, address_of, came, mail, with_parts


@pytest.fixture(autouse=True)
def takes_mail(settings):
    settings.INBOUND_ADDRESS = ADDRESS
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def to(delivery):
    return address_of(delivery)


def written():
    """The texts of all reflections."""
    return [reply.values()[0] for reply in Reply.objects.sent().order_by("pk")]


# --- A person writes


@pytest.mark.parametrize(
    ("sender", "subject", "heard"),
    [
        ("ada@example.org", "Re: hello", True),
        ("a@elsewhere.example", "", True),
        ("ada@example.org", "Abwesend", False),
    ],
)
def test_a_person_who_writes_ends_the_silence_and_a_machine_does_not(to, delivery, sender, subject, heard):
    Assignment.objects.update(quiet_steps=2)
    came(mail(to, sender=sender, Subject=subject))
    assert Assignment.objects.get().quiet_steps == (0 if heard else 2)


@pytest.mark.parametrize("sender", ["Ada <ada@example.org>", "ADA@Example.ORG", '"A, da" <Ada@example.org>'])
def test_an_answer_from_the_clients_address_is_a_reflection(to, delivery, sender):
    row = came(mail(to, f"It helped me.\n\nMore than I thought.{QUOTED}", sender))
    reply = Reply.objects.get()
    assert (row.state, row.reply) == ("reply", reply)
    assert (reply.delivery, reply.client) == (delivery, delivery.client)
    assert [(answer.question, answer.value) for answer in reply.answers.all()] == [
        ("By email", "It helped me.\n\nMore than I thought.")
    ]
    assert reply.sent_at


def test_the_address_survives_capitals_and_a_new_key(to, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-only-the-tests-know-0123"
    assert came(mail(to.upper())).state == "reply"


def test_what_is_written_is_encrypted(to):
    came(mail(to, "a-canary-word"))
    with connection.cursor() as cursor:
        for table in ("replies_inboundmail", "replies_answer"):
            cursor.execute(f"SELECT * FROM {table}")
            kept = repr(cursor.fetchall())
            assert "canary" not in kept
            assert "ada@" not in kept
    assert "a-canary-word" in InboundMail.objects.get().raw


@pytest.mark.parametrize(
    "below",
    [
        QUOTED,
        "\n\nAm So., 8. März 2026 um 18:00 Uhr schrieb Linden House <\nletters@example.com>:\n> Ein paar Minuten\n",
        "\n\nEl dom, 8 mar 2026 a las 18:00, Linden House (<letters@example.com>) escribió:\n> Unos minutos\n",
        "\n\nFrom: Linden House <letters@example.com>\nSent: Sunday, March 8, 2026\nTo: Ada\nSubject: x\n\nHello,\n",
        "\n\nVon: Linden House <letters@example.com>\nGesendet: Sonntag, 8. März\nAn: Ada\nBetreff: x\n\nGuten Tag,\n",
        "\n\n-- \nAda Byron\nTel. 0123",
        "\n\n-- \nAda Byron" + QUOTED,
        f"\n\n{OUTLOOK}",
        "\n\nSent from my iPhone",
        "\n\nVon meinem iPhone gesendet",
        "\n\nEnviado desde mi iPhone\n\nOn Sunday, Linden House <letters@example.com> wrote:\n> A few\n> minutes",
    ],
)
def test_quotations_and_signatures_are_left_out(to, below):
    came(mail(to, f"It helped me.\n- to sit\n- to breathe{below}"))
    assert written() == ["It helped me.\n- to sit\n- to breathe"]


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, I read it twice.\n\nThanks, it was hard. And then it was not.",
        "Hello\n\nAll the best things happened on the way.\n\nBest,\nAda",
        "Viele Grüße an mein früheres Ich.\n\nDas war es.",
        "Today was hard.\n—\nBut I called my sister.",
        "Today was hard.\n--\nBut I called my sister",
        "Today was hard.\n-- \nBut I called my sister.",
        "Today was hard.\n-- \n\nBut I called my sister",
        "Today was hard.\n-- \nMonday: bad\n\nTuesday: good",
        "I wrote a list:\n\n--\n" + "\n".join(f"thing {number}" for number in range(20)),
        "On Monday I slept.\nOn Tuesday I wrote: nothing.",
        "Thank you.\n\nOn Monday my mother wrote:\nNever come back.\n\nSince then I want to die.",
        "Am Montag schrieb meine Mutter:\nKomm nie wieder.",
        "Gracias.\n\nEl lunes mi madre me escribió:\nNo vuelvas.\n\nDesde entonces no duermo.",
        "From: me today\nTo: me at twelve\n\nDear one,\nit was not your fault.",
        "Von: mir heute\nAn: mich mit zwölf\n\nLiebe,\nes war nicht deine Schuld.",
        "x" * 5000 + "\n\n" + "y " * 400,
    ],
)
def test_no_word_of_the_clients_own_is_taken_for_a_quotation_or_a_signature(to, text):
    came(mail(to, text + QUOTED))
    assert [" ".join(said.split()) for said in written()] == [" ".join(text.split())]


def test_answers_between_the_quoted_lines_are_kept(to):
    came(mail(to, f"{QUOTED.strip()}\n\nThis one stayed.\n\n> What else?\n\nNothing else."))
    assert written()[0].split("\n\n") == ["This one stayed.", "Nothing else."]


# --- In any form


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda to: mail(to, "<p>It <b>helped</b> me.</p>", Content_Type="text/html"), "It helped me."),
        (
            lambda to: mail(
                to,
                '<div>Mine.</div><div class="gmail_quote">On Sunday:<blockquote>Yours.</blockquote></div>',
                Content_Type="text/html",
            ),
            "Mine.",
        ),
        (
            lambda to: with_parts(
                to, ("Content-Type: text/plain", "Plain."), ("Content-Type: text/html", "<p>Hyper.</p>")
            ),
            "Plain.",
        ),
        (lambda to: mail(to, "a\x00b\x07c"), "abc"),
        (lambda to: mail(to, "half \udcff"), "half \ufffd"),
        (lambda to: mail(to, "Gr\udcfc\udcdfe", Content_Type="text/plain; charset=iso-8859-1"), "Grüße"),
        (lambda to: mail(to, "who knows", Content_Type="text/plain; charset=x-martian"), "who knows"),
        (lambda to: mail(to, "slow", Content_Type="text/plain; charset=punycode"), "slow"),
        (
            lambda to: with_parts(
                to,
                (
                    'Content-Type: multipart/alternative; boundary="in"',
                    "--in\nContent-Type: text/plain\n\nDeep.\n--in--",
                ),
            ),
            "Deep.",
        ),
        (lambda to: mail(to, "Whole.", Content_Type="multipart/alternative"), "Whole."),
        (lambda to: mail(to, "Whole.", Content_Type='multipart/mixed; boundary="none"'), "Whole."),
    ],
)
def test_every_form_of_a_mail_is_read(to, content, said):
    came(content(to))
    assert written() == [said]


@pytest.mark.parametrize(
    "text",
    ["", "   \n\n", QUOTED, "-- \nAda", OUTLOOK, "- -\n__", "<p> </p>", "<!-- nothing -->", "\x00\x00"],
)
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_mail_without_new_words_waits_and_is_no_reflection(to, text, kind):
    if kind == "text/html" and not text.startswith("<"):
        text = ""
    if kind == "text/plain" and text.startswith("<"):
        text = ""
    assert came(mail(to, text, Content_Type=kind)).state == "malformed"
    assert not Reply.objects.exists()


# --- Once


def test_the_same_mail_twice_is_one_reflection(to):
    first, second = came(mail(to)), came(mail(to, Received="from somewhere else"))
    assert first == second
    assert written() == ["It helped me."]
    came(mail(to, message_id="<2@phone.example>"))
    assert len(written()) == 2


def test_one_without_an_id_is_known_by_what_it_says(to):
    for _ in range(2):
        came(mail(to, message_id=None))
    assert len(written()) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_twice_at_the_same_time_is_one_reflection(to):
    def worker(_number):
        try:
            return came(mail(to)).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert len(set(workers.map(worker, range(4)))) == 1
    assert written() == ["It helped me."]


# --- Whose address it came to


def test_a_mail_to_an_address_that_nobody_was_given_is_noted_without_a_word_of_it(delivery):
    real = address_of(delivery)
    forged = [
        real.replace("-", "-a", 1).replace("@", "@", 1)[:-1] + "m",
        "reply+1-aaaaaaaaaaaaaaaa@in.example.com",
        ADDRESS,
    ]
    for number, to in enumerate([*forged, real.replace("in.example", "out.example")]):
        assert came(mail(to, "a-canary-word", message_id=f"<{number}@x>")) is None
    assert not InboundMail.objects.exists()
    assert ProviderEvent.objects.filter(delivery=None, told="unknown").count() == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mailing_providerevent")
        assert "canary" not in repr(kept := cursor.fetchall())
        assert "ada@" not in repr(kept)


def test_who_writes_does_not_say_which_email_it_answers(delivery, ada):
    assert came(mail(ADDRESS)) is None
    assert came(mail("somebody@example.net", Cc=address_of(delivery))).delivery == delivery


def test_without_the_setting_nothing_is_taken(to, settings):
    settings.INBOUND_ADDRESS = ""
    assert came(mail(to)) is None


# --- Somebody else


@pytest.mark.parametrize(
    ("sender", "headers", "reason"),
    [
        ("Bea <bea@example.net>", {}, "another address"),
        ("ada@example.org.example.net", {}, "another address"),
        ('"ada@example.org" <bea@example.net>', {}, "another address"),
        ("ada@example.org, bea@example.net", {}, "another address"),
        (None, {}, "another address"),
        ("ada@example.org", {"Authentication_Results": "mx; dmarc=fail; spf=pass"}, "does not come from"),
        ("ada@example.org", {"Authentication_Results": "mx; spf=softfail; dkim=none"}, "usually writes"),
        ("ada@example.org", {"Authentication_Results": "mx; dkim=fail; spf=none"}, "signed by somebody else"),
        ("ada@example.org", {"X_Mailgun_Spf": "Fail"}, "usually writes"),
    ],
)
def test_what_may_come_from_somebody_else_waits_to_be_looked_at(to, sender, headers, reason):
    row = came(mail(to, sender=sender, **headers))
    assert row.state == "quarantined"
    assert reason in row.reason
    assert not Reply.objects.exists()
    assert not outbox.outbox


@pytest.mark.parametrize(
    "said",
    ["mx; spf=fail; dkim=pass", "mx; dkim=fail; dkim=pass; spf=fail", "mx; spf=pass; dkim=none; dmarc=pass"],
)
def test_a_good_signature_is_enough(to, said):
    assert came(mail(to, Authentication_Results=said)).state == "reply"


# --- Machines


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "away"},
        {"X_Loop": "ada"},
        {"List_Id": "<friends.example.net>"},
        {"List_Unsubscribe": "<https://example.net>"},
        {"Subject": "Automatic reply: A few minutes", "Auto_Submitted": "auto-replied"},
        {"Subject": "Abwesenheitsnotiz: Re", "sender": "ada@work.example"},
        {"Subject": "=?utf-8?q?Respuesta_autom=C3=A1tica=3A_x?=", "sender": "ada@work.example"},
    ],
)
def test_automatic_mails_are_noted_and_never_a_reflection_nor_answered(to, headers):
    parts = (("Content-Type: image/png\nContent-Disposition: attachment", "x"),)
    row = came(with_parts(to, ("Content-Type: text/plain", "I am away."), *parts, **headers))
    assert row.state == "automatic"
    assert row.reason
    assert not Reply.objects.exists()
    assert not outbox.outbox


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: A few minutes",
        "Abwesenheit meiner Mutter",
        "Out of office hours I cry",
        "=?utf-8?q?Respuesta_autom=C3=A1tica=3A_x?=",
    ],
)
def test_what_only_its_subject_takes_for_an_absence_note_waits_if_it_is_from_the_client(to, subject):
    Assignment.objects.update(quiet_steps=2)
    row = came(with_parts(to, WORDS, PHOTO, Subject=subject))
    assert (row.state, row.reason) == ("quarantined", "It looks like an absence note.")
    assert not Reply.objects.exists()
    assert not outbox.outbox, "a machine is not answered"
    assert Assignment.objects.get().quiet_steps == 2
    assert take_in(row, "Look at this.", timezone.now())
    assert Assignment.objects.get().quiet_steps == 0


def test_what_looks_like_an_absence_note_and_says_nothing_is_one(to):
    assert came(mail(to, QUOTED, Subject="Abwesend")).state == "automatic"


def test_a_mail_that_says_that_it_is_not_automatic_is_none(to):
    assert came(mail(to, Auto_Submitted="no")).state == "reply"


@pytest.mark.parametrize(
    "headers",
    [
        {"Return_Path": "<>"},
        {"sender": "MAILER-DAEMON@example.net"},
        {"X_Failed_Recipients": "x@example.net"},
        {"Content_Type": 'multipart/report; report-type=delivery-status; boundary="x"'},
        {"Content_Type": 'multipart/report; report-type=disposition-notification; boundary="x"'},
    ],
)
def test_what_mail_servers_write_is_noted_as_that(to, headers):
    assert came(mail(to, **headers)).state == "bounce"
    assert not Reply.objects.exists()
    assert not outbox.outbox


def test_a_person_who_attaches_the_report_about_their_own_mail_is_read(to):
    report = (Path(__file__).parent.parent / "mailing/bounces/postfix-unknown-user.eml").read_text()
    words = ("Content-Type: text/plain", "I wrote to you yesterday and it came back. I am not well.")
    assert came(with_parts(to, words, ("Content-Type: message/rfc822", report))).state == "reply"
    assert written() == ["I wrote to you yesterday and it came back. I am not well."]


def test_a_report_that_its_server_does_not_call_one_is_noted_as_that(to):
    report = ("Content-Type: message/delivery-status", "Reporting-MTA: dns; x\n\nAction: failed\n")
    assert came(with_parts(to, WORDS, report)).state == "bounce"


@pytest.mark.parametrize("sender", ["letters@localhost", ADDRESS, "bounces@example.com", "own"])
def test_our_own_mails_that_come_around_are_noted(to, settings, sender):
    settings.BOUNCE_ADDRESS = "bounces@example.com"
    assert came(mail(to, sender=to if sender == "own" else sender)).state == "automatic"
    message_id = Delivery.objects.get().message_id
    assert came(mail(to, message_id=message_id)).state == "automatic"
    assert not Reply.objects.exists()


# --- Attachments

PHOTO = ('Content-Type: image/jpeg; name="me.jpg"\nContent-Disposition: attachment', "a-canary-picture")
LOGO = ("Content-Type: image/png\nContent-ID: <logo>\nContent-Disposition: inline", "x")
WORDS = ("Content-Type: text/plain", "Look at this.")


def test_an_attachment_is_not_kept_and_its_writer_is_told_so_kindly(to, practice):
    row = came(with_parts(to, WORDS, PHOTO))
    assert written() == ["Look at this."]
    assert row.attachments == 1
    assert "canary" not in InboundMail.objects.get().raw
    (told,) = outbox.outbox
    assert told.to == ["ada@example.org"]
    assert told.extra_headers["Auto-Submitted"] == "auto-replied"
    assert told.extra_headers["In-Reply-To"] == "<1@phone.example>"
    assert "was not kept" in told.body
    assert "Look at this" not in told.body
    assert "TelefonSeelsorge: 0800 111 0 111\n" in told.body


def test_whoever_gets_no_reading_by_email_is_told_without_help_lines(to, ada, practice):
    type(ada).objects.update(discretion="notice")
    came(with_parts(to, WORDS, PHOTO))
    assert "was not kept" in outbox.outbox[0].body
    assert "Emergency" not in outbox.outbox[0].body
    assert "to talk to" not in outbox.outbox[0].body


@pytest.mark.parametrize(("discretion", "says_so"), [("full", True), ("notice", False)])
def test_without_help_lines_they_read_whom_to_call(to, discretion, says_so):
    Practice.objects.update(help_lines="")
    Client.objects.update(discretion=discretion)
    came(with_parts(to, WORDS, PHOTO))
    (told,) = outbox.outbox
    assert ("call now: the emergency number where you are." in told.body) is says_so


def test_they_are_told_once_a_mail_and_once_a_day(to):
    for number in range(3):
        came(with_parts(to, WORDS, PHOTO, message_id=f"<{number}@x>"))
        came(with_parts(to, WORDS, PHOTO, message_id=f"<{number}@x>"))
    assert len(outbox.outbox) == 1
    came(with_parts(to, WORDS, PHOTO, message_id="<4@x>"), later=timedelta(days=1, minutes=1))
    assert len(outbox.outbox) == 2


def test_a_picture_alone_is_answered_as_well(to):
    assert came(with_parts(to, PHOTO)).state == "malformed"
    assert len(outbox.outbox) == 1


def test_the_logo_in_a_signature_is_no_attachment(to):
    assert came(with_parts(to, WORDS, LOGO, kind="related")).attachments == 0
    assert not outbox.outbox


def test_an_address_that_must_not_be_written_to_is_not(to, ada, now):
    Suppression.add(ada.email, Suppression.Why.ASKED, now)
    assert came(with_parts(to, WORDS, PHOTO)).state == "reply"
    assert not outbox.outbox


def test_a_stranger_is_told_nothing(to):
    came(with_parts(to, WORDS, PHOTO, sender="bea@example.net"))
    assert not outbox.outbox


@pytest.mark.parametrize(("language", "says"), [("de", "nicht behalten"), ("es", "no se ha guardado")])
def test_they_are_told_in_their_language(to, ada, language, says):
    ada.language = language
    ada.save()
    came(with_parts(to, WORDS, PHOTO))
    assert says in outbox.outbox[0].body


def test_a_mail_server_that_is_away_harms_nothing(to, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert came(with_parts(to, WORDS, PHOTO)).state == "reply"


def test_no_log_has_a_word_or_an_address(to, caplog):
    caplog.set_level(10)
    came(mail(to, "a-canary-word"))
    came(mail(to, "a-canary-word", sender="bea@example.net", message_id="<2@x>"))
    came(mail(ADDRESS, "a-canary-word"))
    assert "inbound: mail" in caplog.text
    assert not any(word in caplog.text for word in ("canary", "ada@", "bea@", "reply+"))
