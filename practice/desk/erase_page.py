"""The page on which a client's records are erased: see what goes and what does not, type the name, erase."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.desk.as_typed import as_typed
from practice.desk.erasing import NotNow, counts_of, erase
from practice.people.models import Client
from practice.people.owned_admin import TextInput
from practice.people.ownership import practitioner_of


class EraseForm(forms.Form):
    """The client's name, typed: nobody does that by a slip."""

    name = forms.CharField(
        widget=TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Type the name. Nothing was erased.")},
    )

    def __init__(self, client: Client, data: Any = None) -> None:
        super().__init__(data)
        self.client = client
        label = _("Type the name, %(name)s, to say that you mean it")
        self.fields["name"].label = label % {"name": client.name}

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if as_typed(typed) != as_typed(self.client.name):
            raise ValidationError(
                _("This is not the name. It is %(name)s, and nothing was erased."),
                params={"name": self.client.name},
            )
        return typed


def erase_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """GET says what it means; a POST with the name erases."""
    client: Client = admin.site.get_model_admin(Client).own_or_404(request, object_id)  # type: ignore[attr-defined]
    form = EraseForm(client, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _erase(request, client)
    context = {
        "client": client,
        "form": form,
        "counts": counts_of(client),
        "captured": settings.EMAIL_FILE_PATH if settings.EMAIL_IS_CAPTURED else "",
        "mailboxes": bool(settings.INBOUND_MAILBOX or settings.BOUNCE_MAILBOX),
    }
    title = _("Erase %(client)s’s records") % {"client": client}
    shared = {**admin.site.each_context(request), "title": title, "opts": Client._meta}
    template = "admin/people/client/erase.html"
    return render(request, template, shared | context, status=422 if form.errors else 200)


def _erase(request: HttpRequest, client: Client) -> HttpResponse:
    try:
        erase(client, timezone.now(), practitioner_of(request))
    except NotNow as reason:
        messages.error(request, str(reason))
        return redirect(request.path)
    except Client.DoesNotExist:  # another window was quicker
        raise Http404 from None
    # Without the name: what is said here is kept until it is shown.
    messages.success(request, _("Erased. Nothing of this client is kept here any more."))
    return redirect("admin:people_client_changelist")
