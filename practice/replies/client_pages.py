"""The pages about all that one client sent, for the admin of reflections to take in."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.people import audit
from practice.people.in_words import day_in_words
from practice.people.models import Client
from practice.people.ownership import practitioner_of
from practice.replies import pdf
from practice.replies.digest import Digest, digest, sent_between
from practice.replies.forms import MeetingForm, SinceForm
from practice.replies.models import Mark, Meeting, Reply
from practice.replies.scales import scales
from practice.replies.thread import letters, sent_by

NO_PDF = gettext_noop("A PDF cannot be made here. Print the page instead, and choose “Save as PDF” there.")


class ClientPages:
    """Each page is about one client, by id: another practitioner's is a 404."""

    admin_site: Any
    opts: Any
    media: Any
    log_change: Any

    def client_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("client/<int:client>/", wrap(self.thread_view), name="replies_client"),
            path("client/<int:client>/digest/", wrap(self.digest_view), name="replies_digest"),
            path("client/<int:client>/digest.pdf", wrap(self.digest_as_pdf), name="replies_digest_pdf"),
        ]

    def thread_view(self, request: HttpRequest, client: int) -> HttpResponse:
        """All their reflections, the newest first."""
        row = own_client(request, client)
        trace(request, audit.Action.READ, row, sent_by(row))
        all_sent = letters(sent_by(row))
        context = {"client": row, "letters": all_sent, "scales": scales(all_sent)}
        return self._client_page(request, "thread", _("What %(client)s wrote") % {"client": row}, context)

    # --- For a session

    def digest_view(self, request: HttpRequest, client: int) -> HttpResponse:
        """What they shared since the last session; a POST notes that there was one, or takes that back."""
        row = own_client(request, client)
        now, meeting = timezone.now(), None
        if request.method == "POST" and "forget" in request.POST:
            return self._forget_meeting(request, row)
        if request.method == "POST":
            meeting = MeetingForm(now, request.POST)
            if meeting.is_valid():
                return self._note_meeting(request, row, meeting.cleaned_data)
        asked, shown = asked_digest(request, row, audit.Action.READ)
        here = {"met_on": timezone.localdate(now), "since": shown.since, "until": shown.until.isoformat()}
        context = {
            "client": row,
            "digest": shown,
            "asked": asked,
            "meeting": meeting or MeetingForm(now, initial=here),
            "last": Meeting.last_with(row),
            "can_make_pdf": pdf.is_installed(),
        }
        title = _("What %(client)s shared") % {"client": row}
        return self._client_page(request, "digest", title, context, 422 if meeting else 200)

    def digest_as_pdf(self, request: HttpRequest, client: int) -> HttpResponse:
        """The same page to keep or to take along."""
        row = own_client(request, client)
        try:
            pdf.ensure_installed()
            shown = asked_digest(request, row, audit.Action.EXPORTED)[1]
            content = pdf.pdf_of(
                render_to_string("admin/replies/reply/digest_pdf.html", {"digest": shown, "client": row})
            )
        except pdf.CannotMakePdf:
            messages.error(request, _(NO_PDF))
            return HttpResponseRedirect(f"{digest_url(row)}?{request.GET.urlencode()}")
        # The name says nothing: it stands in the list of downloads, and on whatever it is copied to.
        name = f"digest-{timezone.localdate(shown.until):%Y-%m-%d}.pdf"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type="application/pdf", headers=disposition)

    def _note_meeting(self, request: HttpRequest, client: Client, said: dict[str, Any]) -> HttpResponse:
        met_on = said["met_on"]
        Meeting.objects.get_or_create(client=client, met_on=met_on)
        if said["discussed"]:
            zone = timezone.get_current_timezone()
            shared = sent_between(client, said["since"], said["until"], zone)
            things = [(reply, client) for reply in shared]
            shared.mark_as(Mark.DISCUSSED, timezone.now())
            audit.note_each(practitioner_of(request), audit.Action.MARKED, things)
        noted = _("Noted: you met on %(day)s. What %(client)s shares from that day on is below.")
        messages.success(request, noted % {"day": day_in_words(met_on), "client": client})
        return redirect(digest_url(client))

    def _forget_meeting(self, request: HttpRequest, client: Client) -> HttpResponse:
        last = Meeting.last_with(client)
        if last and request.POST["forget"] == last.isoformat():
            Meeting.objects.filter(client=client, met_on=last).delete()
            done = _("Taken back: the session on %(day)s is no longer noted.")
            messages.success(request, done % {"day": day_in_words(last)})
        return redirect(digest_url(client))

    # --- How

    def _client_page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        shared = {"title": title, "opts": self.opts, "media": self.media}
        shared |= self.admin_site.each_context(request)
        return render(request, f"admin/replies/reply/{name}.html", shared | context, status=status)


def own_client(request: HttpRequest, pk: int) -> Client:
    """The practitioner's own client with this id. Raises Http404 for another's and for nobody's."""
    return get_object_or_404(Client.objects.of(practitioner_of(request)), pk=pk)


def trace(request: HttpRequest, action: audit.Action, client: Client, replies: Iterable[Reply]) -> None:
    """Write down that these reflections were opened, or taken along. Done before their words are read: from then on
    their client cannot take them back."""
    things = [(reply, client) for reply in replies]
    audit.note_each(practitioner_of(request), action, things)


def asked_digest(request: HttpRequest, client: Client, action: audit.Action) -> tuple[SinceForm, Digest]:
    """The digest since the day that the address names, else since the last session that was noted. It is traced."""
    last = Meeting.last_with(client)
    form = SinceForm(request.GET) if "since" in request.GET else SinceForm(initial={"since": last})
    since = form.cleaned_data["since"] if form.is_valid() else last
    now, zone = timezone.now(), timezone.get_current_timezone()
    trace(request, action, client, sent_between(client, since, now, zone))
    return form, digest(client, since, now, zone)


def digest_url(client: Client) -> str:
    return reverse("admin:replies_digest", args=(client.pk,))
