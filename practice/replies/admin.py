"""Reflections at the desk: what clients sent, for their own practitioner's eyes. Drafts are the client's alone."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from practice.people import audit
from practice.people.fields import CannotDecrypt
from practice.people.in_words import moment_in_words
from practice.people.owned_admin import OwnedAdmin, OwnedRelatedFilter
from practice.people.ownership import is_for_a_list, practitioner_of
from practice.replies.client_pages import ClientPages
from practice.replies.days_page import DaysPage
from practice.replies.forms import NoteForm
from practice.replies.invite_pages import InvitePages
from practice.replies.kept_mail import mail_of
from practice.replies.legible import legible, shown
from practice.replies.message_pages import MessagePages
from practice.replies.models import Concern, InboundMail, Mark, Note, Reply
from practice.replies.quarantine import InboundMailAdmin
from practice.replies.words_admin import ConcernWordsAdmin
from practice.replies.worrying import BUTTON, words_in

__all__ = ["ConcernWordsAdmin", "InboundMailAdmin", "ReplyAdmin"]

TABS = (Mark.UNREAD, Mark.TO_DISCUSS, Mark.DISCUSSED)
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
#: The buttons below a reflection: what each says, and what it did.
BUTTONS = {
    Mark.READ: (gettext_lazy("Mark as read"), gettext_lazy("Marked as read.")),
    Mark.TO_DISCUSS: (
        gettext_lazy("Keep for our next session"),
        gettext_lazy("Kept for your next session. You find it under “To discuss”."),
    ),
    Mark.DISCUSSED: (gettext_lazy("We talked about it"), gettext_lazy("Marked as discussed.")),
    Mark.UNREAD: (
        gettext_lazy("Mark as unread"),
        gettext_lazy("Marked as unread. It stays in your list of new ones."),
    ),
}
#: What most often comes next: its button stands out.
LIKELY = {Mark.UNREAD: Mark.READ, Mark.READ: Mark.TO_DISCUSS, Mark.TO_DISCUSS: Mark.DISCUSSED}


def tab_of(value: str | None) -> Mark | None:
    """The mark that a tab is for; None for everything, and for a word that is no tab."""
    return next((mark for mark in TABS if mark.value == value), None)


class MarkFilter(admin.SimpleListFilter):
    """The tabs above the list: everything, or what carries one mark, each with how many there are."""

    title = gettext_lazy("mark")
    parameter_name = "show"
    template = "admin/replies/reply/tabs.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(mark.value, str(mark.label)) for mark in TABS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        mark = tab_of(self.value())
        return queryset.marked(mark) if mark else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        counts = changelist.root_queryset.counts()
        for value, choice in zip(("all", *TABS), super().choices(changelist), strict=True):
            yield {**choice, "count": counts[str(value)]}


@admin.register(Reply)
class ReplyAdmin(ClientPages, MessagePages, InvitePages, DaysPage, OwnedAdmin):
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

    # --- one reflection

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show it as it was written. Looking changes nothing: a button marks it."""
        reply = self.own_or_404(request, object_id)
        form = None
        if request.method == "POST" and "note" in request.POST:
            form = NoteForm(request.POST)
            if form.is_valid():
                return self._keep_note(request, reply, form.cleaned_data["note"])
        elif request.method == "POST" and "acknowledge" in request.POST:
            return self._acknowledge(request, reply)
        elif request.method == "POST":
            return self._mark(request, reply)
        audit.note(practitioner_of(request), audit.Action.READ, reply, reply.client)
        concern = _concern_of(reply)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": self.called(reply),
            "reply": reply,
            **_mail_of(reply),
            "answers": shown(reply.answers.all()),
            # Who acknowledges it has read it: one button for that is enough.
            "buttons": [
                (mark, BUTTONS[mark][0])
                for mark in BUTTONS
                if mark is not reply.mark and not (concern["to_acknowledge"] and mark is Mark.READ)
            ],
            "likely": LIKELY.get(reply.mark) if not concern["to_acknowledge"] else None,
            **_note_of(reply, form),
            **concern,
            "neighbours": self._neighbours(request, reply),
            "links": self._links(reply),
            "preserved_filters": self.get_preserved_filters(request),
        }
        status = 422 if form else 200
        return render(request, "admin/replies/reply/change_form.html", context, status=status)

    def _mark(self, request: HttpRequest, reply: Reply) -> HttpResponse:
        if (mark := request.POST.get("mark")) in Mark.values:
            done = str(BUTTONS[Mark(mark)][1])
            client = reply.client
            with transaction.atomic():
                if not Reply.objects.filter(pk=reply.pk).mark_as(Mark(mark), timezone.now()):
                    gone = _("%(client)s took this back in the meantime. It is no longer here.")
                    messages.warning(request, gone % {"client": client})
                    return HttpResponseRedirect(reverse("admin:replies_reply_changelist"))
                audit.note(practitioner_of(request), audit.Action.MARKED, reply, client)
                self.log_change(request, reply, done)
            messages.success(request, done)
        return HttpResponseRedirect(request.get_full_path())

    def _acknowledge(self, request: HttpRequest, reply: Reply) -> HttpResponse:
        """They have read what was to be read first: the client's series may go on."""
        now, client = timezone.now(), reply.client
        with transaction.atomic():
            done = Concern.objects.filter(reply=reply).acknowledge(practitioner_of(request), now)
            if done:
                Reply.objects.filter(pk=reply.pk).unread().mark_as(Mark.READ, now)
                audit.note(practitioner_of(request), audit.Action.ACKNOWLEDGED, reply, client)
                self.log_change(request, reply, gettext_noop("Acknowledged."))
        if done:
            noted = _("Noted: you have read this. Nothing is held back from %(client)s for it any more.")
            messages.success(request, noted % {"client": client})
        return HttpResponseRedirect(request.get_full_path())

    def _keep_note(self, request: HttpRequest, reply: Reply, text: str) -> HttpResponse:
        try:
            with transaction.atomic():
                Note.keep(reply, text, timezone.now())
                audit.note(practitioner_of(request), audit.Action.NOTED, reply, reply.client)
        except CannotDecrypt:
            messages.error(request, _("Nothing was changed: the note that is there cannot be decrypted."))
        else:
            self.log_change(request, reply, gettext_noop("Changed the note."))
            messages.success(request, _("Your note is kept.") if text else _("There is no note now."))
        return HttpResponseRedirect(request.get_full_path())

    def _neighbours(self, request: HttpRequest, reply: Reply) -> list[tuple[str, Reply]]:
        """(label, reflection) of the ones next to it in the tab that the reader came from."""
        tab = QueryDict(request.GET.get("_changelist_filters", "")).get(MarkFilter.parameter_name)
        mark = tab_of(tab)
        listed = self.get_queryset(request).select_related(*self.list_select_related)
        listed = listed.marked(mark) if mark else listed
        found = (
            (_("Newer"), listed.newer_than(reply).first()),
            (_("Older"), listed.older_than(reply).first()),
        )
        return [(label, other) for label, other in found if other]

    def _links(self, reply: Reply) -> list[tuple[str, str]]:
        """(label, address) of the pages that belong to it."""
        delivery, client = reply.delivery, reply.client
        name = {"client": client}
        return [
            (_("Write to %(client)s") % name, reverse("admin:replies_messages", args=(client.pk,))),
            (_("All that %(client)s wrote") % name, reverse("admin:replies_client", args=(client.pk,))),
            (_("For your next session"), reverse("admin:replies_digest", args=(client.pk,))),
            (_("%(client)s’s page") % name, reverse("admin:people_client_change", args=(client.pk,))),
            (_("The step they read"), reverse("admin:resources_step_change", args=(delivery.step_id,))),
            (_("The email they received"), reverse("admin:mailing_delivery_change", args=(delivery.pk,))),
        ]


def _mail_of(reply: Reply) -> dict[str, Any]:
    """Whether it came by email, and what stands in that: a reader sees whether words were taken for a quotation."""
    row = InboundMail.objects.filter(reply=reply).defer("raw").first()
    mail, is_read = mail_of(row) if row else (None, True)
    return {"by_email": row is not None, "mail": mail, "mail_is_broken": not is_read}


def _concern_of(reply: Reply) -> dict[str, Any]:
    """Whether it is to be read first, and the phrases of the practice's list that it has now; or who read it when."""
    concern = Concern.objects.filter(reply=reply).select_related("acknowledged_by").first()
    is_open = concern is not None and concern.acknowledged_at is None
    return {
        "concern": concern,
        "worrying_words": words_in(reply) if is_open else [],
        "to_acknowledge": _(BUTTON) if is_open else "",
    }


def _note_of(reply: Reply, form: NoteForm | None) -> dict[str, Any]:
    """The note as a form, as it was typed if it did not fit; and whether a note is there that cannot be read."""
    note, is_read = next(legible(Note.objects.filter(reply=reply), "text"), (None, True))
    return {
        "note_is_broken": not is_read,
        "note_form": form or NoteForm(initial={"note": note and note.text}),
    }
