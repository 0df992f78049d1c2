"""Ways of looking at the list of clients that a practitioner keeps: a name for a search and its filters."""

from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from practice.people.ownership import Owned

#: What belongs to a page of the list and not to what it shows.
PASSING = ("p", "e", "all", "_popup", "_to_field", "_changelist_filters")
LONGEST = 1000


class SavedView(Owned):
    """A search and filters of the list of clients, by a name of the practitioner's own."""

    practitioner = models.ForeignKey("people.Practitioner", models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    #: As in an address, without the question mark: see `what_is_shown`.
    query = models.CharField(max_length=LONGEST)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("practitioner", "name"),
                name="one_view_per_name",
                violation_error_message=_("You already have a view with this name."),
            ),
        )

    def __str__(self) -> str:
        return self.name


def what_is_shown(query: Any) -> str:
    """The part of an address that says what a list shows, in one order; "" for the whole list."""
    asked = QueryDict(query) if isinstance(query, str) else query
    kept = QueryDict(mutable=True)
    for name in sorted(asked):
        values = [value for value in asked.getlist(name) if value]
        if name not in PASSING and values:
            kept.setlist(name, values)
    return kept.urlencode()
