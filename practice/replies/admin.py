"""Reflections at the desk: what clients sent, for their own practitioner's eyes. Drafts are the client's alone."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from practice.people import audit
from practice.people.in_words import moment_in_words
from practice.people.owned_admin import OwnedAdmin, OwnedRelatedFilter
from practice.people.ownership import is_for_a_list, practitioner_of
from practice.replies.client_pages import ClientPages
from practice.replies.days_page import DaysPage
from practice.replies.invite_pages import InvitePages
from practice.replies.message_pages import MessagePages
from practice.replies.models import InboundMail, Mark, Reply
from practice.replies.quarantine import InboundMailAdmin
from practice.replies.reflection_page import ReflectionPage
from practice.replies.tabs import MarkFilter, tab_of
from practice.replies.words_admin import ConcernWordsAdmin

__all__ = ["ConcernWordsAdmin", "InboundMailAdmin", "ReplyAdmin"]

#: What an empty tab says: what will come there.
WHEN_EMPTY = {
    None: gettext_lazy(
        "Nothing here yet. What your clients send from the page behind their emails appears here, for you alone."
    ),
    Mark.UNREAD: gettext_lazy(
        "Nothing unread. What your clients send you waits here until you have read it."
    ),
    Mark.TO_DISCUSS: gettext_lazy(
        "Nothing to discuss. Open a reflection and keep it for your next session: it then waits here."
    ),
    Mark.DISCUSSED: gettext_lazy(
        "Nothing here yet. After a session, mark what you talked about: you find it here again."
    ),
}


@admin.register(Reply)
class ReplyAdmin(ReflectionPage, ClientPages, MessagePages, InvitePages, DaysPage, OwnedAdmin):
    list_display = ("client", "module", "step", "sent", "state")
    list_display_links = ("client",)
    list_filter = (MarkFilter, ("client", OwnedRelatedFilter))
    search_fields = ("client__name", "delivery__step__title")
    search_help_text = gettext_lazy("Search by client or step")
    list_select_related = ("client", "delivery__assignment__module", "delivery__step")
    #: What is read of each for the list; the rest would be much, and is not asked for.
    listed = (
        *("client__name", "delivery__assignment__module__title", "delivery__step__title"),
        *("sent_at", "read_at", "talk"),
    )
    ordering = ("-sent_at", "-pk")
    actions = ("mark_read", "mark_to_discuss", "mark_discussed", "mark_unread")

    class Media:
        css = {"all": ("reflection/desk.css",)}

    def get_queryset(self, request: HttpRequest) -> Any:
        sent = super().get_queryset(request).sent()
        if is_for_a_list(request):
            return sent.only(*self.listed)
        # The private note would be decrypted for nothing, and the readings are long.
        return sent.defer("client__private_note", "delivery__step__body")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        # Only clients write reflections, and nobody deletes one here: there are no such pages.
        without = {"replies_reply_add", "replies_reply_delete"}
        pages = [*self.client_urls(), *self.message_urls(), *self.invite_urls(), *self.days_urls()]
        return [*pages, *(url for url in super().get_urls() if url.name not in without)]

    # --- the list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        empty = WHEN_EMPTY[tab_of(request.GET.get(MarkFilter.parameter_name))]
        own_mails = InboundMail.objects.of(practitioner_of(request))
        came = own_mails.exists()
        context = {
            "when_empty": empty,
            "mails_came": came,
            "mails_wait": came and own_mails.waiting().exists(),
            "read_first": self.get_queryset(request)
            .select_related(*self.list_select_related)
            .to_read_first(),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        by_email = InboundMail.replies_among(changelist.result_list)
        for reply in changelist.result_list:
            reply.by_email = reply.pk in by_email
        return changelist

    def called(self, obj: Reply) -> str:
        return _("%(client)s: %(step)s") % {"client": obj.client, "step": obj.delivery.step}

    @admin.display(description=gettext_lazy("Client"), ordering="client__name")
    def client(self, reply: Reply) -> str:
        return reply.client.name

    @admin.display(description=gettext_lazy("Module"), ordering="delivery__assignment__module__title")
    def module(self, reply: Reply) -> str:
        return reply.delivery.assignment.module.title

    @admin.display(description=gettext_lazy("Step"), ordering="delivery__step__position")
    def step(self, reply: Reply) -> str:
        return reply.delivery.step.title

    @admin.display(description=gettext_lazy("Sent"), ordering="sent_at")
    def sent(self, reply: Reply) -> str:
        at = moment_in_words(timezone.localtime(reply.sent_at))
        return _("%(moment)s, by email") % {"moment": at} if getattr(reply, "by_email", False) else at

    @admin.display(description=gettext_lazy("Mark"), ordering="read_at")
    def state(self, reply: Reply) -> SafeString | str:
        label = str(reply.mark.label)
        return format_html("<strong>{}</strong>", label) if reply.mark is Mark.UNREAD else label

    @admin.action(description=gettext_lazy("Mark as read"))
    def mark_read(self, request: HttpRequest, replies: Any) -> None:
        self._mark_all(request, replies, Mark.READ)

    @admin.action(description=gettext_lazy("Keep for the next session"))
    def mark_to_discuss(self, request: HttpRequest, replies: Any) -> None:
        self._mark_all(request, replies, Mark.TO_DISCUSS)

    @admin.action(description=gettext_lazy("Mark as discussed"))
    def mark_discussed(self, request: HttpRequest, replies: Any) -> None:
        self._mark_all(request, replies, Mark.DISCUSSED)

    @admin.action(description=gettext_lazy("Mark as unread"))
    def mark_unread(self, request: HttpRequest, replies: Any) -> None:
        self._mark_all(request, replies, Mark.UNREAD)

    @transaction.atomic
    def _mark_all(self, request: HttpRequest, replies: Any, mark: Mark) -> None:
        things = [(reply, reply.client) for reply in replies]
        count = Reply.objects.filter(pk__in=[reply.pk for reply, _client in things]).mark_as(
            mark, timezone.now()
        )
        audit.note_each(practitioner_of(request), audit.Action.MARKED, things)
        done = ngettext(
            "%(count)s reflection is marked “%(mark)s” now.",
            "%(count)s reflections are marked “%(mark)s” now.",
            count,
        )
        messages.success(request, done % {"count": count, "mark": mark.label})
