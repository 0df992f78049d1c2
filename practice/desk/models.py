"""What the desk itself keeps: who is signed in where, the apps that show their codes, and counts of what was erased."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext as _

from practice.desk.code_app import CodeApp
from practice.desk.erasure import Erasure
from practice.people.models import Practitioner

__all__ = ["CodeApp", "Erasure", "SignedIn"]


class SignedIn(AbstractBaseSession):
    """A session, findable by whose it is. A browser in which nobody is signed in has one without a practitioner."""

    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, null=True, related_name="sessions", editable=False
    )

    def __str__(self) -> str:
        return _("Signed in")  # the key would open it

    @classmethod
    def get_session_store_class(cls) -> type:
        from practice.desk.sessions import SessionStore

        return SessionStore
