"""The sample practice, a client's private link, and browsers to open it with."""

import pytest
from django.core.management import call_command

from resources.models import Prompt, PromptKind
from tests.replies.conftest import deliver

PHONE, DESK, SMALLEST = (
    {"width": 390, "height": 844},
    {"width": 1280, "height": 900},
    {"width": 320, "height": 640},
)
#: Where "Leave this page" leads.
ELSEWHERE = "https://weather.example/"


@pytest.fixture
def seeded(transactional_db, settings):
    """The sample practice. It may be made only while trying things out."""
    settings.DEBUG = True
    call_command("seed_demo", verbosity=0)
    settings.DEBUG = False


@pytest.fixture
def link(live_server, assignment, practice):
    """The private link to a step with questions of all four kinds."""
    practice.leave_to = ELSEWHERE
    practice.save()
    step = assignment.module.steps.first()
    step.body = (
        "<p>Reading number 1.</p><h3>A heading</h3><ul><li>One</li></ul><blockquote><p>Two</p></blockquote>"
    )
    step.minutes, step.content_note = 4, "This one speaks about rest."
    step.save()
    for kind, text in ((PromptKind.CHOICE, "What helps?"), (PromptKind.CHECKLIST, "What was there?")):
        Prompt.objects.create(step=step, position=9, kind=kind, text=text, options=["Rest", "Walking"])
    return f"{live_server.url}/n/{deliver(assignment, step).token}/"


@pytest.fixture
def open_page(browser, live_server):
    """Opens a page in a browser of its own, which asks nobody but us for anything; nor, once left, anybody but them."""
    contexts = []

    def open_(address, size=PHONE, **more):
        context = browser.new_context(viewport=size, **more)
        contexts.append(context)
        context.route(f"{ELSEWHERE}**", lambda route: route.fulfill(body="<title>Rain</title>Rain later."))
        page = context.new_page()
        page.on("request", lambda request: strangers.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(address)
        return page

    strangers, complaints = [], []
    yield open_
    for context in contexts:
        context.close()
    assert all(address.startswith((live_server.url, ELSEWHERE)) for address in strangers)
    assert not [text for text in complaints if "Content Security Policy" in text]
