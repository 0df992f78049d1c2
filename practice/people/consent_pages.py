"""At the desk: what is on record of a client's consent, and the pages on which it is recorded or taken back."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.people import audit
from practice.people.consent import ConsentForm, ways_of
from practice.people.in_words import day_in_words
from practice.people.models import Client, Consent
from practice.people.ownership import practitioner_of


class ConsentPages:
    """A column, two pages and the way there, for the admin of clients, which finds the client: another practitioner's
    is a 404.
    """

    admin_site: Any
    opts: Any
    own_or_404: Any
    log_change: Any

    @admin.display(description=gettext_lazy("Agreed to receive emails"))
    def consent(self, client: Client) -> SafeString:
        """Every consent on record, newest first, and what can be done about it."""
        # The skin asks for it three times on one page.
        if "shown_consent" not in vars(client):
            client.shown_consent = _consent_of(client)  # type: ignore[attr-defined]
        return client.shown_consent  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Client, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The page of a client who was just added, as what comes next is their agreement."""
        said = _(
            "%(client)s is added. Nothing leaves before they agree: invite them by email, or record that they did."
        )
        if obj.has_consent():
            said = _(
                "%(client)s is added, and agreed to receive emails. Nothing is sent before you assign a module."
            )
        messages.success(request, said % {"client": obj})
        return redirect("admin:people_client_change", obj.pk)

    def consent_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask how, when and to which words they agreed; record it."""
        client = self.own_or_404(request, object_id)
        form = ConsentForm(request.POST or None)
        if client.has_consent() or (form.is_valid() and not self._record(request, client, form)):
            messages.info(request, _("%(client)s has agreed already.") % {"client": client})
            return redirect("admin:people_client_change", client.pk)
        if form.is_valid():
            done = _("Recorded: %(client)s agreed to receive emails.") % {"client": client}
            messages.success(request, done)
            return redirect("admin:people_client_change", client.pk)
        title = _("%(client)s agreed to receive emails") % {"client": client}
        return self._consent_page(request, client, title, form)

    @transaction.atomic
    def _record(self, request: HttpRequest, client: Client, form: ConsentForm) -> bool:
        """Whether it was recorded: not where another window was quicker. Raises Http404 for a client who is gone."""
        practitioner = practitioner_of(request)
        if not Client.objects.select_for_update().of(practitioner).filter(pk=client.pk).exists():
            raise Http404
        if client.has_consent():
            return False
        audit.note(practitioner, audit.Action.AGREED, form.record(client), client)
        self.log_change(request, client, gettext_noop("Recorded that they agreed to emails."))
        return True

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what it means, and record that they took their consent back."""
        client = self.own_or_404(request, object_id)
        if not client.has_consent():
            return redirect("admin:people_client_change", client.pk)
        if request.method == "POST":
            with transaction.atomic():
                client.withdraw_consent(timezone.now())
                audit.note(practitioner_of(request), audit.Action.WITHDREW, client)
                self.log_change(request, client, gettext_noop("Recorded that they no longer want emails."))
            done = _("Recorded. %(client)s is sent nothing more.") % {"client": client}
            messages.success(request, done)
            return redirect("admin:people_client_change", client.pk)
        title = _("%(client)s no longer wants emails") % {"client": client}
        return self._consent_page(request, client, title, None)

    def _consent_page(
        self, request: HttpRequest, client: Client, title: str, form: ConsentForm | None
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, "client": client, "form": form}
        return render(request, "admin/people/client/consent.html", context | {"opts": self.opts})


def _consent_of(client: Client) -> SafeString:
    consents = list(client.consents.all())
    in_force = any(consent.withdrawn_at is None for consent in consents)
    ways = ways_of(client, in_force)
    page, label = (
        ("withdraw", _("They no longer want emails"))
        if in_force
        else ("consent", _("Record that they agreed"))
    )
    return format_html(
        '{}{}<p>{}<a class="desk-button" href="{}">{}</a></p>',
        format_html_join("", "<p>{}</p>", ((_in_words(consent),) for consent in consents))
        or format_html("<p>{}</p>", _("Not yet. Nothing is sent before they agree.")),
        format_html_join("", "<p>{}</p>", ((way.said,) for way in ways if way.said)),
        format_html_join(
            "", '<a class="desk-button" href="{}">{}</a> ', ((way.url, way.label) for way in ways)
        ),
        reverse(f"admin:people_client_{page}", args=(client.pk,)),
        label,
    )


def _in_words(consent: Consent) -> str:
    """ "Spoken, in session, on 1 January 2026. Taken back on 3 March 2026."."""
    how, day = consent.get_how_display(), _day(consent.given_at)
    if consent.withdrawn_at is None:
        return _("%(how)s, on %(day)s.") % {"how": how, "day": day}
    back = _day(consent.withdrawn_at)
    return _("%(how)s, on %(day)s. Taken back on %(back)s.") % {"how": how, "day": day, "back": back}


def _day(moment: datetime) -> str:
    return day_in_words(timezone.localtime(moment))
