"""One thing that may need the practitioner's attention."""

from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse


@dataclass(frozen=True)
class Concern:
    """Who and what it is about, why, and the action that resolves it. `quiet`: nothing is wrong.

    The action is at `place`: an address, or a row that has a page. There may be hundreds, of which few are shown, so
    the address of the page is worked out when it is asked for.
    """

    client: str
    about: str
    why: str
    action: str
    place: str | Model
    quiet: bool = False

    @property
    def url(self) -> str:
        """Where the action is."""
        if isinstance(self.place, str):
            return self.place
        name = f"admin:{self.place._meta.app_label}_{self.place._meta.model_name}_change"
        return reverse(name, args=(self.place.pk,))


def assign_to(client_id: int) -> str:
    """The address where a module is assigned to this client."""
    return f"{reverse('admin:assignments_assignment_add')}?clients={client_id}"
