"""A forgotten password: a link by email, with which a practitioner chooses a new one."""

import logging
from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import path, reverse, reverse_lazy
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from practice.people import posting

log = logging.getLogger(__name__)

#: Seconds before another link is sent to the same practitioner: nobody fills a colleague's mailbox.
APART = 120


class AskForLink(PasswordResetForm):
    """The address that somebody signs in with. What happens is the same to see, whether there is such an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email address")
        self.fields["email"].help_text = _("The one that you sign in with.")

    def send_mail(  # type: ignore[override]
        self, subject_template: str, template: str, context: dict[str, Any], *others: Any, **more: Any
    ) -> None:
        """Send it on the side: how long the page takes must not tell whether there was anything to send."""
        practitioner = context["user"]
        if not cache.add(f"new-password-{practitioner.pk}", True, APART):
            return
        link = reverse("admin:password_reset_confirm", args=(context["uid"], context["token"]))
        words = {"link": settings.PUBLIC_BASE_URL + link, "minutes": settings.PASSWORD_RESET_TIMEOUT // 60}
        message = posting.written(
            practitioner.email, _("The link you asked for"), render_to_string(template, words)
        )
        Thread(target=_send, args=(message, practitioner.pk), daemon=True).start()


def _send(message: EmailMessage, practitioner_id: int) -> None:
    if not posting.hand_over(message):
        log.error("practitioner %s: the link for a new password was not sent", practitioner_id)


class _AtTheDoor(TemplateResponseMixin, ContextMixin):
    """Looks like the sign-in page."""

    template_name = "admin/new_password.html"
    stage = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**admin.site.each_context(self.request), **context, "stage": self.stage}


class Ask(_AtTheDoor, views.PasswordResetView):
    stage = "ask"
    form_class = AskForLink
    email_template_name = "email/new_password.txt"
    success_url = reverse_lazy("admin:password_reset_done")


class Asked(_AtTheDoor, views.PasswordResetDoneView):
    stage = "asked"


class Choose(_AtTheDoor, views.PasswordResetConfirmView):
    stage = "choose"
    success_url = reverse_lazy("admin:password_reset_complete")


class Chosen(_AtTheDoor, views.PasswordResetCompleteView):
    stage = "chosen"


def urls() -> list[URLPattern]:
    """The addresses of all four pages, open to everybody."""
    return [
        path("login/forgotten/", Ask.as_view(), name="password_reset"),
        path("login/forgotten/sent/", Asked.as_view(), name="password_reset_done"),
        path("login/new/<uidb64>/<token>/", Choose.as_view(), name="password_reset_confirm"),
        path("login/new/chosen/", Chosen.as_view(), name="password_reset_complete"),
    ]
