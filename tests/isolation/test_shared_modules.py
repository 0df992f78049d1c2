"""A shared module is the one thing that colleagues see of each other: its words and its author, to read and copy.

Nothing else follows from it: every other address stays closed, and whose clients receive it, how often, and what they
wrote stays with the author.
"""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.people.models import Client
from resources.models import Module
from tests.isolation import addresses
from tests.isolation.worlds import CANARY, snapshot, world_of

COLLEAGUES = "/desk/resources/module/from-colleagues/"
#: In whatever Maya did not share.
SECRET = "kestrelwing"


@pytest.fixture(autouse=True)
def nothing_of_hers_changes():
    """Maya herself changes things here."""


@pytest.fixture
def hers(maya):
    """Maya's rows, of which the module's words are shared and the client's are not."""
    rows = world_of(maya, SECRET)
    module = rows[Module]
    module.title, module.description, module.is_shared = f"{CANARY} title", f"{CANARY} description", True
    module.save()
    for number, step in enumerate(module.steps.all(), start=1):
        step.title, step.body, step.content_note = f"{CANARY} step {number}", f"<p>{CANARY} body</p>", ""
        step.save()
        step.prompts.update(text=f"{CANARY} question")
    return rows


@pytest.fixture(params=["tom", "superuser"])
def colleague(request, client, hers):
    """A browser in which somebody else is signed in."""
    client.user = request.getfixturevalue(request.param)
    client.force_login(client.user)
    return client


def page_of(module):
    return reverse("admin:resources_module_colleague", args=(module.pk,))


def text_of(response):
    return BeautifulSoup(response.content, "html.parser").find(id="main").get_text(" ", strip=True)


def test_colleagues_find_title_author_and_steps(colleague, hers):
    listed = text_of(colleague.get(COLLEAGUES))
    assert f"{CANARY} title" in listed
    assert "Maya Lindgren" in listed
    assert "2 steps" in listed
    read = text_of(colleague.get(page_of(hers[Module])))
    for words in ("description", "step 1", "body", "question"):
        assert f"{CANARY} {words}" in read


def test_nothing_of_her_clients_is_on_those_pages(colleague, hers):
    for url in (COLLEAGUES, page_of(hers[Module])):
        page = colleague.get(url).content.decode()
        for words in (SECRET, hers[Client].name, hers[Client].email, "maya@example.com"):
            assert words not in page


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_every_other_address_of_hers_stays_closed(colleague, maya, hers, method):
    before = snapshot(maya)
    for url in addresses.of_rows(lambda model: hers[model].pk):
        if url == page_of(hers[Module]):
            continue
        response = getattr(colleague, method)(
            url, {"share": "no", "_save": "1", "title": "Mine"} if method == "post" else {}
        )
        assert response.status_code == 404, f"{method} {url}"
    assert snapshot(maya) == before


def test_lists_forms_and_filters_do_not_offer_it(colleague, hers):
    for url in ["/desk/", *addresses.lists()]:
        page = colleague.get(url, follow=True).content.decode()
        assert CANARY not in page, url
        assert SECRET not in page, url


def test_it_cannot_be_assigned_or_written_into(colleague, hers, bo):
    module = hers[Module]
    colleague.post(reverse("admin:assignments_assignment_add"), {"module": module.pk, "clients": bo.pk})
    form = {"module": module.pk, "title": "Mine", "body": "<p>Mine.</p>", "minutes": "1"}
    colleague.post(reverse("admin:resources_step_add"), form)
    assert not Assignment.objects.filter(client=bo).exists()
    assert module.steps.count() == 2


def test_a_copy_is_the_colleagues_own_and_leaves_hers_alone(colleague, maya, hers):
    before = snapshot(maya)
    colleague.post(page_of(hers[Module]))
    copy = Module.objects.of(colleague.user).get()
    assert copy.content() == hers[Module].content()
    assert not copy.is_shared
    assert not copy.assignments.exists()
    copy.steps.all().delete()
    assert snapshot(maya) == before


def test_a_second_copy_says_so_in_its_title(colleague, hers):
    colleague.post(page_of(hers[Module]))
    assert "You already have a module with this title" in text_of(colleague.get(page_of(hers[Module])))
    colleague.post(page_of(hers[Module]))
    titles = Module.objects.of(colleague.user).values_list("title", flat=True)
    assert sorted(titles) == sorted([f"{CANARY} title", f"Copy of {CANARY} title"])


def test_unsharing_works_at_once_and_copies_stay(colleague, client, maya, hers):
    module = hers[Module]
    colleague.post(page_of(module), follow=True)
    client.force_login(maya)
    client.post(reverse("admin:resources_module_share", args=(module.pk,)), {"share": "no"}, follow=True)
    client.force_login(colleague.user)
    assert CANARY not in text_of(colleague.get(COLLEAGUES))
    for method in ("get", "head", "post"):
        assert getattr(colleague, method)(page_of(module)).status_code == 404
    assert Module.objects.of(colleague.user).count() == 1


def test_a_module_is_private_until_its_author_shares_it(client, tom, maya, module):
    client.force_login(tom)
    assert client.get(page_of(module)).status_code == 404
    client.force_login(maya)
    share = reverse("admin:resources_module_share", args=(module.pk,))
    client.get(share)
    module.refresh_from_db()
    assert not module.is_shared
    client.post(share, {"share": "yes"})
    client.force_login(tom)
    assert module.title in text_of(client.get(COLLEAGUES))


def test_ones_own_and_those_of_somebody_who_left_are_not_among_them(client, maya, tom, hers):
    client.force_login(maya)
    assert CANARY not in text_of(client.get(COLLEAGUES))
    maya.is_active = False
    maya.save()
    client.force_login(tom)
    assert "No colleague shares a module yet" in text_of(client.get(COLLEAGUES))
    assert client.get(page_of(hers[Module])).status_code == 404
