"""At the desk: emails that came to a client's reply address, and those among them that somebody has to look at."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.people import audit
from practice.people.in_words import moment_in_words
from practice.people.owned_admin import OwnedAdmin
from practice.people.ownership import practitioner_of
from practice.replies.inbound import leave_out, take_in
from practice.replies.inbound_mail import InboundMail
from practice.replies.kept_mail import mail_of
from practice.replies.mail_in import Mail

TOO_LATE = gettext_noop("Nothing was changed: somebody has decided about this email already.")


@admin.register(InboundMail)
class InboundMailAdmin(OwnedAdmin):
    list_display = ("client", "came", "became", "why")
    list_display_links = ("client",)
    list_filter = ("state",)
    search_fields = ("delivery__assignment__client__name",)
    search_help_text = gettext_lazy("Search by client")
    list_select_related = ("delivery__assignment__client", "reply")
    ordering = ("-received_at", "-pk")
    actions = None
    when_empty = gettext_lazy(
        "Nothing here yet. What clients write back to an email of theirs becomes a reflection; all that comes to their "
        "reply addresses is listed here, and what is not surely theirs waits for you."
    )

    class Media:
        css = {"all": ("reflection/desk.css",)}

    def get_queryset(self, request: HttpRequest) -> Any:
        # What it says is read on its own page alone.
        private_note = "delivery__assignment__client__private_note"
        return super().get_queryset(request).defer("raw", private_note)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        # They come by themselves: there are no pages for adding or deleting one.
        without = {"replies_inboundmail_add", "replies_inboundmail_delete"}
        return [url for url in super().get_urls() if url.name not in without]

    # --- The list

    @admin.display(description=gettext_lazy("Client"), ordering="delivery__assignment__client__name")
    def client(self, row: InboundMail) -> str:
        return row.client.name

    @admin.display(description=gettext_lazy("Came"), ordering="received_at")
    def came(self, row: InboundMail) -> str:
        return moment_in_words(timezone.localtime(row.received_at))

    @admin.display(description=gettext_lazy("What it is"), ordering="state")
    def became(self, row: InboundMail) -> SafeString | str:
        label = str(row.State(row.state).label)
        return format_html("<strong>{}</strong>", label) if row.is_waiting else label

    @admin.display(description=gettext_lazy("Reason"), ordering="reason")
    def why(self, row: InboundMail) -> str:
        return _(row.reason)

    # --- One of them

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What came, and while it waits also what it says. Looking changes nothing: a button decides."""
        row = self.own_or_404(request, object_id)
        mail, is_read = mail_of(row) if row.is_waiting else (None, True)
        if request.method == "POST":
            return self._decide(request, row, mail)
        if mail:
            audit.note(practitioner_of(request), audit.Action.READ, row, row.client)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("An email to %(client)s’s reply address") % {"client": row.client},
            "row": row,
            "client": row.client,
            "mail": mail,
            "is_read": is_read,
        }
        return render(request, "admin/replies/inboundmail/change_form.html", context)

    def _decide(self, request: HttpRequest, row: InboundMail, mail: Mail | None) -> HttpResponse:
        who, client = practitioner_of(request), row.client
        texts = {"take_in": mail.new_text, "take_all": mail.text} if mail else {}
        text = next((text for button, text in texts.items() if button in request.POST), "")
        if take_in(row, text, timezone.now()):
            done = _("It is a reflection of %(client)s’s now.") % {"client": client}
        elif "leave_out" in request.POST and leave_out(row):
            done = _("It is left out, and what it said is deleted. Nobody was told.")
        else:
            messages.error(request, _(TOO_LATE))
            return redirect("admin:replies_inboundmail_changelist")
        audit.note(who, audit.Action.CHANGED, row, client)
        self.log_change(request, row, done)
        messages.success(request, done)
        if row.reply:
            return redirect("admin:replies_reply_change", row.reply.pk)
        return redirect("admin:replies_inboundmail_changelist")
