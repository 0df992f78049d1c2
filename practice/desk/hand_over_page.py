"""The page on which a client is handed over: choose, see what goes along and which words they read, confirm once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.desk.colleague_field import ColleagueField
from practice.desk.handing_over import (
    NotPossible,
    colleagues_of,
    hand_over,
    has_private_notes,
    tell,
    tell_colleague,
    what_goes_along,
    why_no_email,
    words_for,
)
from practice.people.models import Client
from practice.people.owned_admin import RadioSelect
from practice.people.ownership import practitioner_of


class HandOverForm(forms.Form):
    """To whom, whether the private notes go along, and who tells the client."""

    colleague = ColleagueField(
        gettext_lazy("Only colleagues who can sign in. They become the one practitioner of this client.")
    )
    notes = forms.ChoiceField(
        label=gettext_lazy("What about your private notes?"),
        choices=[
            ("erase", gettext_lazy("Erase them: they were for me alone")),
            ("give", gettext_lazy("They go along, and my colleague can read them")),
        ],
        widget=RadioSelect,
        help_text=gettext_lazy(
            "The one on this client’s page, and those about their reflections. Copy what you want to keep before: you "
            "can no longer open them afterwards."
        ),
        error_messages={"required": gettext_lazy("Say what becomes of your private notes.")},
    )
    told = forms.ChoiceField(
        label=gettext_lazy("How does your client hear of it?"),
        widget=RadioSelect,
        error_messages={"required": gettext_lazy("Say how your client hears of it.")},
    )

    def __init__(self, client: Client, data: Any = None) -> None:
        super().__init__(data)
        colleagues: Any = self.fields["colleague"]
        colleagues.queryset = colleagues_of(client.practitioner)
        if not has_private_notes(client):
            del self.fields["notes"]
        by_email = [("email", _("Send them a short email; I look at its words first"))]
        told: Any = self.fields["told"]
        told.help_text = why_no_email(client, timezone.now())
        told.choices = [("self", _("I told them myself")), *([] if told.help_text else by_email)]


def hand_over_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """GET asks; the first POST shows what it means; the second, from its button, does it."""
    client: Client = admin.site.get_model_admin(Client).own_or_404(request, object_id)  # type: ignore[attr-defined]
    form = HandOverForm(client, request.POST if request.method == "POST" else None)
    context = {"client": client, "form": form, "along": what_goes_along(client)}
    if not form.is_valid():
        context["nobody"] = not form.errors and not colleagues_of(practitioner_of(request)).exists()
        return _page(request, "hand_over", context, 422 if form.errors else 200)
    to, by_email = form.cleaned_data["colleague"], form.cleaned_data["told"] == "email"
    words = words_for(client, to) if by_email else None
    if "confirm" not in request.POST:
        return _page(request, "hand_over_confirm", {**context, **form.cleaned_data, "words": words})
    try:
        hand_over(client, to, with_notes=form.cleaned_data.get("notes") == "give", now=timezone.now())
    except NotPossible as reason:
        messages.error(request, str(reason))
        return redirect(
            request.path if client_is_still_theirs(request, client) else "admin:people_client_changelist"
        )
    names = {"client": client, "colleague": to}
    done = _(
        "%(client)s is with %(colleague)s now. If it was a slip, %(colleague)s can hand %(client)s back."
    )
    messages.success(request, done % names)
    if not tell_colleague(to):
        untold = _("The email that tells %(colleague)s of it could not be sent. Tell them yourself.")
        messages.warning(request, untold % names)
    if words and not tell(client, to, words):
        untold = _("The email to %(client)s could not be sent. Tell them yourself.")
        messages.warning(request, untold % names)
    return redirect("admin:people_client_changelist")


def client_is_still_theirs(request: HttpRequest, client: Client) -> bool:
    """Whether the page can be shown again."""
    return Client.objects.of(practitioner_of(request)).filter(pk=client.pk).exists()


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shared = {
        **admin.site.each_context(request),
        "title": _("Hand %(client)s over") % {"client": context["client"]},
        "opts": Client._meta,
    }
    return render(request, f"admin/people/client/{name}.html", shared | context, status=status)
