"""Emails at the desk: what left, what became of it, exactly how it looked, and what to do when nobody can know."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.assignments import doorbell
from practice.assignments.models import Assignment
from practice.assignments.outlook import on_the_clock, spoken
from practice.mailing import trying, untold  # noqa: F401 - untold is another page of this room
from practice.mailing.decisions import DECISIONS
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery
from practice.mailing.viewing import View, look, shown_by
from practice.people import audit
from practice.people.models import Client
from practice.people.owned_admin import OwnedAdmin
from practice.people.ownership import practitioner_of


@admin.register(Delivery)
class DeliveryAdmin(OwnedAdmin):
    list_display = ("client", "step_title", "moment", "shown_state")
    list_display_links = ("client", "step_title")
    list_filter = ("state", ("due_at", admin.DateFieldListFilter))
    list_select_related = ("assignment__client__practitioner", "step")
    search_fields = ("assignment__client__name", "step__title")
    search_help_text = gettext_lazy("Search by client or step")
    ordering = ("-due_at", "-pk")
    actions = None

    class Media:
        css = {"all": ("desk/emails.css",)}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("step/<int:step>/", wrap(self.preview_view), name="mailing_step_preview"),
            path("step/<int:step>/email/", wrap(trying.frame), name="mailing_step_preview_email"),
            path(
                "step/<int:step>/send-to-myself/",
                wrap(trying.send_to_myself),
                name="mailing_step_send_to_myself",
            ),
            path("next/<int:assignment>/", wrap(self.next_view), name="mailing_next_preview"),
            path("next/<int:assignment>/email/", wrap(self.next_frame), name="mailing_next_preview_email"),
            path("<path:object_id>/email/", wrap(self.email_frame), name="mailing_delivery_email"),
            path(
                "<path:object_id>/do/<slug:slug>/", wrap(self.decision_view), name="mailing_delivery_decide"
            ),
        ]
        # Emails come from the schedule, and stay: there are no pages for adding or deleting one.
        without = {"mailing_delivery_add", "mailing_delivery_delete"}
        return [*own, *(url for url in super().get_urls() if url.name not in without)]

    # --- The list

    @admin.display(description=gettext_lazy("Client"), ordering="assignment__client__name")
    def client(self, row: Delivery) -> str:
        return row.client.name

    @admin.display(description=gettext_lazy("Step"), ordering="step__title")
    def step_title(self, row: Delivery) -> str:
        return row.step.title

    @admin.display(description=gettext_lazy("When"), ordering="due_at")
    def moment(self, row: Delivery) -> SafeString:
        """When it left, or is to leave."""
        own, *theirs = on_both_clocks(row.accepted_at or row.due_at, row.client)
        return format_html('{}<br><span class="desk-quiet">{}</span>', own, *(theirs or [""]))

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def shown_state(self, row: Delivery) -> SafeString:
        calls = "email-trouble" if row.is_in_trouble else ""
        return format_html('<span class="{}">{}</span>', calls, row.State(row.state).label)

    # --- One email

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What became of it, and the email itself. Looking changes nothing."""
        row = self.own_or_404(request, object_id)
        show = {"show": shown_by(request)}
        frame_url = reverse("admin:mailing_delivery_email", args=(row.pk,), query=show)
        context = {
            "row": row,
            "timeline": timeline(row),
            "handed_over": on_both_clocks(row.submitted_at, row.client)[0] if row.submitted_at else "",
            "decisions": [decision for decision in DECISIONS.values() if decision.offered(row)],
            **look(request, view_of(row), frame_url),
        }
        return self._page(request, "page", str(row), context)

    def email_frame(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The HTML part alone, for the frame on the page."""
        view = view_of(self.own_or_404(request, object_id))
        if view is None:
            raise Http404
        return view.as_page(dark=shown_by(request) == "dark")

    def decision_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """GET says what the decision means; POST takes it, if things are still as they were."""
        row = self.own_or_404(request, object_id)
        decision = DECISIONS.get(slug)
        if decision is None:
            raise Http404
        if not decision.offered(row):
            messages.warning(request, _("Nothing was changed: this email has moved on in the meantime."))
            return redirect("admin:mailing_delivery_change", row.pk)
        now = timezone.now()
        obstacle = decision.obstacle(row, now)
        if request.method != "POST" or obstacle:
            context = {
                "row": row,
                "decision": decision,
                "meaning": decision.meaning(row),
                "obstacle": obstacle,
            }
            return self._page(request, "decide", decision.button, context)
        if done := decision.take(row, now):
            audit.note(practitioner_of(request), audit.Action.CHANGED, row, row.client)
            self.log_change(request, row, done)
            messages.success(request, done)
            if decision.sends:
                doorbell.ring_after_commit()
        return redirect("admin:mailing_delivery_change", row.pk)

    # --- A step that has not left

    def preview_view(self, request: HttpRequest, step: int) -> HttpResponse:
        """A step as the email it would become."""
        return trying.preview(request, step, self._page)

    # --- The next email of a client

    def next_view(self, request: HttpRequest, assignment: int) -> HttpResponse:
        """The next email of an assignment, as its client will get it."""
        row, view = upcoming(request, assignment)
        frame = reverse("admin:mailing_next_preview_email", args=(assignment,))
        context = {"row": row, **look(request, view, frame)}
        title = _("The next email to %(client)s") % {"client": row.client}
        return self._page(request, "upcoming", title, context)

    def next_frame(self, request: HttpRequest, assignment: int) -> HttpResponse:
        """The same, for the frame on the page."""
        _, view = upcoming(request, assignment)
        if view is None:
            raise Http404
        return view.as_page(dark=shown_by(request) == "dark")

    # --- How

    def _page(self, request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
        shared = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": title,
            "media": self.media,
        }
        return TemplateResponse(request, f"admin/mailing/delivery/{name}.html", shared | context)


def view_of(row: Delivery) -> View | None:
    """The email to look at; None when it cannot be put together any more (or never could)."""
    try:
        return View.of(row)
    except ValueError:
        return None


def upcoming(request: HttpRequest, pk: int) -> tuple[Assignment, View | None]:
    """The practitioner's own assignment, and its next email if it can be put together. Raises Http404 without one."""
    own = Assignment.objects.of(practitioner_of(request))
    row: Assignment = get_object_or_404(own.select_related("client__practitioner", "module"), pk=pk)
    step = row.next_step()
    if step is None:
        raise Http404
    try:
        return row, View.upcoming(row, step, timezone.now())
    except ValueError:
        return row, None


def timeline(row: Delivery) -> list[tuple[str, str]]:
    """What happened, in order: (words, the moment)."""
    moments = [
        (_("Its turn came"), row.window_began_at),
        (
            _("Being handed over")
            if row.state in (row.State.SUBMITTING, row.State.UNCERTAIN)
            else _("Handed over"),
            row.submitted_at,
        ),
        (
            _("Captured on this machine") if settings.EMAIL_IS_CAPTURED else _("The mail server took it"),
            row.accepted_at,
        ),
        *told_of(row),
        (_("To be tried again"), row.due_at if row.state == row.State.DUE and row.reason else None),
    ]
    return [(words, "; ".join(on_both_clocks(moment, row.client))) for words, moment in moments if moment]


def told_of(row: Delivery) -> list[tuple[str, datetime]]:
    """What the provider or a bounce mail told, as it came."""
    events = row.events.exclude(told__in=(Heard.TAKEN, Heard.UNKNOWN)).order_by("received_at", "pk")
    return [(str(Heard(event.told).label), event.at or event.received_at) for event in events]


def on_both_clocks(moment: datetime, client: Client) -> list[str]:
    """A moment on the practitioner's clock, and on the client's where that is another."""
    own, theirs = client.practitioner.time_zone, client.time_zone
    if on_the_clock(moment, own) == on_the_clock(moment, theirs):
        return [on_the_clock(moment, own)]
    return [on_the_clock(moment, own), spoken(moment, theirs)]
