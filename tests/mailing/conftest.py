"""What the tests of this room share: planned emails, mail servers and captured mail."""

import pytest

from practice.mailing import planning
from practice.mailing.models import Delivery
from tests.cast import make_assignment, make_client
from tests.mailing.scripted_smtp import scripted_server
from tests.mailing.sending import SLOT, use_server

ARTICLE = (
    '<p>Rest is <strong>not</strong> a reward. See <a href="https://example.com/rest">this page</a>.</p>'
    "<h3>How to begin</h3><ul><li>Sit down</li><li>Breathe &amp; wait</li></ul><blockquote><p>Slowly.</p></blockquote>"
)


@pytest.fixture
def mail_folder(settings, tmp_path):
    """Mail is captured in files, as it is when nothing is configured."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


@pytest.fixture
def sink(settings, smtp_sink):
    """The real SMTP server, and mail goes there."""
    use_server(settings, smtp_sink.address)
    return smtp_sink


@pytest.fixture(params=["250 hello", "250-hello\r\n250 PIPELINING"], ids=["one by one", "pipelining"])
def server(settings, request):
    """An SMTP server that does as it is told, and mail goes there on one connection."""
    settings.CONNECTIONS = 1
    with scripted_server() as server:
        server.usual["EHLO"] = request.param
        use_server(settings, server.server_address)
        yield server


@pytest.fixture
def planned(assignment):
    """Ada's first step, in the outbox."""
    planning.plan(SLOT)
    return Delivery.objects.get()


@pytest.fixture
def several(maya, module, ada):
    """Emails for Ada and four others, in the outbox."""
    for name in ("Bea", "Cem", "Dov", "Eva"):
        make_assignment(make_client(maya, name, f"{name.lower()}@example.org", "Europe/Berlin"), module)
    make_assignment(ada, module)
    planning.plan(SLOT)
    return Delivery.objects.order_by("pk")


@pytest.fixture
def step(module):
    """The first step of the module, with everything that a step can have."""
    step = module.steps.first()
    step.title, step.body, step.minutes = "The body remembers trauma", ARTICLE, 4
    step.content_note = "This one speaks about loss."
    step.save()
    return step
