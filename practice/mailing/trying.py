"""Try a step before it is sent: look at it as an email in every way, and send it to oneself."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from practice.mailing import trial
from practice.mailing.lock_screen import noticed
from practice.mailing.viewing import View, look, shown_by
from practice.people.models import Client
from practice.people.ownership import practitioner_of
from resources.models import Step
from resources.sensitive import words_of

Page = Callable[[HttpRequest, str, str, dict[str, Any]], HttpResponse]


def preview(request: HttpRequest, step: int, page: Page) -> HttpResponse:
    """A step as the email it would become, and the button that sends it to oneself. `page` renders a template."""
    row, (discretion, language) = own_step(request, step), asked(request)
    context = {
        "step": row,
        "discretion": discretion,
        "discretions": Client.Discretion.choices,
        "language": language,
        "languages": settings.LANGUAGES,
        "cautions": noticed(words_of(row.module.sensitive_words), [row], [language]),
        "my_address": practitioner_of(request).email,
        "send_url": _of("send_to_myself", request, step),
        **look(request, _view(request, row), _of("preview_email", request, step)),
    }
    return page(request, "preview", _("%(step)s as an email") % {"step": row}, context)


def frame(request: HttpRequest, step: int) -> HttpResponse:
    """The HTML part alone, for the frame on that page."""
    return _view(request, own_step(request, step)).as_page(dark=shown_by(request) == "dark")


def send_to_myself(request: HttpRequest, step: int) -> HttpResponse:
    """POST sends the email that the preview shows to whoever is signed in, and to nobody else. GET does nothing."""
    row, (discretion, language) = own_step(request, step), asked(request)
    if request.method == "POST":
        me = practitioner_of(request)
        email = trial.trial(row, me, discretion, language, timezone.now())
        if problem := trial.send(email, row.pk):
            messages.error(
                request, _("It was not sent to you. %(why)s Nothing else has changed.") % {"why": problem}
            )
        else:
            messages.success(request, trial.where_to_look(me.email))
    return redirect(_of("preview", request, step))


def own_step(request: HttpRequest, pk: int) -> Step:
    """The practitioner's own step, or a 404."""
    return get_object_or_404(
        Step.objects.of(practitioner_of(request)).select_related("module__practitioner"), pk=pk
    )


def asked(request: HttpRequest) -> tuple[str, str]:
    """How much the email shows and in which language, as the address asks; else the whole step in English."""
    discretion, language = request.GET.get("discretion", ""), request.GET.get("language", "")
    return (
        discretion if discretion in Client.Discretion.values else Client.Discretion.FULL,
        language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
    )


def _view(request: HttpRequest, step: Step) -> View:
    discretion, language = asked(request)
    return View.preview(step, discretion, timezone.now(), language)


def _of(page: str, request: HttpRequest, step: int) -> str:
    """The address of another page about the same email, in the same look."""
    discretion, language = asked(request)
    query = {"discretion": discretion, "language": language, "show": shown_by(request)}
    return reverse(f"admin:mailing_step_{page}", args=(step,), query=query)
