"""At the desk: the page about one reflection, with its marks and the practitioner's note."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.people import audit
from practice.people.fields import CannotDecrypt
from practice.people.ownership import practitioner_of
from practice.replies.forms import NoteForm
from practice.replies.kept_mail import mail_of
from practice.replies.legible import legible, shown
from practice.replies.models import Concern, InboundMail, Mark, Note, Reply
from practice.replies.tabs import MarkFilter, tab_of
from practice.replies.worrying import BUTTON, words_in

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


class ReflectionPage:
    """The page about one reflection, by its id: another practitioner's is a 404."""

    admin_site: Any
    opts: Any
    media: Any
    own_or_404: Any
    called: Any
    log_change: Any
    get_queryset: Any
    get_preserved_filters: Any
    list_select_related: Any

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show it as it was written. Looking changes nothing: a button marks it."""
        reply = self.own_or_404(request, object_id)
        form = NoteForm(request.POST) if "note" in request.POST else None
        if request.method == "POST" and (form is None or form.is_valid()):
            return self._press(request, reply, form)
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

    def _press(self, request: HttpRequest, reply: Reply, form: NoteForm | None) -> HttpResponse:
        """Do what the pressed button says, and with it keep the note that was typed; or nothing of both."""
        does = {"acknowledge": self._acknowledge, "mark": self._mark}
        pressed = next((does[name] for name in does if name in request.POST), None)
        try:
            with transaction.atomic():
                if form and (pressed is None or form.has_changed()):
                    self._keep_note(request, reply, form.cleaned_data["note"])
                if pressed:
                    return pressed(request, reply)
        except CannotDecrypt:
            messages.error(request, _("Nothing was changed: the note that is there cannot be decrypted."))
        return HttpResponseRedirect(request.get_full_path())

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

    def _keep_note(self, request: HttpRequest, reply: Reply, text: str) -> None:
        Note.keep(reply, text, timezone.now())
        audit.note(practitioner_of(request), audit.Action.NOTED, reply, reply.client)
        self.log_change(request, reply, gettext_noop("Changed the note."))
        messages.success(request, _("Your note is kept.") if text else _("There is no note now."))

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
