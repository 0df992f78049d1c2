"""The audit trail: who read, exported, changed, handed over or erased what, and when. Never what it said.

A row is written once and stays as it is: the model refuses everything else, and so does the database (see
`append_only`). Rooms above write to it with `note`, in the transaction of what they note.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar, NoReturn, Self

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: Within this time of one another, two visits of a client's page are one look at it.
ONE_LOOK = timedelta(minutes=15)


class WrittenOnce(TypeError):
    """Something tried to change or delete a row of the trail."""

    def __init__(self) -> None:
        super().__init__("The audit trail is append-only: rows are added, never changed or deleted.")


class AuditQuerySet(models.QuerySet[Any, Any]):
    """The trail, asked for in plain words; and nothing that would change it."""

    def about(self, client: Any) -> Self:
        """What was done with this client's things, the latest first."""
        return self.filter(client_id=client.pk)

    def opened_by(self, actor: Any, client: Any) -> Self:
        """When `actor` opened the page of this client. Both may be an OuterRef of their ids."""
        return self.filter(client_id=client, actor=actor, kind="people.client", action=AuditEntry.Action.READ)

    def of_the_installation(self) -> Self:
        """What was done with the practice and its practitioners, and who was erased, the latest first."""
        kinds = ("people.practice", "people.practitioner", "replies.concernwords")
        return self.filter(models.Q(kind__in=kinds) | models.Q(action=AuditEntry.Action.ERASED))

    def update(self, **changes: Any) -> NoReturn:
        raise WrittenOnce

    def delete(self) -> NoReturn:
        raise WrittenOnce

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnce

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        if kwargs.get("update_conflicts"):
            raise WrittenOnce
        return super().bulk_create(objs, *args, **kwargs)


class AuditEntry(models.Model):
    """One thing that somebody did: ids, a word from a fixed list and a moment."""

    class Action(models.TextChoices):
        READ = "read", _("opened")
        MARKED = "marked", _("marked as read or new")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        EXPORTED = "exported", _("exported")
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        AGREED = "agreed", _("recorded an agreement to emails")
        WITHDREW = "withdrew", _("recorded that emails are no longer wanted")
        HANDED_OVER = "handed over", _("handed over")
        TOOK_BACK = "retracted", _("took back")
        NOTED = "noted", _("changed the private note about")
        ARCHIVED = "archived", _("archived")
        UNARCHIVED = "unarchived", _("brought back from the archive")
        ERASED = "erased", _("erased")
        INVITED = "invited", _("invited")
        UNINVITED = "uninvited", _("withdrew the invitation of")
        JOINED = "joined", _("accepted the invitation")
        DEACTIVATED = "deactivated", _("closed the account of")
        REACTIVATED = "reactivated", _("opened the account again of")
        READDRESSED = "readdressed", _("changed the email address of")

    at = models.DateTimeField(default=timezone.now)
    #: Whoever did it: a practitioner, or nobody at the desk (the client behind their private link; of an erasure, the
    #: practice's time for keeping records).
    actor = models.ForeignKey("people.Practitioner", models.PROTECT, null=True, related_name="audit_trail")
    action = models.CharField(max_length=12, choices=Action)
    #: What it was done with: the model's label such as "replies.reply", and its id. It may be gone since.
    kind = models.CharField(max_length=60)
    thing_id = models.BigIntegerField()
    #: Whose things they are. An id and no relation: the trail outlives the client's row.
    client_id = models.BigIntegerField(null=True)

    objects: ClassVar = AuditQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("line of the audit trail")
        verbose_name_plural = _("lines of the audit trail")
        indexes = (
            # For the page of one client's trail.
            models.Index(fields=("client_id", "-at"), name="audit_of_a_client"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.kind} {self.thing_id})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise WrittenOnce
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnce

    def thing(self) -> str:
        """The kind of thing, as the desk calls it: "reflection". The stored label where there is no such kind now."""
        try:
            return str(apps.get_model(self.kind)._meta.verbose_name)
        except LookupError:
            return self.kind


Action = AuditEntry.Action


def note(actor: Any, action: Action, thing: models.Model, client: Any = None) -> None:
    """Write down that `actor` (None: the client behind their link) did this with `thing`, one of `client`'s.

    A thing that is itself a client needs no `client`.
    """
    note_each(actor, action, [(thing, client)])


def note_look(actor: Any, client: Any, now: datetime) -> None:
    """Write down that `actor` opened this client's page, once for each ONE_LOOK, and anew after a hand-over."""
    looks = AuditEntry.objects.opened_by(actor.pk, client.pk)
    since = max(now - ONE_LOOK, client.handed_over_at or now - ONE_LOOK)
    if not looks.filter(at__gt=since).exists():
        note(actor, Action.READ, client)


def note_each(actor: Any, action: Action, things: Iterable[tuple[models.Model, Any]]) -> None:
    """The same for many (thing, client) at once."""
    now = timezone.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=now,
            actor=actor,
            action=action,
            kind=thing._meta.label_lower,
            thing_id=thing.pk,
            client_id=_client_id(thing, client),
        )
        for thing, client in things
    )


def _client_id(thing: models.Model, client: Any) -> int | None:
    if client is None and thing._meta.label_lower == "people.client":
        return thing.pk
    return client.pk if client is not None else None
