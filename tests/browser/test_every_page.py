"""Every page of the desk can be used by everybody: each address that the resolver knows, light and dark, on a phone and
on a laptop. A new address is looked at by itself, or named here as one that shows no page.
"""

import pytest
from django.test import Client as Browser
from django.urls import resolve
from django.utils import timezone

from practice.mailing.models import Delivery, ProviderEvent
from practice.people import accounts
from practice.people.audit import Action, note
from practice.people.models import Client, Practitioner, SavedView
from tests.browser.looking import fits, violations
from tests.cast import make_practitioner
from tests.isolation import addresses
from tests.isolation.worlds import world_of

#: They answer with something else than a page, or only to a button.
NO_PAGE = {"logout", "jsi18n", "still_here", "replies_digest_pdf", "resources_module_file"}
#: The letter itself, which stands in a frame of a page at the desk; emails have tests of their own.
LETTERS = {
    *("mailing_step_preview_email", "mailing_next_preview_email", "mailing_delivery_email"),
    "replies_invite_email",
}
SIZES = (390, 1280)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def world(transactional_db, maya, tom):
    """A row of everything, of somebody whose name and address need their room."""
    rows = world_of(maya, "robin")
    ada = rows[Client]
    ada.name = "Wilhelmine-Charlotte von Hohenfels-Sonderhausen"
    ada.email = "wilhelmine-charlotte.von-hohenfels-sonderhausen@a-long-place-name.example.org"
    ada.save()
    Delivery.objects.update(to_address=ada.email)
    return rows


@pytest.fixture(params=["light", "dark"])
def desk(page, live_server, request):
    """Shows pages in one scheme; `desk.sign_in` lets somebody in."""
    page.emulate_media(color_scheme=request.param)

    def sign_in(practitioner):
        browser = Browser()
        browser.force_login(practitioner)
        value = browser.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])

    page.sign_in, page.base = sign_in, live_server.url
    return page


def look_at(desk, urls):
    """Look at each of these that shows a page, once and in both sizes. Returns the names of those that do not."""
    seen, pageless, wrong = set(), set(), []
    for url in urls:
        answer = desk.request.get(desk.base + url)
        is_page = answer.headers.get("content-type", "").startswith("text/html") and answer.status != 405
        name = resolve(url).url_name
        if not is_page or name in LETTERS:
            pageless.add(name)
        elif answer.url not in seen:
            seen.add(answer.url)
            desk.goto(answer.url)
            wrong += [f"{name} ({url}) at {what}" for what in wrong_in_any_size(desk)]
    assert wrong == []
    return pageless


def wrong_in_any_size(desk):
    for width in SIZES:
        desk.set_viewport_size({"width": width, "height": 900})
        yield from (f"{width} px: {found}" for found in violations(desk))
        if not fits(desk):
            yield f"{width} px: something lies beyond the right edge"


def test_every_page_about_a_row_of_ones_own(desk, maya, world):
    for row in world.values():
        note(maya, Action.READ, row, world[Client])
    desk.sign_in(maya)
    assert look_at(desk, addresses.of_rows(lambda model: world[model].pk)) <= NO_PAGE | LETTERS


def test_every_list_every_form_for_something_new_and_every_page_about_oneself(desk, maya, world):
    desk.sign_in(maya)
    view = world[SavedView]
    lists = [*addresses.of_no_row(), f"/desk/people/client/?{view.query}"]
    assert look_at(desk, lists) <= NO_PAGE


def test_every_page_of_whoever_runs_the_installation(desk, superuser, world, tom):
    noor, zoe = (make_practitioner(f"{name}@example.com", name, "Europe/London") for name in ("Noor", "Zoe"))
    Practitioner.objects.filter(pk=noor.pk).update(password="!", is_active=False)
    noor.refresh_from_db()
    accounts.invite(noor, superuser, timezone.now())
    accounts.close(zoe, superuser, True)
    told = {"key": "0", "source": "A provider", "told": "delivered", "delivery": world[Delivery]}
    ProviderEvent.objects.create(pk=tom.pk, **told)
    desk.sign_in(superuser)
    for practitioner in (tom, noor, zoe):
        assert look_at(desk, addresses.of_the_installation(practitioner.pk)) == set()
