"""Clients and their consent, for practitioners; the practice and its practitioners, for whoever runs it."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from practice.people.consent import TOLD_ME, ConsentForm
from practice.people.models import Client, Consent, Practice, Practitioner
from practice.people.owned_admin import (
    AdminPasswordChangeForm,
    InstallationAdmin,
    OwnedAdmin,
    OwnedForm,
    RadioSelect,
    UserChangeForm,
    UserCreationForm,
)
from practice.people.zone_field import ZoneField
from practice.people.zones import zone_label

#: The clients' ids travel in an address, which servers cut at about 4,000 characters.
MOST_AT_ONCE = 400

admin.site.unregister(Group)  # nobody uses groups here: a practitioner owns their rows, and that is all


class ClientForm(OwnedForm):
    """A client, with the zone found by city and a message by each field."""

    time_zone = ZoneField(help_text=Client._meta.get_field("time_zone").help_text)

    class Meta:
        error_messages = {
            "email": {
                "invalid": "This is not an email address such as name@example.org. Look for spaces or line breaks."
            }
        }

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        same = Client.objects.of(self.owner).filter(email__iexact=email).exclude(pk=self.instance.pk).first()
        if same:
            raise ValidationError(
                "You already have a client with this address: %(name)s.", params={"name": same.name}
            )
        return email


class NewClientForm(ClientForm):
    """The same, asking also whether they agreed already."""

    agreed = forms.ChoiceField(
        label="Did they agree to receive emails?",
        choices=[("", "Not yet"), *TOLD_ME],
        required=False,
        initial="",
        widget=RadioSelect,
        help_text="Nothing is sent before they agree. You can record it later, with its day and its words.",
    )


@admin.register(Client)
class ClientAdmin(OwnedAdmin):
    form = ClientForm
    list_display = ("name", "email", "lives_in", "agreed")
    list_filter = ("discretion", "language")
    search_fields = ("name", "email")
    search_help_text = "Search by name or address"
    when_empty = (
        "Nobody is here yet. Add a client with a name, an address and where they live. That sends nothing."
    )
    readonly_fields = ("consent",)
    actions = ("assign_module",)
    fieldsets = (
        (None, {"fields": ("name", "greeting", "email", "time_zone", "language", "discretion", "consent")}),
        ("For you alone", {"fields": ("private_note",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("name", "greeting", "email", "time_zone", "language", "discretion", "agreed")}),
        ("For you alone", {"fields": ("private_note",)}),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewClientForm
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).knowing_consent()

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change and form.cleaned_data.get("agreed"):
            Consent.objects.create(client=obj, how=form.cleaned_data["agreed"])

    @admin.display(description="Lives in", ordering="time_zone")
    def lives_in(self, client: Client) -> str:
        now = timezone.now().astimezone(ZoneInfo(client.time_zone))
        return f"{zone_label(client.time_zone)}, {now:%H:%M} now"

    @admin.display(description="Agreed to emails", ordering="agreed")
    def agreed(self, client: Any) -> str:
        return "Yes" if client.agreed else "Not yet"

    @admin.action(description="Assign a module…")
    def assign_module(self, request: HttpRequest, clients: Any) -> HttpResponse | None:
        """Take the ticked clients along to where modules are assigned. Nothing is saved by this."""
        ids = [str(pk) for pk in clients.values_list("pk", flat=True)]
        if len(ids) > MOST_AT_ONCE:
            messages.warning(request, f"Tick {MOST_AT_ONCE} clients at most, then assign to the others.")
            return None
        return HttpResponseRedirect(f"{reverse('admin:assignments_assignment_add')}?clients={','.join(ids)}")

    # --- consent

    @admin.display(description="Agreed to receive emails")
    def consent(self, client: Client) -> SafeString:
        """Every consent on record, newest first, and the one thing that can be done about it."""
        in_force = client.consent_in_force()
        page, label = (
            ("withdraw", "They no longer want emails") if in_force else ("consent", "Record that they agreed")
        )
        return format_html(
            '{}<p><a class="desk-button" href="{}">{}</a></p>',
            format_html_join("", "<p>{}</p>", ((_in_words(consent),) for consent in client.consents.all()))
            or format_html("<p>{}</p>", "Not yet. Nothing is sent before they agree."),
            reverse(f"admin:people_client_{page}", args=(client.pk,)),
            label,
        )

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<path:object_id>/consent/", self.consent_view, name="people_client_consent"),
            path("<path:object_id>/withdraw/", self.withdraw_view, name="people_client_withdraw"),
        ]
        for url in own:
            url.callback = self.admin_site.admin_view(url.callback)
        return [*own, *super().get_urls()]

    def consent_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask how, when and to which words they agreed; record it."""
        client = self.own_or_404(request, object_id)
        form = ConsentForm(request.POST or None)
        if client.has_consent():
            messages.info(request, f"{client} has agreed already.")
            return self._to(client)
        if form.is_valid():
            form.record(client)
            self.log_change(request, client, "Recorded that they agreed to emails.")
            messages.success(request, f"Recorded: {client} agreed to receive emails.")
            return self._to(client)
        return self._page(request, client, f"{client} agreed to receive emails", form)

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what it means, and record that they took their consent back."""
        client = self.own_or_404(request, object_id)
        if not client.has_consent():
            return self._to(client)
        if request.method == "POST":
            client.withdraw_consent(timezone.now())
            self.log_change(request, client, "Recorded that they no longer want emails.")
            messages.success(request, f"Recorded. Nothing more is sent to {client}.")
            return self._to(client)
        return self._page(request, client, f"{client} no longer wants emails", None)

    def _to(self, client: Client) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:people_client_change", args=(client.pk,)))

    def _page(
        self, request: HttpRequest, client: Client, title: str, form: ConsentForm | None
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, "client": client, "form": form}
        return render(request, "admin/people/client/consent.html", context | {"opts": self.opts})


def _in_words(consent: Consent) -> str:
    """ "Spoken, in session, on 1 January 2026. Taken back on 3 March 2026."."""
    words = f"{consent.get_how_display()}, on {date_format(timezone.localtime(consent.given_at), 'j F Y')}."
    if consent.withdrawn_at:
        words += f" Taken back on {date_format(timezone.localtime(consent.withdrawn_at), 'j F Y')}."
    return words


@admin.register(Practice)
class PracticeAdmin(InstallationAdmin):
    fields = ("name", "sender_name", "postal_address", "help_lines", "uncertain")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one row: show it."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(reverse("admin:people_practice_change", args=(Practice.current().pk,)))


class PractitionerForm(UserChangeForm):
    time_zone = ZoneField(help_text=Practitioner._meta.get_field("time_zone").help_text)
    is_superuser = forms.BooleanField(
        required=False,
        label="Runs this installation",
        help_text="Can set up the practice and its practitioners. Does not see their clients, nor what those write.",
    )


class NewPractitionerForm(UserCreationForm):
    time_zone = ZoneField(help_text=Practitioner._meta.get_field("time_zone").help_text)


@admin.register(Practitioner)
class PractitionerAdmin(UserAdmin, InstallationAdmin):  # type: ignore[misc]
    form = PractitionerForm
    add_form = NewPractitionerForm
    add_form_template = None  # theirs speaks of users
    change_password_form = AdminPasswordChangeForm
    ordering = ("name",)
    list_display = ("name", "email", "time_zone", "is_active", "is_superuser")
    list_filter = ("is_active",)
    search_fields = ("name", "email")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("name", "email", "password")}),
        ("At the desk", {"fields": ("time_zone", "response_time")}),
        ("Access", {"fields": ("is_active", "is_superuser")}),
    )
    add_fieldsets = ((None, {"fields": ("name", "email", "time_zone", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Their clients and letters would hang in the air: switch the account off instead.
        return False
