"""The page where a practitioner sets up their second factor, makes new recovery codes, or switches it off."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp import login as remember

from practice.desk import second_factor
from practice.desk.code_app import CodeApp
from practice.desk.signing_in import CodeField, CodeForm
from practice.people.ownership import practitioner_of


class PasswordForm(forms.Form):
    """The password once more: somebody at a desk left open does not have it."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text=gettext_lazy("The one that you sign in with."),
    )
    field_order = ("password", "code")
    request: HttpRequest

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        email = practitioner_of(self.request).email
        if authenticate(self.request, username=email, password=password) is None:
            raise forms.ValidationError(_("This is not your password. Type it once more."))
        return password


class FirstCode(PasswordForm):
    """The password, and a code of the app that is being set up."""

    code = CodeField(
        label=gettext_lazy("Code"), help_text=gettext_lazy("The six digits that the app shows now.")
    )

    def __init__(self, request: HttpRequest, app: CodeApp, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.app = request, app

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        # A code works once: it is not spent on a wrong password.
        if "password" in self.cleaned_data and not second_factor.accept_first(self.app, code):
            raise forms.ValidationError(
                _("This code does not fit. Wait for the next one in the app and type it.")
            )
        return code


class SwitchOff(PasswordForm, CodeForm):
    """The password and a code."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(practitioner_of(request), *args, **kwargs)
        self.request = request

    def clean_code(self) -> str:
        # A code works once: it is not spent on a wrong password.
        return super().clean_code() if "password" in self.cleaned_data else self.cleaned_data["code"]


def my_second_factor(request: HttpRequest) -> HttpResponse:
    """Show where the second factor of whoever is signed in stands. A button says what to change."""
    practitioner = practitioner_of(request)
    app = second_factor.of(practitioner)
    act = request.POST.get("act", "")
    if app is not None:
        return {"confirm": _on_already, "codes": _new_codes, "off": _switch_off}.get(act, _show_on)(request)
    if act == "begin":
        second_factor.begin(practitioner)
        return redirect("admin:second_factor")
    waiting = second_factor.being_set_up(practitioner)
    if waiting is None:
        return _page(request, "off")
    return _set_up(request, waiting)


def _set_up(request: HttpRequest, app: CodeApp) -> HttpResponse:
    form = FirstCode(request, app, request.POST if request.POST.get("act") == "confirm" else None)
    if form.is_valid():
        codes = second_factor.switch_on(app)
        remember(request, app)
        return _page(request, "codes", codes=codes)
    if second_factor.of(practitioner_of(request)):  # another press with the same code was quicker
        return _on_already(request)
    return _page(
        request, "begun", form=form, picture=second_factor.picture(app), secret=second_factor.as_text(app)
    )


def _show_on(request: HttpRequest, **more: Any) -> HttpResponse:
    practitioner = practitioner_of(request)
    shown = {
        "codes_form": CodeForm(practitioner, auto_id="codes_%s"),
        "off_form": SwitchOff(request, auto_id="off_%s"),
    }
    left = second_factor.recovery_codes_left(practitioner)
    return _page(request, "on", left=left, required=settings.SECOND_FACTOR_REQUIRED, **(shown | more))


def _on_already(request: HttpRequest) -> HttpResponse:
    """After a second press, or a page loaded again: the recovery codes may never have been seen."""
    return _show_on(request, on_already=True)


def _new_codes(request: HttpRequest) -> HttpResponse:
    form = CodeForm(practitioner_of(request), request.POST, auto_id="codes_%s")
    if not form.is_valid():
        return _show_on(request, codes_form=form)
    return _page(request, "codes", codes=second_factor.new_recovery_codes(form.practitioner))


def _switch_off(request: HttpRequest) -> HttpResponse:
    if settings.SECOND_FACTOR_REQUIRED:
        return _show_on(request)
    form = SwitchOff(request, request.POST, auto_id="off_%s")
    if not form.is_valid():
        return _show_on(request, off_form=form)
    second_factor.switch_off(form.practitioner)
    messages.success(request, _("Switched off. Signing in asks for your password alone."))
    return redirect("admin:second_factor")


def _page(request: HttpRequest, stage: str, **more: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("Second factor"), "stage": stage, **more}
    return render(request, "admin/second_factor.html", context)
