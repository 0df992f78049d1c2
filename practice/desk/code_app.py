"""The app on a practitioner's phone that shows codes (TOTP, RFC 6238): the secret that it shares with us, encrypted."""

import secrets
import time
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from practice.people.fields import EncryptedTextField

#: What an app calls the account.
ISSUER = "Interlude"
#: So many codes before and after the present one fit as well: nobody types at once, and no two clocks agree.
TOLERANCE = 1


def new_secret() -> str:
    """160 random bits in base32, as apps take them: 32 letters and digits."""
    return b32encode(secrets.token_bytes(20)).decode()


class CodeApp(ThrottlingMixin, Device):
    """As the TOTP device of django-otp, of which the database would tell the secret to whoever reads a backup."""

    secret = EncryptedTextField(default=new_secret, editable=False)
    #: By how many half minutes its clock is known to be off.
    drift = models.SmallIntegerField(default=0, editable=False)
    #: The half minute of the last code that was taken: each works once.
    last_t = models.BigIntegerField(default=-1, editable=False)

    class Meta(Device.Meta):
        abstract = False
        verbose_name = _("app for codes")
        verbose_name_plural = _("apps for codes")

    def totp(self) -> TOTP:
        """What makes and checks its codes, as of now."""
        totp = TOTP(b32decode(self.secret), drift=self.drift)
        totp.time = time.time()
        return totp

    def verify_token(self, token: str) -> bool:
        """Whether this is a code that it shows now and that was not used. A wrong one makes the next try wait."""
        if not self.verify_is_allowed()[0]:
            return False
        totp = self.totp()
        if token.isdecimal() and totp.verify(int(token), TOLERANCE, self.last_t + 1):
            self.last_t, self.drift = totp.t(), totp.drift
            self.throttle_reset()
            return True
        self.throttle_increment()
        return False

    def get_throttle_factor(self) -> int:
        """How many seconds the first wrong code costs; each further one twice as many."""
        return 1

    @property
    def config_url(self) -> str:
        """The address that the app reads from the picture: it holds the secret."""
        told = urlencode({"secret": self.secret, "issuer": ISSUER})
        return f"otpauth://totp/{ISSUER}:{quote(self.user.get_username())}?{told}"
