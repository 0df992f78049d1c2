"""Nobody sees, changes, or learns of another practitioner's rows: every address of the desk is tried.

Maya's rows are full of canaries. Tom, and a superuser, send her ids in every place where an id can go. Three things
are asked each time: no canary in any answer, the same answer as for an id that is nobody's, and not one of her
stored values changed.
"""

import re

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.urls import reverse

from practice.people.owned_admin import InstallationAdmin, OwnedAdmin
from practice.people.ownership import Owned
from tests.isolation import addresses
from tests.isolation.asking import ask, everything_in, plain, undone
from tests.isolation.worlds import BAIT, CANARY, NOBODY, OWNED, snapshot

# --- Nothing is forgotten


def test_every_address_of_the_desk_is_classified():
    assert not (names := addresses.unclassified()), (
        f"Nobody has said what these addresses are about: {names}. Add each to a table in "
        f"tests/isolation/addresses.py; one with a row's id in it belongs into OF_A_ROW."
    )


def test_every_owned_model_has_a_row_with_canaries(hers):
    assert set(hers) == set(OWNED), "give tests/isolation/worlds.py a row of the new model"


def test_every_page_over_owned_rows_is_built_on_the_owned_base():
    for model, page in admin.site._registry.items():
        base = OwnedAdmin if issubclass(model, Owned) else InstallationAdmin
        assert isinstance(page, base), f"{model.__name__} is at the desk without {base.__name__}"


def test_the_canaries_can_be_seen_by_their_owner(client, maya, hers):
    """Otherwise the other tests here would prove nothing."""
    client.force_login(maya)
    seen = [
        url
        for url in addresses.of_rows(lambda model: hers[model].pk)
        if CANARY in everything_in(client.get(url))
    ]
    assert len(seen) > 20
    for url in addresses.lists():
        if url.endswith("add/") or "library" in url:
            continue
        assert CANARY in everything_in(client.get(url)), url


# --- The installation


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_installations_pages_are_closed_to_practitioners(client, tom, maya, hers, method):
    client.force_login(tom)
    for url in addresses.of_the_installation(maya.pk):
        assert ask(client, method, url)[0].status_code in {403, 404, 405}, f"{method} {url}"


# --- In the query


def queries(page, pk_of, owner):
    """Ways to name a row in the query of a page, with the ids given."""
    everything = [
        f"{model._meta.model_name}{plural}={pk_of(model)}" for model in OWNED for plural in ("", "s")
    ]
    yield "&".join([*everything, f"practitioner={owner}"])
    model = next(
        (model for stem, model in addresses.models().items() if stem.replace("_", "/") in page), None
    )
    if model is None or page.endswith("add/"):
        return
    yield f"id__exact={pk_of(model)}"
    yield f"pk__in={pk_of(model)}"
    yield f"_to_field=id&_popup=1&id={pk_of(model)}"
    for path in (model.owner_path, *LONGER_PATHS):
        *steps, last = path.split("__")
        value = owner if last == "practitioner" else pk_of(ROWS[last])
        yield f"{path}__id__exact={value}"
        if not steps:
            yield f"{path}={value}"


ROWS = {model._meta.model_name: model for model in OWNED}
LONGER_PATHS = ("client", "module", "step", "assignment__client", "delivery__assignment__client")

#: The same for everybody: a search for a word of hers, and parameters that Django or the skin knows.
ODD = [
    f"q={BAIT}",
    "_to_field=email&_popup=1",
    "all=&o=-1&_facets=True",
    "e=1",
    "p=9&initial=1&_source_model=x",
]


def test_anothers_id_in_a_query_is_like_an_id_of_nobody(intruder, hers, maya):
    for page in ["/desk/", *addresses.lists()]:
        theirs = queries(page, lambda model: hers[model].pk, maya.pk)
        nobodys = queries(page, lambda model: NOBODY, NOBODY)
        for query, missing in zip(theirs, nobodys, strict=True):
            response, text = ask(intruder, "get", f"{page}?{query}")
            other, other_text = ask(intruder, "get", f"{page}?{missing}")
            assert response.status_code == other.status_code, f"{page}?{query}"
            assert plain(text) == plain(other_text), f"{page}?{query}"


def test_no_odd_query_shows_anothers_rows(intruder, hers):
    for page in ["/desk/", *addresses.lists()]:
        for query in ODD:
            ask(intruder, "get", f"{page}?{query}")


def test_suggestions_come_from_own_rows(intruder, hers):
    from django.apps import apps

    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete:
                for term in ("", BAIT):
                    query = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}"
                    ask(intruder, "get", f"/desk/autocomplete/?{query}&field_name={field.name}&term={term}")


# --- In a form


def forms_in(response):
    """Of every form on a page: what it would send as it stands, and where."""
    for form in BeautifulSoup(response.content, "html.parser").find_all(
        "form", method=re.compile("post", re.I)
    ):
        if "logout" in (form.get("action") or ""):
            continue
        fields = {}
        for field in form.find_all(["input", "textarea", "select"]):
            if not field.get("name") or (
                field.get("type") in ("checkbox", "radio") and not field.has_attr("checked")
            ):
                continue
            chosen = field.find("option", selected=True) if field.name == "select" else None
            fields[field["name"]] = (
                chosen.get("value", "") if chosen else field.get("value") or field.text.strip()
            )
        names = {field["name"] for field in form.find_all(["input", "select"]) if field.get("name")}
        yield fields, names


def named_like_a_row(name):
    """The models whose ids a field of this name may take."""
    last = re.split(r"[-_]", name)[-1]
    found = [model for model in OWNED if model._meta.model_name in (last, last.rstrip("s"), name)]
    return found or ([*OWNED] if last in ("id", "action") or name.endswith("-id") else [])


def test_anothers_id_in_a_form_is_like_an_id_of_nobody(intruder, hers, his):
    pages = [*addresses.lists(), *addresses.of_rows(lambda model: his[model].pk)]
    tried = 0
    for page in pages:
        shown = intruder.get(page)
        if shown.status_code != 200:
            continue
        for fields, names in forms_in(shown):
            for name, models in ((name, named_like_a_row(name)) for name in names):
                if not models:
                    continue
                answers = [
                    plain(undone(lambda: ask(intruder, "post", page, fields | {name: str(pk)})[1]))  # noqa: B023
                    for pk in dict.fromkeys((*(hers[model].pk for model in models), NOBODY))
                ]
                assert len(set(answers)) == 1, f"{page} with {name} of another's {models}"
                tried += len(models)
    if intruder.user.email.startswith("tom"):
        assert tried > 10


def test_no_action_on_a_list_reaches_anothers_rows(intruder, hers):
    for stem, model in addresses.models().items():
        page = admin.site._registry[model]
        if not isinstance(page, OwnedAdmin):
            continue
        actions = [*(page.actions or ()), "delete_selected"]
        for action in actions:
            for across in ("0", "1"):
                sent = {"action": action, "select_across": across, "index": "0", "post": "yes"}
                ask(
                    intruder,
                    "post",
                    reverse(f"admin:{stem}_changelist"),
                    sent | {"_selected_action": [hers[model].pk]},
                )


def test_a_client_of_a_colleague_can_be_added_and_nothing_is_told(intruder, hers):
    from practice.people.models import Client

    taken = hers[Client].email
    fields = {
        "name": "Same address",
        "email": taken,
        "time_zone": "Europe/Berlin",
        "language": "en",
        "discretion": "full",
    }
    response = intruder.post(reverse("admin:people_client_add"), fields)
    assert response.status_code == 302
    assert Client.objects.of(intruder.user).filter(email=taken).count() == 1


def test_an_own_address_used_twice_is_told_by_the_field(client, tom, bo):
    client.force_login(tom)
    fields = {
        "name": "Again",
        "email": "BO@example.org",
        "time_zone": "UTC",
        "language": "en",
        "discretion": "full",
    }
    page = client.post(reverse("admin:people_client_add"), fields)
    assert page.context["adminform"].form.errors["email"] == ["Your client Bo already has this address."]


def test_nobody_can_give_a_row_to_somebody_else(client, tom, maya, bo):
    client.force_login(tom)
    fields = {
        "name": "Bo",
        "email": "bo@example.org",
        "time_zone": "UTC",
        "language": "en",
        "discretion": "full",
    }
    client.post(reverse("admin:people_client_change", args=(bo.pk,)), fields | {"practitioner": maya.pk})
    bo.refresh_from_db()
    assert bo.practitioner == tom
    assert bo.time_zone == "UTC", "the rest was saved"


# --- Not signed in


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_without_signing_in_every_address_leads_to_the_sign_in_page(client, hers, maya, method):
    urls = [
        *addresses.of_rows(lambda model: hers[model].pk),
        *addresses.of_the_installation(maya.pk),
        *addresses.lists(),
        *(reverse(f"admin:{name}") for name in addresses.OF_NO_ROW),
        "/desk/people/",
        "/desk/nowhere/",
    ]
    for url in urls:
        response = getattr(client, method)(url)
        assert response.status_code == 302, f"{method} {url}"
        assert response.url.startswith(reverse("admin:login")), url


def test_somebody_who_may_no_longer_sign_in_sees_nothing(client, tom, his):
    client.force_login(tom)
    tom.is_active = False
    tom.save()
    for url in [*addresses.lists(), *addresses.of_rows(lambda model: his[model].pk)]:
        assert client.get(url).status_code == 302, url


# --- Looking changes nothing


def test_a_get_of_any_address_changes_nothing_of_ones_own(client, maya, hers):
    client.force_login(maya)
    before = snapshot(maya)
    for method in ("get", "head"):
        for url in [*addresses.lists(), *addresses.of_rows(lambda model: hers[model].pk), "/desk/"]:
            getattr(client, method)(url)
    after = snapshot(maya)
    # A practitioner's question library begins as a copy of ours the first time it is looked at.
    assert {name for name in before if before[name] != after[name]} <= {"LibraryPrompt"}


def test_superusers_see_that_somebody_practises_here_and_none_of_their_clients(client, superuser, hers):
    client.force_login(superuser)
    assert "Maya" in client.get(reverse("admin:people_practitioner_changelist")).content.decode()
    assert BAIT not in client.get(reverse("admin:people_client_changelist")).content.decode()
