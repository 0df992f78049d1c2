"""One walk over every address that the resolver of the desk knows, with every method, and with Maya's ids in every
place an id can go: the path, the query, the form.

Neither status nor headers nor body may tell of her rows, nor differ from what an id of nobody gets.
"""

from urllib.parse import urlencode

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client as Browser
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.people.audit import Action, note
from practice.people.models import Client
from resources.models import Step
from tests.isolation import addresses
from tests.isolation.asking import ask, plain, undone
from tests.isolation.worlds import NOBODY, OWNED

#: Some five thousand requests.
pytestmark = pytest.mark.timeout(400)

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
#: An address of a row that nobody has.
NOWHERE = f"/desk/people/client/{NOBODY}/change/"
#: They show a page or refuse, and read no form: for them it is enough that nothing is told.
SILENT = ("head", "put", "patch", "delete", "options")


def in_every_place(pk_of, owner):
    """One dictionary that names a row of every kind in every way a page may read it."""
    named = {}
    for model in OWNED:
        name, pk = model._meta.model_name, pk_of(model)
        named |= {name: pk, f"{name}s": pk, f"{name}_id": pk, f"{model.owner_path}__id__exact": owner}
    step, client = pk_of(Step), pk_of(Client)
    return named | {
        "id": client,
        "pk": client,
        "object_id": client,
        "_selected_action": [client, step],
        "practitioner": owner,
        "practitioner_id": owner,
        "owner": owner,
        "_move": f"{step}:up",
        "select_across": "1",
        "index": "0",
        "post": "yes",
        "mark": "read",
        "confirm": "yes",
        "_popup": "1",
        "_to_field": "id",
        "_changelist_filters": f"client__id__exact={client}",
        "prompts-TOTAL_FORMS": "1",
        "prompts-INITIAL_FORMS": "1",
        "prompts-0-id": pk_of(OWNED[-1]),
        "app_label": "assignments",
        "model_name": "assignment",
        "field_name": "client",
        "term": "",
        "q": "x",
        "next": reverse("admin:people_client_change", args=(client,)),
    }


def in_the_query(named):
    """As a query. The words that a list would take for a filter it does not know stay out: each alone is tried
    elsewhere, and together they would hide the others behind a redirect."""
    kept = {name: value for name, value in named.items() if "__" not in name and name != "q"}
    return urlencode(kept, doseq=True)


@pytest.fixture
def walk(intruder, hers, maya):
    """Send every method to an address with her ids in every place, and the same with nobody's ids."""
    theirs = in_every_place(lambda model: hers[model].pk, maya.pk)
    nobodys = in_every_place(lambda model: NOBODY, NOBODY)
    browser, signed_in = Browser(), intruder.cookies.copy()

    def send(method, url, named):
        browser.cookies = signed_in.copy()  # as one of the addresses signs out
        body = named if method in ("post", "put", "patch", "delete") else None
        return undone(lambda: ask(browser, method, f"{url}?{in_the_query(named)}", body))

    not_found = {method: plain(send(method, NOWHERE, nobodys)[1]) for method in METHODS}

    def both(url, missing=None):
        for method in METHODS:
            response, text = send(method, url, theirs)
            # What is not found has one page, whatever was asked for. Everything else is compared with its like.
            if plain(text) != not_found[method] and (missing or method not in SILENT):
                other, other_text = send(method, missing or url, nobodys)
                assert response.status_code == other.status_code, f"{method.upper()} {url}"
                assert plain(text) == plain(other_text), f"{method.upper()} {url} differs for an id of nobody"
            yield method, response

    return both


def test_every_address_and_method_with_anothers_ids_everywhere(walk, intruder, hers, his, maya):
    walked = set()

    # Of her rows: not found.
    rows = addresses.of_rows(lambda model: hers[model].pk), addresses.of_rows(lambda model: NOBODY)
    for url, missing in zip(*rows, strict=True):
        walked.add(url)
        for method, response in walk(url, missing):
            allowed = {404} if method in ("get", "head", "post") else {404, 405}
            assert response.status_code in allowed, f"{method.upper()} {url}"

    # Of one's own rows, and of none.
    own = addresses.of_rows(lambda model: his[model].pk) if intruder.user.email.startswith("tom") else ()
    for url in (*own, *addresses.of_no_row()):
        walked.add(url)
        assert list(walk(url))

    # Of the installation: closed, or open to whoever runs it, and silent about clients.
    for url in addresses.of_the_installation(maya.pk):
        walked.add(url)
        for method, response in walk(url):
            if not intruder.user.is_superuser:
                assert response.status_code in {403, 404, 405}, f"{method.upper()} {url}"

    # Of an invitation: the same whoever it is for.
    links = [reverse("admin:join", args=(pk, "no-token")) for pk in (maya.pk, NOBODY)]
    walked.add(links[0])
    assert list(walk(*links))

    known = {url.name for url in addresses.patterns()}
    assert known - addresses.names_of(walked) == set(), "not walked"


def test_a_row_of_hers_below_a_row_of_ones_own_is_not_found(client, tom, hers, his):
    client.force_login(tom)
    name = "admin:assignments_assignment_return"
    for method in ("get", "post"):
        answers = [
            ask(client, method, reverse(name, args=(his[Assignment].pk, step)))
            for step in (hers[Step].pk, NOBODY)
        ]
        assert [response.status_code for response, _ in answers] == [404, 404]
        assert plain(answers[0][1]) == plain(answers[1][1])


def test_nothing_of_hers_is_opened_by_the_address_that_django_keeps_for_its_site(intruder, hers):
    for model, row in hers.items():
        kind = ContentType.objects.get_for_model(model).pk
        for place in (model._meta.app_label, kind):
            assert intruder.get(f"/desk/r/{place}/{row.pk}/").status_code == 404


def test_what_was_done_with_her_rows_is_told_to_nobody_else(intruder, hers, maya):
    for row in hers.values():
        note(maya, Action.READ, row, hers[Client])
    for url in [*addresses.of_the_installation(maya.pk), *addresses.lists(), "/desk/"]:
        ask(intruder, "get", url)


def test_an_address_of_hers_is_no_error_when_one_takes_it(client, tom, hers, his):
    """The unique address is asked for among one's own clients, also of one who is there already."""
    client.force_login(tom)
    taken, own = hers[Client].email, his[Client]
    fields = {"name": "Robin", "email": taken, "time_zone": "UTC", "language": "en", "discretion": "full"}
    response = client.post(reverse("admin:people_client_change", args=(own.pk,)), fields)
    assert response.status_code == 302
    own.refresh_from_db()
    assert own.email == taken
