"""Each kind of our emails as a spam filter sees it: SpamAssassin, by Debian's rules, which ask nobody."""

import re
import subprocess

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from practice.desk import handing_over
from practice.mailing import notices
from practice.mailing.models import Notice
from practice.mailing.one_by_one import hand_over
from practice.people import accounts
from practice.people.models import Client, Practitioner
from practice.people.posting import post
from practice.replies import alerts, refused_attachments
from tests.components import find_spam_filter, missing, wait_until
from tests.mailing.sending import send_due, use_server

MOST = 1.0
#: How the client's mail server notes where an email came from: an address of nobody (RFC 3849), with a name.
RECEIVED = (
    "Received: from mail.linden-house.example (mail.linden-house.example [IPv6:2001:db8::7])\r\n"
    "\tby mx.example.org (Postfix) with ESMTPS id 4Fq0; {date}\r\n"
)
#: The reading, as long and as plain as readings are.
READING = "<p>{}</p>".format(
    "</p><p>".join(
        [
            "A good rest does not begin when everything is done. It begins with a chair, a window and ten minutes.",
            "You may notice that the hands are busy long after the work is over. Let them lie where they are.",
            "Some people find it easier to rest when somebody else is in the room. Others need a closed door.",
        ]
        * 4
    )
)


#: What every such filter knows as spam, so that it can be seen to work.
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


@pytest.fixture
def sink(settings, smtp_sink):
    """The real SMTP server, and mail goes there, from an address such as practices have."""
    use_server(settings, smtp_sink.address)
    settings.PUBLIC_BASE_URL = "https://letters.linden-house.example"
    settings.DEFAULT_FROM_EMAIL = "letters@linden-house.example"
    return smtp_sink


@pytest.fixture
def score(tmp_path):
    """Gives (points, rules that it met) of each mail; takes and returns a dict by whatever names."""
    program = find_spam_filter()
    if program is None:
        missing("no SpamAssassin: install spamassassin")

    def score(mails):
        # They come out in another order, so each carries its name.
        box = tmp_path / "mails.mbox"
        box.write_bytes(
            b"".join(
                b"From us@example.com Sun Mar  8 17:00:00 2026\nX-Name: %b\n%b" % (name.encode(), mail)
                for name, mail in mails.items()
            )
        )
        (tmp_path / "preferences").write_text("report_safe 0\nuse_bayes 0\n")
        command = [program, "--local", "--mbox", "--prefspath", str(tmp_path / "preferences"), str(box)]
        nowhere = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        seen = subprocess.run(
            command, env=nowhere, check=True, capture_output=True, timeout=120
        ).stdout.decode(errors="replace")
        found = re.findall(
            r"^X-Spam-Status: \w+, score=(-?[\d.]+) .*?tests=([\w,\s]+?)\s+autolearn.*?^X-Name: (.*?)$",
            seen,
            re.M | re.S,
        )
        scores = {name: (float(points), re.sub(r"\s", "", rules)) for points, rules, name in found}
        assert scores.keys() == mails.keys(), seen[:2000]
        return scores

    return score


def arrived(sink):
    """The one email that came, as it lies in the mailbox."""
    (mail,) = sink.mails
    sink.clear()
    lines = mail.content.decode()
    assert re.search(r"^Message-ID: <\S+@linden-house\.example>\s*$", lines, re.M), "it names this machine"
    date = re.search(r"^Date: (.*)$", lines, re.M)[1].strip()
    return (RECEIVED.format(date=date) + lines).replace("\r\n", "\n").encode() + b"\n\n"


def step_mails(ada, assignment, sink):
    """A step in each language, with the reading in it and as a notice only."""
    assignment.rest_after(0)
    for language in ("en", "de", "es"):
        for discretion in Client.Discretion:
            Client.objects.filter(pk=ada.pk).update(language=language, discretion=discretion)
            assignment.refresh_from_db()
            send_due(assignment.next_due_at)
            yield f"step {language} {discretion}", arrived(sink)


def test_the_filter_knows_spam(score, maya, sink):
    post(maya.email, "Something for you", GTUBE)
    (points, rules) = score({"spam": arrived(sink)})["spam"]
    assert points > 100, rules


def test_no_step_looks_like_spam(score, ada, assignment, module, sink):
    for number in range(4, 8):  # with its three, one for each mail
        module.steps.create(position=number, title=f"Ten quiet minutes {number}")
    module.steps.update(body=READING, minutes=4)
    check(score(dict(step_mails(ada, assignment, sink))))


def test_no_short_email_looks_like_spam(score, ada, sink):
    mails, now = {}, timezone.now()
    for language in ("en", "de", "es"):
        Client.objects.filter(pk=ada.pk).update(language=language)
        ada.refresh_from_db()
        for kind in Notice.Kind:
            notice = notices.drafted(ada, kind, now)
            notice.to_address = ada.email
            hand_over(notices.letter(notice))
            mails[f"{kind} {language}"] = arrived(sink)
    check(score(mails))


def test_no_plain_email_looks_like_spam(score, ada, maya, tom, sink, client):
    mails, now = {}, timezone.now()
    newcomer = Practitioner(email="noor@linden-house.example", name="Noor Haddad", time_zone="Europe/Berlin")
    accounts.invite(newcomer, maya, now)
    mails["invitation"] = arrived(sink)
    client.post(reverse("admin:password_reset"), {"email": maya.email})
    wait_until(lambda: sink.mails, "the email, which is sent on the side")
    mails["new password"] = arrived(sink)
    accounts.tell_old_address(tom, "tom@linden-house.example", maya)
    mails["other address"] = arrived(sink)
    handing_over.tell_colleague(tom)
    mails["handed to you"] = arrived(sink)
    for kind in alerts.KINDS:
        text = render_to_string(kind.template, {"desk": "https://letters.linden-house.example/desk/"})
        post(maya.email, kind.subject, text)
        mails[kind.column] = arrived(sink)
    for language in ("en", "de", "es"):
        Client.objects.filter(pk=ada.pk).update(language=language)
        ada.refresh_from_db()
        refused_attachments.tell(ada, "<their@mail.example.org>")
        mails[f"attachment {language}"] = arrived(sink)
        handing_over.tell(ada, tom, handing_over.words_for(ada, tom))
        mails[f"handed over {language}"] = arrived(sink)
    check(score(mails))


def check(points):
    too_many = {name: found for name, found in points.items() if found[0] > MOST}
    assert too_many == {}
