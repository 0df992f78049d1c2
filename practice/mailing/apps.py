from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingConfig(AppConfig):
    """Out: editions, deliveries, the outbox, the transport."""

    name = "practice.mailing"
    verbose_name = _("Mail")

    def ready(self) -> None:
        import_module("practice.mailing.suppressions")
        import_module("practice.mailing.forgetting")
        import_module("practice.mailing.invitations")
        import_module("practice.mailing.lock_screen")
        import_module("practice.mailing.checks")
        import_module("practice.mailing.once_more")
