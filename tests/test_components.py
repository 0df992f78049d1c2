"""The suite stands on real components: each is there, is its own, and does what the tests believe."""

import smtplib

import pytest
from django.core.mail import get_connection, send_mail

from practice.people.models import Practitioner
from tests.components import wait_until


def send_one(sink, to="client@example.com"):
    host, port = sink.address
    with smtplib.SMTP(host, port) as connection:
        connection.sendmail("maya@example.com", [to], b"Subject: a letter\r\n\r\nHello.\r\n")


def test_the_mail_server_remembers_envelope_and_bytes(smtp_sink):
    send_one(smtp_sink)
    (mail,) = smtp_sink.to("client@example.com")
    assert mail.mail_from == "maya@example.com"
    assert b"Subject: a letter" in mail.content


@pytest.mark.parametrize(
    ("phase", "error"),
    [
        ("MAIL", smtplib.SMTPSenderRefused),
        ("RCPT", smtplib.SMTPRecipientsRefused),
        ("DATA", smtplib.SMTPDataError),
    ],
)
def test_the_mail_server_can_be_told_to_refuse_in_one_phase(smtp_sink, phase, error):
    smtp_sink.answer(phase, "550 5.1.1 Nobody of that name lives here")
    with pytest.raises(error):
        send_one(smtp_sink)
    assert smtp_sink.mails == []


def test_the_address_of_the_mail_server_works_as_email_url(smtp_sink):
    import environ

    config = environ.Env.email_url_config(smtp_sink.url)
    connection = get_connection(config["EMAIL_BACKEND"], host=config["EMAIL_HOST"], port=config["EMAIL_PORT"])
    send_mail("A letter", "Hello", "maya@example.com", ["client@example.com"], connection=connection)
    assert len(smtp_sink.mails) == 1


def test_another_process_sees_the_rows_of_a_test(start_process, capfd):
    Practitioner.objects.create_user("somebody@example.com", "a-long-password")
    code = "from practice.people.models import Practitioner as P; print('saw', P.objects.get().email)"
    process = start_process("django", "shell", "--no-imports", "-c", code)
    assert process.wait(timeout=30) == 0
    assert "saw somebody@example.com" in capfd.readouterr().out


def test_a_real_worker_takes_tasks_from_the_broker(worker, broker):
    process = worker()
    assert process.poll() is None
    process.terminate()
    wait_until(lambda: process.poll() is not None, "the worker to stop")


@pytest.mark.django_db(transaction=True)
def test_the_browser_shows_a_page_of_the_live_server(page, live_server):
    page.goto(f"{live_server}/desk/login/")
    assert page.get_by_role("button").count() >= 1
