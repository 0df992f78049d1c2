"""Practitioners, for whoever runs the installation: invited by email, closed instead of deleted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.people import accounts, audit
from practice.people.account_moves import ACCOUNT_MOVES, told_of
from practice.people.in_words import moment_in_words
from practice.people.long_open_form import LongOpenForm
from practice.people.models import Practitioner
from practice.people.owned_admin import InstallationAdmin
from practice.people.ownership import practitioner_of
from practice.people.zone_field import ZoneField

NOT_POSSIBLE = gettext_noop(
    "Nothing was changed: things had moved on in the meantime. This is how they stand now."
)


class PractitionerForm(LongOpenForm):
    time_zone = ZoneField(
        label=gettext_lazy("Time zone"), help_text=Practitioner._meta.get_field("time_zone").help_text
    )
    is_superuser = forms.BooleanField(
        required=False,
        label=gettext_lazy("Runs this installation"),
        help_text=gettext_lazy(
            "Can set up the practice and its practitioners. Does not see their clients, nor what those write."
        ),
    )

    def clean_is_superuser(self) -> bool:
        runs_it: bool = self.cleaned_data["is_superuser"]
        if not runs_it and "is_superuser" in self.changed_data:
            # Locked: two who take it from one another at the same time would leave nobody.
            running = Practitioner.objects.select_for_update().filter(is_superuser=True, is_active=True)
            if {*running.order_by("pk").values_list("pk", flat=True)} <= {self.instance.pk}:
                raise ValidationError(
                    _("Somebody has to run this installation. Give it to somebody else first.")
                )
        return runs_it


class InvitationForm(forms.ModelForm):
    """Whom to invite. Everything else they choose themselves."""

    class Meta:
        model = Practitioner
        fields = ("name", "email")
        help_texts = {"email": gettext_lazy("The invitation goes there, and they sign in with it.")}


@admin.register(Practitioner)
class PractitionerAdmin(InstallationAdmin):
    form = PractitionerForm
    ordering = ("name",)
    list_display = ("name", "email", "account", "is_superuser")
    list_filter = ("is_active",)
    search_fields = ("name", "email")
    readonly_fields = ("account",)
    fieldsets = (
        # Nobody gives another person a password, nor sees its digest: it would open the clients of a colleague.
        (None, {"fields": ("name", "email", "account")}),
        (gettext_lazy("At the desk"), {"fields": ("time_zone", "response_time")}),
        (gettext_lazy("Access"), {"fields": ("is_superuser",)}),
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # Nor does anybody find a digest out, sign by sign, by asking the list for it.
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Their clients and letters would hang in the air: close the account instead.
        return False

    @admin.display(description=gettext_lazy("Account"), ordering="is_active")
    def account(self, practitioner: Practitioner) -> str:
        """How the account stands, in words."""
        ends_at = accounts.ends_at(practitioner)
        if practitioner.is_active:
            return _("Can sign in")
        if ends_at and ends_at > timezone.now():
            until = moment_in_words(timezone.localtime(ends_at))
            return _("Invited, until %(until)s") % {"until": until}
        if ends_at:
            return _("Invited, and the link is too old now")
        if not practitioner.has_joined:
            return _("No invitation is open")
        if practitioner.series_go_on:
            return _("Closed; emails to their clients go on")
        return _("Closed; emails to their clients are held")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save it. An address that somebody else changed is told to the old one: new passwords go to the new one."""
        old, actor = form.initial["email"], practitioner_of(request)
        if obj.email != old and obj.invited_at:  # the token of its link was made with the old address
            obj.invited_at = None
            ended = _("The link that was sent no longer works. Send the invitation again.")
            messages.warning(request, ended)
        super().save_model(request, obj, form, change)
        if obj.email == old or obj == actor or not obj.has_joined:
            return
        audit.note(actor, audit.Action.READDRESSED, obj)

        def tell() -> None:
            if not accounts.tell_old_address(obj, old, actor):
                unsent = _("%(email)s could not be told by email that the address was changed. Tell them.")
                messages.warning(request, unsent % {"email": old})

        transaction.on_commit(tell)

    # --- inviting

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a name and an address, and send an invitation there."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InvitationForm(request.POST or None)
        if form.is_valid():
            practitioner = form.save(commit=False)
            sent = accounts.invite(practitioner, practitioner_of(request), timezone.now())
            (messages.success if sent else messages.warning)(request, told_of(practitioner, sent))
            return self._to(practitioner)
        context = {"form": form, "button": _("Send the invitation")}
        meaning = _(
            "They get an email with a link that works once, for a few days, and choose a password themselves. "
            "Nobody else can see it."
        )
        return self._page(request, _("Invite a practitioner"), {**context, "meaning": meaning})

    # --- what can be done with an account

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.account_view)
        own = path("<path:object_id>/account/<slug:slug>/", view, name="people_practitioner_account")
        return [own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        practitioner, moves = self.get_object(request, object_id), []
        if practitioner:
            actor, now = practitioner_of(request), timezone.now()
            moves = [move(practitioner, actor, now) for move in ACCOUNT_MOVES.values()]
        offered = [move for move in moves if move.offered()]
        return super().change_view(request, object_id, form_url, {"moves": offered, **(extra_context or {})})

    def account_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """GET says what it means; POST does it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        practitioner = self.get_object(request, object_id)
        if practitioner is None or slug not in ACCOUNT_MOVES:
            raise Http404
        move = ACCOUNT_MOVES[slug](practitioner, practitioner_of(request), timezone.now())
        if not move.offered():
            messages.warning(request, _(NOT_POSSIBLE))
            return self._to(practitioner)
        form = move.form(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            context = {
                "form": form,
                "button": move.button,
                "meaning": move.meaning,
                "practitioner": practitioner,
            }
            return self._page(request, f"{move.button}: {practitioner}", context)
        done = move.act(form.cleaned_data)
        (messages.success if done else messages.warning)(request, done or _(NOT_POSSIBLE))
        return self._to(practitioner)

    def _to(self, practitioner: Practitioner) -> HttpResponse:
        return redirect("admin:people_practitioner_change", practitioner.pk)

    def _page(self, request: HttpRequest, title: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        status = 422 if context["form"].errors else 200
        return render(request, "admin/people/practitioner/account.html", shared | context, status=status)
