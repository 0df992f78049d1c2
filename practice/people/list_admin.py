"""The list of clients as its practitioner likes to look at it: saved views, and who is archived."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.people import audit
from practice.people.archiving import archive, bring_back, going_on
from practice.people.models import Client
from practice.people.ownership import practitioner_of
from practice.people.saved_views import LONGEST, SavedView, what_is_shown

# --- Saved views ----------------------------------------------------------------------------------


def views_context(request: HttpRequest) -> dict[str, Any]:
    """The practitioner's own views, and what the list shows now."""
    shown = what_is_shown(request.GET)
    views = list(SavedView.objects.of(practitioner_of(request)))
    return {
        "saved_views": views,
        "shown_now": shown,
        "view_now": next((view for view in views if view.query == shown), None),
    }


def save_view(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows under a name. GET does nothing."""
    if request.method != "POST":
        return _to_list()
    name, query = " ".join(request.POST.get("name", "").split()), what_is_shown(request.POST.get("query", ""))
    if not query:
        messages.warning(request, _("Search or choose a filter first, then save what you see."))
    elif not name or len(name) > 60 or len(query) > LONGEST:
        messages.warning(request, _("This view needs a name of up to 60 characters. Nothing was saved."))
    elif not _kept(request, name, query):
        taken = _("You already have a view called “%(name)s”. Choose another name.") % {"name": name}
        messages.warning(request, taken)
    else:
        saved = _("Saved. You find “%(name)s” above your list of clients.") % {"name": name}
        messages.success(request, saved)
    return _to_list(query)


def _kept(request: HttpRequest, name: str, query: str) -> bool:
    """Whether the view is there now, also when the button was pressed twice; not if its name means another one."""
    view, _made = SavedView.objects.get_or_create(
        practitioner=practitioner_of(request), name=name, defaults={"query": query}
    )
    return bool(view.query == query)


def forget_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's own views. GET does nothing. Raises Http404 for another's and a missing one."""
    view = SavedView.objects.of(practitioner_of(request)).filter(pk=pk).first()
    if view is None:
        raise Http404
    if request.method == "POST":
        view.delete()
        forgotten = _("“%(name)s” is forgotten. No client was changed by it.") % {"name": view.name}
        messages.success(request, forgotten)
    return _to_list(view.query)


def _to_list(query: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:people_client_changelist") + (f"?{query}" if query else ""))


# --- Archiving ------------------------------------------------------------------------------------


def archiving_context(client: Client) -> dict[str, Any]:
    """What the page that asks needs to say."""
    return {"client": client, "going_on": [] if client.archived_at else going_on(client)}


@transaction.atomic
def move_to_or_from_archive(request: HttpRequest, client: Client) -> str:
    """Archive a client, or bring an archived one back, as the page that was pressed said. Returns what to note."""
    if request.POST.get("to") == "archive" and archive(client, timezone.now()):
        audit.note(practitioner_of(request), audit.Action.ARCHIVED, client)
        done = _("%(client)s is archived. Nothing was deleted, and nothing more goes out.")
        messages.success(request, done % {"client": client})
        return gettext_noop("Archived.")
    if request.POST.get("to") == "list" and bring_back(client):
        audit.note(practitioner_of(request), audit.Action.UNARCHIVED, client)
        done = _("%(client)s is back among your clients. Nothing goes out by that.")
        messages.success(request, done % {"client": client})
        return gettext_noop("Brought back from the archive.")
    messages.info(request, _("Nothing was changed: things had moved on in the meantime."))
    return ""
