"""The page on which a client is handed over: choose, see what goes along and which words they read, confirm once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from practice.desk.handing_over import (
    NotPossible,
    colleagues_of,
    hand_over,
    may_be_written_to,
    tell,
    tell_colleague,
    what_goes_along,
    words_for,
)
from practice.people.models import Client, Practitioner
from practice.people.owned_admin import RadioSelect
from practice.people.ownership import practitioner_of


class HandOverForm(forms.Form):
    """To whom, whether the private note goes along, and who tells the client."""

    colleague = forms.ModelChoiceField(
        Practitioner.objects.none(),
        empty_label="Choose a colleague",
        help_text="Only colleagues who can sign in. They become the one practitioner of this client.",
        error_messages={
            "required": "Choose the colleague who takes over.",
            "invalid_choice": "This colleague’s account is closed now. Nothing was changed: choose somebody else.",
        },
    )
    note = forms.ChoiceField(
        label="What about your private note?",
        choices=[("erase", "Erase it: it was for me alone"), ("give", "It goes along, and they can read it")],
        widget=RadioSelect,
        help_text="Copy what you want to keep before: you can no longer open it afterwards.",
        error_messages={"required": "Say what becomes of your private note."},
    )
    told = forms.ChoiceField(
        label="How does your client hear of it?",
        widget=RadioSelect,
        error_messages={"required": "Say how your client hears of it."},
    )

    def __init__(self, client: Client, data: Any = None) -> None:
        super().__init__(data)
        colleagues: Any = self.fields["colleague"]
        colleagues.queryset = colleagues_of(client.practitioner)
        if not client.private_note:
            del self.fields["note"]
        by_email = [("email", "Send them a short email; I look at its words first")]
        told: Any = self.fields["told"]
        told.choices = [("self", "I told them myself"), *(by_email if may_be_written_to(client) else [])]
        if not may_be_written_to(client):
            told.help_text = f"No email is offered: {client} has not agreed to emails, or wants none."


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
        hand_over(client, to, with_note=form.cleaned_data.get("note") == "give", now=timezone.now())
    except NotPossible as reason:
        messages.error(request, str(reason))
        return redirect(
            request.path if client_is_still_theirs(request, client) else "admin:people_client_changelist"
        )
    messages.success(request, f"{client} is with {to} now. If it was a slip, {to} can hand {client} back.")
    if not tell_colleague(to):
        messages.warning(request, f"The email that tells {to} of it could not be sent. Tell them yourself.")
    if words and not tell(client, to, words):
        messages.warning(request, f"The email to {client} could not be sent. Tell them yourself.")
    return redirect("admin:people_client_changelist")


def client_is_still_theirs(request: HttpRequest, client: Client) -> bool:
    """Whether the page can be shown again."""
    return Client.objects.of(practitioner_of(request)).filter(pk=client.pk).exists()


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shared = {
        **admin.site.each_context(request),
        "title": f"Hand {context['client']} over",
        "opts": Client._meta,
    }
    return render(request, f"admin/people/client/{name}.html", shared | context, status=status)
