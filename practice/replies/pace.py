"""The client's own pace: not this week, pause until a date, carry on, stop. No reason is asked for."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from practice.assignments.away import moment_to_expect
from practice.assignments.models import Assignment
from practice.assignments.schedule import local_day
from practice.mailing.models import Delivery, Suppression
from practice.people.models import Consent
from practice.replies import stopping
from practice.replies.days import days_form, days_of, name_days, remove_days
from practice.replies.forms import DaysForm, PauseForm
from practice.replies.noted import noted
from practice.replies.private import private_page, render, render_for

#: What the page says that it did, where it may look as before.
SAID = ("every_two_weeks", "every_week", "without_notes", "with_notes", "free_days", "remove_days")
BY_CLIENT, BY_SILENCE = Assignment.By.CLIENT, Assignment.By.SILENCE


def find_to_stop(request: HttpRequest, token: str) -> Delivery | None:
    """The delivery of a link, however old and in whosever mailbox: nobody may be kept from stopping."""
    return Delivery.objects.by_token_to_stop(token)


def find_even_expired(request: HttpRequest, token: str) -> Delivery | None:
    """The delivery of a link, however old: nobody may be kept from resting."""
    return Delivery.objects.by_token_even_expired(token)


@private_page(find_to_stop, always=True)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Show what can be stopped; stop this series or all emails, or undo that all were. A mail program's one click stops
    the series."""
    if request.method != "POST":
        return _stop_page(request, delivery)
    now, undo = timezone.now(), ""
    match request.POST.get("what"):
        case "all":
            undo = stopping.stop_everything(delivery, now)
        case "undo" if stopping.undo(delivery, request.POST.get("press", ""), now):
            return redirect("../pace/?done=undone")
        case what if what == "series" or request.POST.get("List-Unsubscribe") == "One-Click":
            noted(delivery.assignment, lambda row: row.stop(now, by=BY_CLIENT))
    # No redirect: RFC 8058 forbids it for the one click, and this page reads its state from the rows alone.
    return _stop_page(request, delivery, undo)


@private_page(find_even_expired)
@require_http_methods(["GET", "HEAD", "POST"])
def pace(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Show how the series goes on; rest for a week or until a day, carry on, or keep days free of emails."""
    if request.method != "POST":
        return _pace_page(request, delivery, PauseForm(timezone.localdate()))
    assignment, now, done = delivery.assignment, timezone.now(), True
    match pressed := request.POST.get("do"):
        case "not_this_week" if assignment.state == "active" and (day := after_next_email(assignment)):
            noted(assignment, lambda row: row.pause(now, by=BY_CLIENT, until=day))
        case "every_two_weeks":
            done = _at_pace(assignment, 2)
        case "every_week":
            done = _at_pace(assignment, 1)
        case "carry_on" if may_carry_on(assignment):
            noted(assignment, lambda row: row.resume(now))
        case "pause":
            form = PauseForm(timezone.localdate(), request.POST)
            if not form.is_valid():
                return _pace_page(request, delivery, form, status=422)
            until = form.cleaned_data["until"]
            if not noted(assignment, lambda row: row.pause(now, by=BY_CLIENT, until=until)):
                return _not_paused(request, delivery, form)
        case "without_notes" | "with_notes" as chosen:
            noted(assignment, lambda row: row.go_without_reminders(chosen == "without_notes"))
        case "free_days":
            days = days_form(delivery.client, now, request.POST)
            if days.is_valid() and not name_days(delivery.client, **days.cleaned_data, now=now):
                days.are_too_many()
            if not days.is_valid():
                form = PauseForm(timezone.localdate())
                return _pace_page(request, delivery, form, days, status=422)
        case "remove_days":
            done = remove_days(delivery.client, request.POST.get("days", ""))
    return redirect(f"{request.path}?done={pressed}" if done and pressed in SAID else request.path)


def _at_pace(row: Assignment, weeks: int) -> bool:
    """Let it come every so many weeks from now on. Returns whether it does; where it did already, nothing is noted."""
    if row.every_weeks == weeks:
        return row.state in (Assignment.State.ACTIVE, Assignment.State.PAUSED)
    return noted(row, lambda row: row.change_pace(weeks))


def _not_paused(request: HttpRequest, delivery: Delivery, form: PauseForm) -> HttpResponse:
    """Why they do not rest until this day. Where they cannot rest at all, the page says it as it is."""
    until = delivery.assignment.paused_until
    if until is None:
        return redirect(request.path)
    form.is_too_early(until)
    return _pace_page(request, delivery, form, status=422)


def after_next_email(assignment: Assignment) -> date | None:
    """The day on which the rest of "not this week" ends: the one after that of the next email, and after its slot where
    it was asked for sooner. None when nothing is to come."""
    moment = moment_to_expect(assignment)
    if moment is None or assignment.next_on is None:
        return None
    comes_on = local_day(moment, assignment.client.time_zone)
    return max(comes_on, assignment.next_on) + timedelta(days=1)


def may_carry_on(assignment: Assignment) -> bool:
    """Whether a rest or an end was the client's own choice or came by itself, and their address may be written to."""
    own_choice = assignment.state_by in (BY_CLIENT, BY_SILENCE) and assignment.state in ("paused", "stopped")
    return own_choice and not _is_suppressed(assignment) and assignment.may_resume()


def _may_pause(assignment: Assignment) -> bool:
    """Whether they can let it rest, or rest for longer: a pause without an end is their practitioner's to end."""
    without_end = assignment.state_by == Assignment.By.PRACTITIONER and not assignment.paused_until
    return assignment.state == "active" or (assignment.state == "paused" and not without_end)


def _is_suppressed(assignment: Assignment) -> bool:
    return Suppression.objects.filter(address=assignment.client.email.lower()).exists()


def _stop_page(request: HttpRequest, delivery: Delivery, undo: str = "") -> HttpResponse:
    """`undo` takes back what was just stopped, if that can be."""
    if not delivery.is_at_their_address():
        return _stop_page_elsewhere(request, delivery)
    assignment = delivery.assignment
    context = {"assignment": assignment, "all_stopped": _is_suppressed(assignment)}
    # This page opens however old its link is; the client's own page does not.
    context |= {
        "may_carry_on": may_carry_on(assignment),
        "link_is_open": delivery.link_expires_at > timezone.now(),
        "undo": undo,
        "wording": gettext(Consent.WORDING),
    }
    return render(request, "stop.html", delivery, context)


def _stop_page_elsewhere(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """For a mailbox that is no longer the client's: the same page whatever became of them, their series and their
    practitioner since then."""
    nothing_of_now = {"away": None, "closed": False, "practitioner": None}
    return render_for(request, "stop_elsewhere.html", delivery.client, nothing_of_now)


def _pace_page(
    request: HttpRequest,
    delivery: Delivery,
    form: PauseForm,
    days: DaysForm | None = None,
    status: int = 200,
) -> HttpResponse:
    assignment, now = delivery.assignment, timezone.now()
    context = {"assignment": assignment, "form": form, "next_at": moment_to_expect(assignment)}
    context |= {"may_carry_on": may_carry_on(assignment), "all_stopped": _is_suppressed(assignment)}
    context |= {
        "may_pause": _may_pause(assignment),
        "days_form": days or days_form(delivery.client, now),
        "free_days": days_of(delivery.client, now),
        "done": request.GET.get("done") if request.method != "POST" else None,
    }
    return render(request, "pace.html", delivery, context, status)
