"""Is this mailbox the client's alone? Twice a year, after they sent something, a page asks. No email does.

Their "no" makes every email a short notice at once. Their "yes" changes nothing: what they or their practitioner chose
stays.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from practice.mailing.models import Delivery
from practice.people import audit
from practice.people.models import Client
from practice.replies.private import private_page, render

#: So long an answer counts.
COUNTS_FOR = timedelta(days=182)


def find_by_token(request: HttpRequest, token: str) -> Delivery | None:
    """The delivery of an open link: it went to the address that the client still has."""
    found: Delivery | None = Delivery.objects.by_token(token)
    return found


@private_page(find_by_token)
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Ask, or say what the last answer was; a POST answers."""
    answer = request.POST.get("alone")
    if answer in ("yes", "no"):
        tell(delivery.client, answer == "yes", timezone.now())
    context = {"client": delivery.client, "asks": asks(delivery, timezone.now())}
    # No redirect: the page reads what it says from the row alone.
    return render(request, "address.html", delivery, context)


def asks(delivery: Delivery, now: datetime) -> bool:
    """Whether the page of this email asks: the client did not say so far, or that is a while ago."""
    told_at = delivery.client.address_told_at
    return told_at is None or told_at <= now - COUNTS_FOR


@transaction.atomic
def tell(client: Client, alone: bool, now: datetime) -> None:
    """Keep what the client said; where others read the mailbox, let no email show more than that there is something."""
    client.address_is_private, client.address_told_at = alone, now
    if not alone:
        client.discretion = Client.Discretion.NOTICE
    client.save(update_fields=("address_is_private", "address_told_at", "discretion"))
    audit.note(None, audit.Action.CHANGED, client)
