"""Every address of the desk, by the name that the admin's resolver knows it by, and how to make one for a row.

A new address belongs into one of these tables. OF_A_ROW is what matters: the address names a row, and another
practitioner must get a 404 there. The tests in this folder fail on a name that stands nowhere.
"""

from django.contrib import admin
from django.urls import resolve, reverse

from practice.assignments.models import Assignment
from practice.assignments.moves import MOVES
from practice.mailing.decisions import DECISIONS
from practice.mailing.models import Delivery, ProviderEvent
from practice.people.account_moves import ACCOUNT_MOVES
from practice.people.audit import AuditEntry
from practice.people.models import Away, Client, Practice, Practitioner, SavedView
from practice.replies.models import ConcernWords
from resources.models import Article, Module, Step
from resources.step_moves import WAYS

#: Name -> the row it is about, and what else the address asks for.
OF_A_ROW = {
    "people_client_consent": (Client, {}),
    "people_client_withdraw": (Client, {}),
    "people_client_trail": (Client, {}),
    "people_client_hand_over": (Client, {}),
    "people_client_archive": (Client, {}),
    "people_client_forget_view": (SavedView, {}),
    "away_forget": (Away, {}),
    "resources_step_preview": (Step, {}),
    "resources_step_move": (Step, {"way": [*WAYS]}),
    "resources_article_again": (Article, {}),
    "resources_module_duplicate": (Module, {}),
    "resources_module_file": (Module, {}),
    "resources_module_share": (Module, {}),
    # Of a colleague's module that is shared: a page to read and copy. See test_shared_modules.py.
    "resources_module_colleague": (Module, {}),
    "assignments_assignment_move": (Assignment, {"slug": [*MOVES]}),
    "assignments_assignment_wording": (Assignment, {"step": [Step]}),
    "assignments_assignment_undo": (Assignment, {}),
    "assignments_assignment_return": (Assignment, {"step": [Step]}),
    "mailing_step_preview": (Step, {}),
    "mailing_step_preview_email": (Step, {}),
    "mailing_step_send_to_myself": (Step, {}),
    "mailing_next_preview": (Assignment, {}),
    "mailing_next_preview_email": (Assignment, {}),
    "mailing_delivery_email": (Delivery, {}),
    "replies_client": (Client, {}),
    "replies_digest": (Client, {}),
    "replies_messages": (Client, {}),
    "replies_invite": (Client, {}),
    "replies_invite_email": (Client, {}),
    "replies_days": (Client, {}),
    "replies_digest_pdf": (Client, {}),
    "mailing_delivery_decide": (Delivery, {"slug": [*DECISIONS]}),
}
#: Pages that are about whoever is signed in, or about nobody.
OF_NO_ROW = {
    *(
        "index",
        "attention",
        "help",
        "me",
        "second_factor",
        "signed_in",
        "still_here",
        "password_change",
        "password_change_done",
        "autocomplete",
        "jsi18n",
    ),
    *("resources_module_starters", "resources_module_from_file", "resources_module_colleagues"),
    *("people_client_import", "people_client_export"),
    *("people_client_save_view", "away"),
}
#: For superusers alone: a 403 for everybody else, whatever the id. Name -> what else the address asks for, or None
#: where it names no row.
OF_THE_INSTALLATION = {
    "people_practitioner_account": {"slug": [*ACCOUNT_MOVES]},
    "overview": None,
}
INSTALLATION_MODELS = {AuditEntry, ConcernWords, Practice, Practitioner, ProviderEvent}
#: Open to everybody, or open to nobody.
OTHERS = {"login", "login_code", "logout", "app_list", "join", None} | {
    f"password_reset{page}" for page in ("", "_done", "_confirm", "_complete")
}

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
    known = OF_A_ROW.keys() | OF_NO_ROW | OF_THE_INSTALLATION.keys() | OTHERS
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


def of_no_row():
    """Every address that names no row: pages about whoever is signed in, lists, and what is open to everybody."""
    doors = {"login", "login_code", "logout"}
    doors |= {f"password_reset{page}" for page in ("", "_done", "_complete")}
    yield from (reverse(f"admin:{name}") for name in sorted(OF_NO_ROW | doors))
    yield reverse("admin:password_reset_confirm", args=("MQ", "no-token"))
    yield from lists()
    yield reverse("admin:app_list", args=("people",))
    yield f"{reverse('admin:index')}nowhere/"


def names_of(urls):
    """The names that the resolver knows these addresses by."""
    return {resolve(url).url_name for url in urls}


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
        if url.name in OF_THE_INSTALLATION:
            more = OF_THE_INSTALLATION[url.name]
            yield from [reverse(f"admin:{url.name}")] if more is None else _with(url, pk, more, None)
        elif found and found[0] in INSTALLATION_MODELS and found[1] in ROW_PAGES:
            yield reverse(f"admin:{url.name}", args=(pk,))
        elif found and found[0] in INSTALLATION_MODELS:
            yield reverse(f"admin:{url.name}")
