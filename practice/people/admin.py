"""Clients and their consent, for practitioners; the practice and its practitioners, for whoever runs it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people import audit
from practice.people.audit_admin import AuditAdmin
from practice.people.client_filters import Agreed, Archived, from_above
from practice.people.clocks import clock_of
from practice.people.consent import TOLD_ME
from practice.people.consent_pages import ConsentPages
from practice.people.export import ExportForm, export_file
from practice.people.in_words import day_in_words
from practice.people.list_admin import (
    archiving_context,
    forget_view,
    move_to_or_from_archive,
    save_view,
    views_context,
)
from practice.people.long_open_form import LongOpenForm
from practice.people.models import Client, Consent
from practice.people.owned_admin import (
    OwnedAdmin,
    OwnedForm,
    RadioSelect,
)
from practice.people.ownership import practitioner_of
from practice.people.practice_admin import PracticeAdmin
from practice.people.practitioner_admin import PractitionerAdmin
from practice.people.roster_admin import import_clients
from practice.people.trail import trail_of
from practice.people.zone_field import ZoneField
from practice.people.zones import zone_label

__all__ = ["AuditAdmin", "ClientAdmin", "PracticeAdmin", "PractitionerAdmin"]

#: The clients' ids travel in an address, which servers cut at about 4,000 characters.
MOST_AT_ONCE = 400

admin.site.unregister(Group)  # nobody uses groups here: a practitioner owns their rows, and that is all


class ClientForm(LongOpenForm, OwnedForm):
    """A client, with the zone found by city and a message by each field."""

    time_zone = ZoneField(
        label=gettext_lazy("Time zone"), help_text=Client._meta.get_field("time_zone").help_text
    )

    class Meta:
        error_messages = {
            "email": {
                "invalid": gettext_lazy(
                    "This is not an email address such as name@example.org. Look for spaces or line breaks."
                )
            }
        }

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if self.instance.pk and "email" not in self.changed_data:
            return email  # whoever else here has it: one of them was handed over with it
        same = Client.objects.of(self.owner).filter(email__iexact=email).exclude(pk=self.instance.pk).first()
        if same:
            raise ValidationError(
                _("Your client %(name)s already has this address."), params={"name": same.name}
            )
        return email


class NewClientForm(ClientForm):
    """The same, asking also whether they agreed already."""

    agreed = forms.ChoiceField(
        label=gettext_lazy("Did they agree to receive emails?"),
        choices=[("", gettext_lazy("Not yet")), *TOLD_ME],
        required=False,
        initial="",
        widget=RadioSelect,
        help_text=gettext_lazy(
            "Nothing is sent before they agree. You can record it later, with its day and its words."
        ),
    )


@admin.register(Client)
class ClientAdmin(ConsentPages, OwnedAdmin):
    form = ClientForm
    list_display = ("name", "email", "lives_in", "agreed")
    list_filter = (Agreed, "language", "discretion", Archived)
    search_fields = ("name", "email")
    search_help_text = gettext_lazy("Search by name or address")
    when_empty = gettext_lazy(
        "Nobody is here yet. Add a client with a name, an address and where they live. That sends nothing."
    )
    readonly_fields = ("mailbox", "likes", "consent")
    actions = ("assign_module",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("name", "greeting", "email", "mailbox", "time_zone", "language", "discretion"),
                    *("likes", "consent"),
                )
            },
        ),
        (gettext_lazy("For you alone"), {"fields": ("private_note",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("name", "greeting", "email", "time_zone", "language", "discretion", "agreed")}),
        (gettext_lazy("For you alone"), {"fields": ("private_note",)}),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewClientForm
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).knowing_consent()

    def get_list_filter(self, request: HttpRequest) -> Any:
        first, *others = self.list_filter
        return [first, *from_above(), *others]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, views_context(request) | (extra_context or {}))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method == "GET" and (client := context.get("original")):
            audit.note_look(practitioner_of(request), client, timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        actor = practitioner_of(request)
        # Who was erased or handed over at this very moment would come back by it.
        if change and not Client.objects.of(actor).select_for_update().filter(pk=obj.pk).exists():
            raise Http404
        if "email" in form.changed_data:  # what they said was about another mailbox
            obj.address_is_private = obj.address_told_at = None
            if change and obj.email.lower() != form.initial["email"].lower():
                closed = _(
                    "%(client)s has a new address. The links in emails to the old one no longer open; all that still "
                    "works there is to stop the emails."
                )
                messages.info(request, closed % {"client": obj})
        super().save_model(request, obj, form, change)
        audit.note(actor, audit.Action.CHANGED if change else audit.Action.ADDED, obj)
        if not change and form.cleaned_data.get("agreed"):
            consent = Consent.objects.create(client=obj, how=form.cleaned_data["agreed"])
            audit.note(actor, audit.Action.AGREED, consent, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # the desk has a page for it, which leaves nothing behind

    @admin.display(description=gettext_lazy("Lives in"), ordering="time_zone")
    def lives_in(self, client: Client) -> str:
        clock = clock_of(client.time_zone)
        if clock is None:
            return _("Unknown time zone “%(name)s”") % {"name": client.time_zone}
        return _("%(place)s, %(time)s now") % {
            "place": zone_label(client.time_zone),
            "time": f"{timezone.now().astimezone(clock):%H:%M}",
        }

    @admin.display(description=gettext_lazy("Agreed to emails"), ordering="agreed")
    def agreed(self, client: Any) -> str:
        return _("Yes") if client.agreed else _("Not yet")

    @admin.action(description=gettext_lazy("Assign a module…"))
    def assign_module(self, request: HttpRequest, clients: Any) -> HttpResponse | None:
        """Take the ticked clients along to where modules are assigned. Nothing is saved by this."""
        ids = [str(pk) for pk in clients.current().values_list("pk", flat=True)]
        if not ids:
            messages.warning(
                request, _("Only archived clients are ticked. Bring them back first, on their pages.")
            )
            return None
        if len(ids) > MOST_AT_ONCE:
            most = _("Tick %(count)s clients at most, then assign to the others.") % {"count": MOST_AT_ONCE}
            messages.warning(request, most)
            return None
        return HttpResponseRedirect(f"{reverse('admin:assignments_assignment_add')}?clients={','.join(ids)}")

    # --- many at once

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Add clients from a list."""
        return import_clients(request, self._list_page)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Say what the file holds, and send it."""
        form = ExportForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            return export_file(request, form)
        return self._own_page(request, "export", _("Download the list of my clients"), {"form": form})

    def _list_page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        title = _("Add clients from a list") if name == "form" else _("Look at it before anything is saved")
        return self._own_page(request, f"import_{name}", title, context)

    def _own_page(self, request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        wrong = "form" in context and context["form"].errors
        template = f"admin/people/client/{name}.html"
        return render(request, template, shared | context, status=422 if wrong else 200)

    def archive_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what it means to archive a client, or to bring one back, and do it."""
        client = self.own_or_404(request, object_id)
        if request.method == "POST":
            if note := move_to_or_from_archive(request, client):
                self.log_change(request, client, note)
            return redirect("admin:people_client_change", client.pk)
        title = _("Bring %(client)s back") if client.archived_at else _("Archive %(client)s")
        return self._own_page(request, "archive", title % {"client": client}, archiving_context(client))

    @admin.display(description=gettext_lazy("Who reads this mailbox"))
    def mailbox(self, client: Client) -> str:
        """What they said themselves, behind their private link."""
        if client.address_told_at is None:
            return _("They did not say so far. The page on which they answer asks them, twice a year.")
        day = day_in_words(timezone.localtime(client.address_told_at))
        if client.address_is_private:
            return _("Only they do. They said so on %(day)s.") % {"day": day}
        return _("Others can, they said on %(day)s. From then on they were sent only the short notice.") % {
            "day": day
        }

    @admin.display(description=gettext_lazy("When emails suit them"))
    def likes(self, client: Client) -> str:
        """What they chose themselves, behind their private link."""
        if said := client.likes():
            return _("%(day_and_time)s, on their own clock. They chose it.") % {"day_and_time": said}
        return _("They did not choose a day or an hour.")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("import/", self.import_view, name="people_client_import"),
            path("export/", self.export_view, name="people_client_export"),
            path("views/", save_view, name="people_client_save_view"),
            path("views/<int:pk>/forget/", forget_view, name="people_client_forget_view"),
            path("<path:object_id>/archive/", self.archive_view, name="people_client_archive"),
            path("<path:object_id>/consent/", self.consent_view, name="people_client_consent"),
            path("<path:object_id>/withdraw/", self.withdraw_view, name="people_client_withdraw"),
            path("<path:object_id>/trail/", self.trail_view, name="people_client_trail"),
        ]
        for url in own:
            url.callback = self.admin_site.admin_view(url.callback)
        return [*own, *(url for url in super().get_urls() if url.name != "people_client_delete")]

    def trail_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Who looked at this client's things, and what was changed, page by page."""
        client = self.own_or_404(request, object_id)
        page, lines = trail_of(client, request.GET.get("page"))
        title = _("Who looked at %(client)s’s things") % {"client": client}
        context = {"title": title, "client": client, "opts": self.opts, "page": page, "lines": lines}
        return render(
            request, "admin/people/client/trail.html", {**self.admin_site.each_context(request), **context}
        )
