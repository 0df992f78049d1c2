"""What happens here when something changes on the floors below."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from practice.assignments.models import Assignment
from practice.people.models import Client


@receiver(post_save, sender=Client, dispatch_uid="follow_the_clients_clock")
def follow_the_clients_clock(sender: type[Client], instance: Client, created: bool, **more: Any) -> None:
    """A client may have moved: their emails leave at the same hour on the new clock."""
    if created or more.get("raw"):
        return
    for assignment in Assignment.objects.filter(client=instance, state=Assignment.State.ACTIVE):
        assignment.derive_next_due_at()
