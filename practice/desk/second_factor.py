"""The second factor: codes from an app on the practitioner's phone, and recovery codes for a day without it."""

import secrets
from datetime import datetime
from math import ceil

import segno
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from practice.desk.code_app import CodeApp
from practice.people.models import Practitioner

RECOVERY_CODES = 10
#: Wrong codes that are counted. Each doubles the wait, from a second to 256: longer would lock a colleague out, to
#: whom somebody means harm who knows their password. At that pace a guess takes decades.
MOST_FAILURES = 9
#: No letter that looks like a digit.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def of(practitioner: Practitioner) -> CodeApp | None:
    """The app that was set up, if one was."""
    return CodeApp.objects.filter(user=practitioner, confirmed=True).first()


def being_set_up(practitioner: Practitioner) -> CodeApp | None:
    """The app that waits for its first code, if one does."""
    return CodeApp.objects.filter(user=practitioner, confirmed=False).first()


def begin(practitioner: Practitioner) -> None:
    """Make a new secret. It counts for nothing until a code of it was given."""
    CodeApp.objects.filter(user=practitioner, confirmed=False).delete()
    CodeApp.objects.create(user=practitioner, name="App", confirmed=False)


@transaction.atomic
def switch_on(app: CodeApp) -> list[str]:
    """From now on signing in asks for a code of this app. Returns the recovery codes, which are not seen again."""
    app.confirmed = True
    app.save(update_fields=["confirmed"])
    return new_recovery_codes(app.user)


@transaction.atomic
def switch_off(practitioner: Practitioner) -> None:
    """Signing in asks for the password alone."""
    CodeApp.objects.filter(user=practitioner).delete()
    StaticDevice.objects.filter(user=practitioner).delete()


@transaction.atomic
def new_recovery_codes(practitioner: Practitioner) -> list[str]:
    """Ten codes that work once each. Those made before stop working. Only their digests are kept."""
    StaticDevice.objects.filter(user=practitioner).delete()
    device = StaticDevice.objects.create(user=practitioner, name="Recovery codes")
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def recovery_codes_left(practitioner: Practitioner) -> int:
    """How many recovery codes have not been used."""
    return StaticToken.objects.filter(device__user=practitioner).count()


def accept(practitioner: Practitioner, code: str) -> CodeApp | StaticDevice | None:
    """The device that this code belongs to, or None. A code works once, and each wrong one makes the next try wait."""
    device = _device_for(practitioner, code)
    return device and _verified(device, _as_token(code))


def accept_first(app: CodeApp, code: str) -> bool:
    """Whether this is a code of an app that is being set up."""
    return _verified(app, _plain(code)) is not None


def seconds_to_wait(practitioner: Practitioner, code: str, now: datetime | None = None) -> int:
    """How long no code of this kind is looked at, after wrong ones. 0 when the next one may come."""
    device = _device_for(practitioner, code)
    allowed, why = device.verify_is_allowed() if device else (True, None)
    if allowed or why is None:
        return 0
    return max(1, ceil((why["locked_until"] - (now or timezone.now())).total_seconds()))


def picture(app: CodeApp) -> str:
    """The secret as a QR code: an SVG image as a data URI."""
    return str(segno.make(app.config_url, error="m").svg_data_uri(scale=5, border=4, light="#fff"))


def as_text(app: CodeApp) -> str:
    """The secret, to be typed: groups of four letters."""
    return " ".join(app.secret[start : start + 4] for start in range(0, len(app.secret), 4))


def _verified(device: CodeApp | StaticDevice, token: str) -> CodeApp | StaticDevice | None:
    """The device if it takes this token, else None: then its wait is longer than before (see MOST_FAILURES)."""
    verified = verify_token(device.user, device.persistent_id, token)
    if verified is None:
        failed = type(device).objects.filter(pk=device.pk, throttling_failure_count__gt=MOST_FAILURES)
        failed.update(throttling_failure_count=MOST_FAILURES)
    return verified


def _device_for(practitioner: Practitioner, code: str) -> CodeApp | StaticDevice | None:
    """An app gives digits; anything else is a recovery code."""
    if _is_of_an_app(code):
        return of(practitioner)
    return StaticDevice.objects.filter(user=practitioner).first()


def _as_token(code: str) -> str:
    return _plain(code) if _is_of_an_app(code) else _digest(_plain(code))


def _is_of_an_app(code: str) -> bool:
    return len(_plain(code)) <= 6


def _plain(code: str) -> str:
    """What was typed, without the spaces and hyphens that make it readable."""
    return "".join(code.split()).replace("-", "").lower()


def _digest(code: str) -> str:
    """What is kept of a recovery code: 64 bits under SECRET_KEY, so that the database alone gives none away."""
    return salted_hmac("practice.desk.second_factor", code, algorithm="sha256").hexdigest()[:16]
