"""Until when the records of a client are kept, for the client's page."""

from datetime import date

from django import template

from practice.desk.retention import kept_until
from practice.people.models import Client

register = template.Library()


@register.filter
def is_kept_until(client: Client) -> date | None:
    """The day from which on they are erased by themselves, if nothing happens before; None where they are not."""
    return kept_until(client)
