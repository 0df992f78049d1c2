"""What `manage.py check`, `migrate` and `serve` refuse: settings with which news of emails would be lost, or forged."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.urls import reverse
from django.utils.module_loading import import_string

from practice.mailing.bounces import is_address
from practice.mailing.hooks import in_use
from practice.mailing.mailbox import names_a_mailbox

#: Of the password in a WEBHOOK_SECRET.
SHORTEST = 16


@register
def way_out(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What EMAIL_BACKEND names is here. Amazon SES comes with a package that Interlude does not bring along."""
    try:
        import_string(settings.EMAIL_BACKEND)
    except ImportError as error:
        why = str(error).strip().partition("\n")[0]
        hint = "Amazon SES: add boto3 to requirements.in, run `make lock` and install again."
        return [
            Error(
                f"EMAIL_BACKEND is {settings.EMAIL_BACKEND}, and no email could leave: {why}",
                hint=hint if "amazon_ses" in settings.EMAIL_BACKEND else None,
                id="mailing.E004",
            )
        ]
    return []


@register
def webhook_secret(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """For a practice, a provider's events come in, and from nobody else."""
    hook = None if settings.DEBUG or way_out(app_configs) else in_use()
    if hook is None:
        return []
    provider, path = hook.view.esp_name, reverse("hook", args=(hook.name,))
    if not only_a_provider_can_post():
        return [
            Error(
                f"ANYMAIL {'has a weak' if _secrets() else 'lacks a'} WEBHOOK_SECRET, so nothing that {provider} tells "
                "of bounces and complaints can be believed.",
                hint=f"Set it to a name, a colon and {SHORTEST} random characters or more, and let {provider} post its "
                f"events to {settings.PUBLIC_BASE_URL.replace('://', '://name:password@')}{path}.",
                id="mailing.E001",
            )
        ]
    try:
        hook.view()
    except Exception as error:  # Anymail says which key is missing
        return [Error(f"The events of {provider} cannot be taken: {error}", id="mailing.E002")]
    return []


@register
def bounce_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Where bounce mails go is an address."""
    if not settings.BOUNCE_ADDRESS or is_address(settings.BOUNCE_ADDRESS):
        return []
    return [
        Error(
            "BOUNCE_ADDRESS must be a bare address such as bounces@example.com: at most 30 characters before "
            "the @, and no + among them.",
            id="mailing.E003",
        )
    ]


@register
def mailboxes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What is to be read every few minutes is a mailbox."""
    return [
        Error(
            f"{name} must begin with imap+ssl:// or imap+tls:// and name a host, such as "
            "imap+ssl://user:password@host/INBOX.",
            id="mailing.E005",
        )
        for name in ("BOUNCE_MAILBOX", "INBOUND_MAILBOX")
        if (url := getattr(settings, name)) and not names_a_mailbox(url)
    ]


def only_a_provider_can_post() -> bool:
    """Whether a provider can post what it knows, and nobody else."""
    secrets = _secrets()
    return bool(secrets) and all(len(secret.partition(":")[2]) >= SHORTEST for secret in secrets)


def _secrets() -> list[str]:
    """One or several, as Anymail takes them."""
    found = settings.ANYMAIL.get("WEBHOOK_SECRET") or []
    return [found] if isinstance(found, str) else list(map(str, found))
