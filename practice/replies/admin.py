"""Reflections at the desk: what clients sent, for their own practitioner's eyes. Drafts are the client's alone."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from practice.people.fields import CannotDecrypt
from practice.people.owned_admin import OwnedAdmin, OwnedRelatedFilter
from practice.replies.models import Answer, Reply


class ReadFilter(admin.SimpleListFilter):
    """New ones, or those that were marked as read."""

    title = "read"
    parameter_name = "read"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "New"), ("yes", "Read")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(read_at__isnull=self.value() == "no") if self.value() else queryset


@admin.register(Reply)
class ReplyAdmin(OwnedAdmin):
    list_display = ("client", "module", "step", "sent", "state")
    list_display_links = ("client",)
    list_filter = (ReadFilter, ("delivery__assignment__client", OwnedRelatedFilter))
    search_fields = ("delivery__assignment__client__name", "delivery__step__title")
    search_help_text = "Search by client or step"
    list_before_template = "admin/replies/reply/empty.html"
    list_select_related = ("delivery__assignment__client", "delivery__assignment__module", "delivery__step")
    ordering = ("-sent_at", "-pk")
    actions = ("mark_read", "mark_new")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).sent()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        # Only clients write reflections, and nobody deletes one here: there are no such pages.
        without = {"replies_reply_add", "replies_reply_delete"}
        return [url for url in super().get_urls() if url.name not in without]

    # --- the list

    @admin.display(description="Client", ordering="delivery__assignment__client__name")
    def client(self, reply: Reply) -> str:
        return reply.delivery.assignment.client.name

    @admin.display(description="Module", ordering="delivery__assignment__module__title")
    def module(self, reply: Reply) -> str:
        return reply.delivery.assignment.module.title

    @admin.display(description="Step", ordering="delivery__step__position")
    def step(self, reply: Reply) -> str:
        return reply.delivery.step.title

    @admin.display(description="Sent", ordering="sent_at")
    def sent(self, reply: Reply) -> str:
        return date_format(timezone.localtime(reply.sent_at), "j F Y, H:i")

    @admin.display(description="Read", ordering="read_at")
    def state(self, reply: Reply) -> SafeString | str:
        return "read" if reply.read_at else format_html("<strong>{}</strong>", "New")

    @admin.action(description="Mark as read")
    def mark_read(self, request: HttpRequest, replies: Any) -> None:
        replies.update(read_at=timezone.now())

    @admin.action(description="Mark as new again")
    def mark_new(self, request: HttpRequest, replies: Any) -> None:
        replies.update(read_at=None)

    # --- one reflection

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show it as it was written. Looking changes nothing: a button marks it as read."""
        reply = self.own_or_404(request, object_id)
        if request.method == "POST":
            return self._mark(request, reply)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{reply.delivery.assignment.client}: {reply.delivery.step}",
            "reply": reply,
            "answers": readable(reply.answers.defer("value")),
            "links": self._links(reply),
        }
        return render(request, "admin/replies/reply/change_form.html", context)

    def _mark(self, request: HttpRequest, reply: Reply) -> HttpResponse:
        is_read = "read" in request.POST
        reply.mark_read(timezone.now() if is_read else None)
        self.log_change(request, reply, "Marked as read." if is_read else "Marked as new again.")
        messages.success(
            request,
            "Marked as read." if is_read else "Marked as new again. It stays in your list of new ones.",
        )
        return HttpResponseRedirect(reverse("admin:replies_reply_change", args=(reply.pk,)))

    def _links(self, reply: Reply) -> list[tuple[str, str]]:
        """(label, address) of the pages that belong to it."""
        delivery = reply.delivery
        rows = (
            (f"{delivery.assignment.client}’s page", delivery.assignment.client),
            ("The step they read", delivery.step),
            ("The email they received", delivery),
        )
        return [
            (label, reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=(row.pk,)))
            for label, row in rows
            if type(row) in self.admin_site._registry
        ]


def readable(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Each answer with its words; `broken` where no key fits, because a blank would look like "left empty"."""
    shown = []
    for answer in answers:
        try:
            words, broken = answer.in_words(), False
        except CannotDecrypt:
            words, broken = "", True
        shown.append({"question": answer.question, "words": words, "broken": broken})
    return shown
