"""Every address of the desk, by the name that the admin's resolver knows it by, and how to make one for a row.

A new address belongs into one of these tables. OF_A_ROW is what matters: the address names a row, and another
practitioner must get a 404 there. The tests in this folder fail on a name that stands nowhere.
"""

from django.contrib import admin
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.assignments.moves import MOVES
from practice.mailing.decisions import DECISIONS
from practice.mailing.models import Delivery, ProviderEvent
from practice.people.models import Client, Practice, Practitioner
from resources.models import Step

#: Name -> the row it is about, and what else the address asks for.
OF_A_ROW = {
    "people_client_consent": (Client, {}),
    "people_client_withdraw": (Client, {}),
    "resources_step_preview": (Step, {}),
    "assignments_assignment_move": (Assignment, {"slug": [*MOVES]}),
    "assignments_assignment_return": (Assignment, {"step": [Step]}),
    "mailing_step_preview": (Step, {}),
    "mailing_step_preview_email": (Step, {}),
    "mailing_delivery_email": (Delivery, {}),
    "mailing_delivery_decide": (Delivery, {"slug": [*DECISIONS]}),
}
#: Pages that are about whoever is signed in, or about nobody.
OF_NO_ROW = {"index", "me", "password_change", "password_change_done", "autocomplete", "jsi18n"}
#: For superusers alone: a 403 for everybody else, whatever the id.
OF_THE_INSTALLATION = {"auth_user_password_change"}
INSTALLATION_MODELS = {Practice, Practitioner, ProviderEvent}
#: Open to everybody, or open to nobody.
OTHERS = {"login", "logout", "app_list", None}

#: The pages that every model at the desk has, unless its admin leaves them out.
ROW_PAGES = {"change", "delete", "history"}
LIST_PAGES = {"changelist", "add"}


def patterns(urls=None):
    """Every pattern of the desk."""
    for url in admin.site.get_urls() if urls is None else urls:
        yield from patterns(url.url_patterns) if hasattr(url, "url_patterns") else [url]


def models():
    """Each model at the desk, by the beginning of its addresses' names."""
    return {f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry}


def page_of(name):
    """(model, page) for the name of one of the pages that every model has, else None."""
    stem, _, page = (name or "").rpartition("_")
    return (models()[stem], page) if stem in models() and page in ROW_PAGES | LIST_PAGES else None


def unclassified():
    """The names that stand in none of the tables."""
    known = OF_A_ROW.keys() | OF_NO_ROW | OF_THE_INSTALLATION | OTHERS
    return sorted({url.name for url in patterns() if url.name not in known and page_of(url.name) is None})


def of_rows(pk_of):
    """Every address about an owned row. `pk_of` gives the id to put in for a model."""
    for url in patterns():
        if url.name in OF_A_ROW:
            model, more = OF_A_ROW[url.name]
            yield from _with(url, pk_of(model), more, pk_of)
        elif (found := page_of(url.name)) and found[1] in ROW_PAGES and found[0] not in INSTALLATION_MODELS:
            yield reverse(f"admin:{url.name}", args=(pk_of(found[0]),))
    for stem, model in models().items():
        if model not in INSTALLATION_MODELS:  # the bare id, which redirects to the page
            yield f"{reverse(f'admin:{stem}_changelist')}{pk_of(model)}/change/"


def _with(url, pk, more, pk_of):
    """An address with the id and each of the other values it may have."""
    name = f"admin:{url.name}"
    own = next(key for key in url.pattern.converters if key not in more)
    if not more:
        yield reverse(name, kwargs={own: pk})
    for key, values in more.items():
        for value in values:
            yield reverse(name, kwargs={own: pk, key: value if isinstance(value, str) else pk_of(value)})


def lists():
    """The address of every list and every form for something new, of rows that have an owner."""
    for url in patterns():
        found = page_of(url.name)
        if found and found[1] in LIST_PAGES and found[0] not in INSTALLATION_MODELS:
            yield reverse(f"admin:{url.name}")


def of_the_installation(pk):
    """Every address that only a superuser may open."""
    for url in patterns():
        found = page_of(url.name)
        if url.name in OF_THE_INSTALLATION or (
            found and found[0] in INSTALLATION_MODELS and found[1] in ROW_PAGES
        ):
            yield reverse(f"admin:{url.name}", args=(pk,))
        elif found and found[0] in INSTALLATION_MODELS:
            yield reverse(f"admin:{url.name}")
