"""Signing in at the desk: an email address and a password, and then a code where a second factor is set up."""

from math import ceil
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from practice.desk import second_factor
from practice.people.models import Practitioner

#: How many seconds a right password waits for its code.
PATIENCE = 600
#: Where a session keeps who gave a right password and no code yet. Nobody is signed in by it.
HALFWAY = "halfway"
BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInForm(AdminAuthenticationForm):
    """An email address and a password. What is wrong is said without telling which of the two."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "This email address and password do not belong together. Look at both and try again."
        ),
    }


class SignIn(LoginView):
    """The first step. Whoever has a second factor is not signed in by it and goes on to the second."""

    template_name = "admin/login.html"
    authentication_form = SignInForm

    def form_valid(self, form: Any) -> HttpResponse:
        practitioner = form.get_user()
        if second_factor.of(practitioner) is None:
            return super().form_valid(form)
        self.request.session[HALFWAY] = {
            "id": practitioner.pk,
            "password": practitioner.get_session_auth_hash(),
            "at": timezone.now().timestamp(),
            "next": self.get_success_url(),
        }
        return redirect("admin:login_code")


class CodeField(forms.CharField):
    """A code from the app, or a recovery code."""

    def __init__(self, **more: Any) -> None:
        widget = forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        )
        super().__init__(max_length=32, widget=widget, **more)


class CodeForm(forms.Form):
    """The second step. `practitioner` is whoever gave the password; `device` is what accepted the code."""

    code = CodeField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy(
            "Six digits from the app on your phone. Without your phone, one of your recovery codes."
        ),
    )

    def __init__(self, practitioner: Practitioner, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practitioner = practitioner
        self.device: Any = None

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if seconds := second_factor.seconds_to_wait(self.practitioner, code):
            wait = _("After a wrong code, wait %(time)s. Then try again.")
            raise forms.ValidationError(wait % {"time": _spoken(seconds)})
        self.device = second_factor.accept(self.practitioner, code)
        if self.device is None:
            raise forms.ValidationError(
                _(
                    "This code does not fit. Each code works once: wait for the next one in your app, or take a "
                    "recovery code that you have not used."
                )
            )
        return code


def _spoken(seconds: int) -> str:
    """ "1 second", "32 seconds", and "5 minutes" for what is more than one."""
    if seconds <= 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = ceil(seconds / 60)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask whoever gave a right password for a code, and sign them in."""
    practitioner = _halfway(request)
    if practitioner is None:
        return redirect("admin:login")
    form = CodeForm(practitioner, request.POST or None)
    if form.is_valid():
        onward = request.session.pop(HALFWAY)["next"]
        practitioner.otp_device = form.device  # type: ignore[attr-defined]
        login(request, practitioner, BACKEND)
        return redirect(onward)
    form.fields["code"].widget.attrs["autofocus"] = True
    context = {**admin.site.each_context(request), "title": _("Sign in"), "form": form}
    return render(request, "admin/login_code.html", context)


def _halfway(request: HttpRequest) -> Practitioner | None:
    """Who gave a right password in this browser a short while ago, if it is still theirs."""
    found = request.session.get(HALFWAY)
    if found is None or timezone.now().timestamp() - found["at"] > PATIENCE:
        return None
    practitioner = Practitioner.objects.filter(pk=found["id"], is_active=True).first()
    if practitioner and constant_time_compare(practitioner.get_session_auth_hash(), found["password"]):
        return practitioner
    return None
