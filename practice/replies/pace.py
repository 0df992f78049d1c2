"""The client's own pace: not this week, pause until a date, carry on, stop. No reason is asked for."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery, Suppression
from practice.replies.forms import PauseForm
from practice.replies.private import private_page, render

BY_CLIENT = Assignment.By.CLIENT


def find_even_expired(request: HttpRequest, token: str) -> Delivery | None:
    """The delivery of a link, however old: nobody may be kept from stopping or resting."""
    return Delivery.objects.by_token_even_expired(token)


@private_page(find_even_expired)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Show what can be stopped; stop this series or all emails. A mail program's one click stops the series."""
    if request.method != "POST":
        return _stop_page(request, delivery)
    now = timezone.now()
    if request.POST.get("what") == "all":
        stop_everything(delivery, now)
    elif request.POST.get("what") == "series" or request.POST.get("List-Unsubscribe") == "One-Click":
        delivery.assignment.stop(now, by=BY_CLIENT)
    # No redirect: RFC 8058 forbids it for the one click, and this page reads its state from the rows alone.
    return _stop_page(request, delivery)


def stop_everything(delivery: Delivery, now: datetime) -> None:
    """Stop every series of this client, take their consent as withdrawn, and write to the address no more."""
    client = delivery.assignment.client
    for assignment in Assignment.objects.running().filter(client=client):
        assignment.stop(now, by=BY_CLIENT)
    client.withdraw_consent(now)
    Suppression.add(client.email, Suppression.Why.ASKED, now)


@private_page(find_even_expired)
@require_http_methods(["GET", "HEAD", "POST"])
def pace(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Show how the series goes on; rest for a week or until a day, or carry on."""
    if request.method != "POST":
        return _pace_page(request, delivery, PauseForm(timezone.localdate()))
    assignment, now = delivery.assignment, timezone.now()
    match request.POST.get("do"):
        case "not_this_week" if day := after_next_slot(assignment):
            assignment.pause(now, by=BY_CLIENT, until=day)
        case "every_two_weeks":
            assignment.change_pace(2)
        case "every_week":
            assignment.change_pace(1)
        case "carry_on" if may_carry_on(assignment):
            assignment.resume(now)
        case "pause":
            form = PauseForm(timezone.localdate(), request.POST)
            if not form.is_valid():
                return _pace_page(request, delivery, form, status=422)
            assignment.pause(now, by=BY_CLIENT, until=form.cleaned_data["until"])
    return redirect(request.path)


def after_next_slot(assignment: Assignment) -> date | None:
    """The day on which the rest of "not this week" ends: the one after the next slot. None when nothing is to come."""
    return assignment.next_on + timedelta(days=1) if assignment.next_on else None


def may_carry_on(assignment: Assignment) -> bool:
    """Whether a rest or an end was the client's own choice, and their address may be written to."""
    own_choice = assignment.state_by == BY_CLIENT and assignment.state in ("paused", "stopped")
    return own_choice and not _is_suppressed(assignment) and assignment.may_resume()


def _is_suppressed(assignment: Assignment) -> bool:
    return Suppression.objects.filter(address=assignment.client.email.lower()).exists()


def _stop_page(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    assignment = delivery.assignment
    context = {"assignment": assignment, "all_stopped": _is_suppressed(assignment)}
    return render(request, "stop.html", delivery, context | {"may_carry_on": may_carry_on(assignment)})


def _pace_page(request: HttpRequest, delivery: Delivery, form: PauseForm, status: int = 200) -> HttpResponse:
    assignment = delivery.assignment
    context = {"assignment": assignment, "form": form}
    context |= {"may_carry_on": may_carry_on(assignment), "all_stopped": _is_suppressed(assignment)}
    return render(request, "pace.html", delivery, context, status)
