"""Where a client is named apart from their own rows: saved searches, open sessions, the log of what was done."""

import re
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Exists, OuterRef
from django.db.models.functions import Cast
from django.http import QueryDict

from practice.desk.as_typed import as_typed
from practice.desk.models import SignedIn
from practice.desk.sessions import SessionStore
from practice.mailing.models import Notice
from practice.people.audit import AuditEntry
from practice.people.models import Client, SavedView
from practice.people.ownership import Owned
from practice.replies.models import Code, Reply


def practitioners_of(client: Client) -> set[int]:
    """The ids of whoever may have had them as a client: their practitioner, and all who did anything with their things.

    Who handed them over is not enough: it need not be who had them, see `handing_all_over`.
    """
    trail = AuditEntry.objects.about(client).filter(actor__isnull=False)
    return {client.practitioner_id, *trail.order_by().values_list("actor", flat=True).distinct()}


# --- Saved searches -------------------------------------------------------------------------------


def forget_views(client: Client, addresses: Collection[str], whose: Collection[int]) -> None:
    """Delete the saved searches that look for this client, by name or by one of these addresses of theirs, or are
    called by it."""
    names = _words_of_each(client.name, client.greeting)
    whole = _words_of_each(*addresses)
    before_the_at = _words_of_each(*(address.partition("@")[0] for address in addresses))
    for view in SavedView.objects.filter(practitioner__in=whose):
        sought, called = _words(QueryDict(view.query).get("q", "")), _words(view.name)
        searches = any(set(name) & set(sought) for name in names) or _any_within(before_the_at, sought)
        if searches or _any_within(names + whole, called):
            view.delete()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", as_typed(text))


def _words_of_each(*texts: str) -> list[list[str]]:
    return [words for words in map(_words, texts) if words]


def _any_within(names: Collection[list[str]], words: list[str]) -> bool:
    """Whether one of the names stands in these words, as whole words."""
    return any(f" {' '.join(name)} " in f" {' '.join(words)} " for name in names)


# --- Open sessions --------------------------------------------------------------------------------


def forget_sessions(client: Client, whose: Collection[int]) -> None:
    """Take out of every open browser what leads to this client, and what the desk was about to say to `whose`."""
    replies = set(Reply.objects.filter(client=client).values_list("pk", flat=True))
    codes = set(
        Code.objects.filter(notice__in=Notice.objects.filter(client=client)).values_list("pk", flat=True)
    )
    store = SessionStore()
    for row in SignedIn.objects.all().iterator():
        data = store.decode(row.session_data)
        kept = _without(data, client.pk, replies, codes)
        if row.practitioner_id in whose:
            kept.pop("_messages", None)
        if kept != data:
            SignedIn.objects.filter(pk=row.pk).update(session_data=store.encode(kept))


def _without(data: dict[str, Any], client: int, replies: set[int], codes: set[int]) -> dict[str, Any]:
    """The same session without this client: their own page, the code for it, and what they wrote in this browser."""
    kept = dict(data)
    if kept.get("own_page", {}).get("client") == client:
        del kept["own_page"]
    if kept.get("code") in codes:
        del kept["code"]
    if replies & {*kept.get("replies", [])}:
        kept["replies"] = [pk for pk in kept["replies"] if pk not in replies]
    return kept


# --- The log of what was done ---------------------------------------------------------------------


def blank_log(whose: Collection[int]) -> None:
    """Leave no words in what these practitioners' logs say of clients' things that are gone."""
    for model in apps.get_models():
        if issubclass(model, Owned) and (model is Client or "client" in model.owner_path.split("__")):
            there = model._base_manager.filter(pk=Cast(OuterRef("object_id"), BigIntegerField()))
            about = LogEntry.objects.filter(
                user__in=whose, content_type=ContentType.objects.get_for_model(model)
            )
            about = about.exclude(object_repr="", change_message="")
            about.filter(~Exists(there)).update(object_repr="", change_message="")
