"""The outbox, asked for in plain words."""

from datetime import datetime
from typing import Self

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from practice.assignments.models import Assignment
from practice.mailing import welcome
from practice.mailing.private_link import LinkedQuerySet
from practice.people.models import Client, Consent, Practitioner
from resources.models import Module


class DeliveryQuerySet(LinkedQuerySet):
    """The outbox, asked for in plain words."""

    def due(self, now: datetime) -> Self:
        """Those that may leave now: due or to be tried again, and still within their window."""
        return self.filter(state=self.model.State.DUE, due_at__lte=now, expires_at__gt=now)

    def welcome(self) -> Self:
        """Those that their client still wants: agreed to emails, neither paused nor stopped, address not suppressed.

        And those of a step that is still in its module; those of a closed account only where whoever closed it chose
        that the series go on; and none that something else keeps back for now.
        """
        suppressions = apps.get_model("mailing", "Suppression").objects
        practitioner = "assignment__client__practitioner"
        return self.filter(
            Q(step__taken_out=False),
            Exists(Consent.objects.filter(client=OuterRef("assignment__client"), withdrawn_at=None)),
            ~Exists(suppressions.filter(address=Lower(OuterRef("assignment__client__email")))),
            *(~condition for condition in welcome.conditions()),
            Q(**{f"{practitioner}__is_active": True}) | Q(**{f"{practitioner}__series_go_on": True}),
            assignment__state__in=(Assignment.State.ACTIVE, Assignment.State.FINISHED),
        )

    def still_right(self) -> Self:
        """Those with content that would go to no other address now, and show no more than their client wants now."""
        now_a_notice = Q(assignment__client__discretion=Client.Discretion.NOTICE)
        shows_all = Q(edition__discretion=Client.Discretion.FULL)
        return self.exclude(now_a_notice & shows_all).filter(to_address=F("assignment__client__email"))

    def few_of(self, practitioner: Practitioner) -> Self:
        """As `of`, where all other conditions leave few: whose an email is, is asked of each of these.

        A join would tempt PostgreSQL to read all assignments, or every email that any of the clients ever received.
        """
        owner = Assignment.objects.filter(pk=OuterRef("assignment")).order_by()
        whose = Subquery(owner.values("client__practitioner"))
        return self.alias(owner=whose).filter(owner=practitioner.pk)

    def lately(self, modules: QuerySet[Module], since: datetime) -> Self:
        """Those of steps of these modules that were due since then. Found by `delivery_lately`."""
        return self.filter(step__module__in=modules.order_by().values("pk"), due_at__gte=since)
