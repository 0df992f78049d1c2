"""What needs the practitioner's attention: why, in plain words, and the one thing to do about it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, Model, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold, spoken
from practice.assignments.passed import PassedStep
from practice.desk.arrivals import arrivals
from practice.desk.concern import Concern, assign_to
from practice.desk.emails import SPOKEN_OF, Emails
from practice.desk.standing import UNANSWERED, Running, Standing, has_agreed, is_unanswered, last_wrote
from practice.desk.trouble import emails_in_trouble
from practice.mailing.models import Suppression
from practice.mailing.suppressions import held
from practice.people.in_words import listed
from practice.people.models import Practitioner

#: A step that was due for so long should have been planned in any minute since.
STUCK = timedelta(hours=1)
#: A series is said to end so long before its last step leaves; and so many steps at most leave in that time.
ENDS_WITHIN = timedelta(weeks=2)
LAST_STEPS = 3
#: What is unanswered is mentioned when nobody wrote for so long.
UNANSWERED_FOR = timedelta(weeks=UNANSWERED - 1)

ANOTHER = gettext_noop("Assign another module")


def concerns(practitioner: Practitioner, running: Running, emails: Emails, now: datetime) -> list[Concern]:
    """What is new, in trouble, held or stuck; then, quietly, whoever is new, what ends, is silent or rests."""
    standings = running.standings
    told = {standing.hold for standing in standings if standing.hold}
    found = [
        *arrivals(practitioner, running.clients, now),
        *emails_in_trouble(emails.in_trouble, running.clients, told),
        *_held(standings),
        *(_stuck(standing) for standing in standings if standing.due_at and standing.due_at < now - STUCK),
        *_ending(standings, now),
        *_ended(running, now),
        *_silent(standings, now),
        *_resting(standings),
    ]
    return sorted(found, key=lambda concern: concern.quiet)


# --- What is held -------------------------------------------------------------------------------


def _held(standings: Iterable[Standing]) -> Iterator[Concern]:
    """What holds an active assignment; once for each client whom it holds in the same way."""
    together: dict[tuple[int, Hold, str, str | Model, bool], list[Assignment]] = defaultdict(list)
    for standing in standings:
        row, hold = standing.row, standing.hold
        if hold and not hold.expected and (row.state == Assignment.State.ACTIVE or not row.has_a_clock):
            together[row.client_id, hold, *_release(row, hold)].append(row)
    for (_client, hold, action, place, quiet), rows in together.items():
        about = listed(row.module.title for row in rows)
        yield Concern(rows[0].client.name, about, f"{hold.why} {hold.release}", action, place, quiet)


def _release(row: Assignment, hold: Hold) -> tuple[str, str | Model, bool]:
    """The action that lets it go on, where that is, and whether there is no hurry."""
    client = row.client
    name = {"client": client}
    if not row.has_a_clock:
        return _("Look at %(client)s’s time zone") % name, client, False
    if client.archived_at:
        back = reverse("admin:people_client_archive", args=(client.pk,))
        return _("Bring %(client)s back") % name, back, False
    if not has_agreed(row) and hold.quiet:  # they are invited, and it is their turn
        return _("Look at %(client)s’s page") % name, client, True
    if not has_agreed(row):
        return _("Record that they agreed"), reverse("admin:people_client_consent", args=(client.pk,)), False
    if any(hold == held(why, client.name) for why in Suppression.Why):
        return _("Look at %(client)s’s address") % name, client, False
    return _("Look at it"), row, True


def _resting(standings: Iterable[Standing]) -> Iterator[Concern]:
    for standing in standings:
        row, hold = standing.row, standing.hold
        if hold and row.state == Assignment.State.PAUSED and row.has_a_clock:
            why = f"{hold.why} {hold.release}"
            yield Concern(row.client.name, row.module.title, why, _("Look at it"), row, quiet=True)


def _stuck(standing: Standing) -> Concern:
    """Should have been planned long ago. Nobody at the desk can mend that."""
    row = standing.row
    due = spoken(row.next_due_at, row.client.practitioner.time_zone) if row.next_due_at else ""
    # Translators: “assignment 5” is what the log says, in English.
    why = _(
        "The next step was due on %(due)s, and still waits. If it stays so, ask whoever runs Interlude: the log says "
        "why, under “assignment %(number)s”."
    ) % {"due": due, "number": row.pk}
    return Concern(row.client.name, row.module.title, why, _("Look at it"), row)


# --- What ends, and who is silent ---------------------------------------------------------------


def _ending(standings: Iterable[Standing], now: datetime) -> Iterator[Concern]:
    """Clients to whom the last step leaves soon, and to whom nothing will be going out then."""
    of_client: dict[int, list[Standing]] = defaultdict(list)
    for standing in standings:
        of_client[standing.row.client_id].append(standing)
    for client_id, theirs in of_client.items():
        if any(standing.left > LAST_STEPS for standing in theirs):
            continue
        moments = [standing.last_at() for standing in theirs]
        last = max((moment for moment in moments if moment), default=None)
        if last is None or None in moments or not now <= last < now + ENDS_WITHIN:
            continue
        client = theirs[0].row.client
        day = spoken(last, client.practitioner.time_zone)
        why = _("The last step leaves on %(day)s.") % {"day": day}
        about = listed(standing.row.module.title for standing in theirs)
        yield Concern(client.name, about, why, _(ANOTHER), assign_to(client_id), quiet=True)


def _ended(running: Running, now: datetime) -> list[Concern]:
    """Clients whose last step went out lately, and to whom nothing is going out now."""
    idle = [pk for pk in running.idle_clients() if not running.clients[pk].archived_at]
    if not idle:
        return []
    lately = PassedStep.objects.filter(assignment=OuterRef("pk"), at__gte=now - SPOKEN_OF)
    finished = Assignment.objects.filter(Exists(lately), client__in=idle, state=Assignment.State.FINISHED)
    why = _("Every step went out, and nothing else is going out to them.")
    return [
        Concern(running.clients[client].name, module, why, _(ANOTHER), assign_to(client), quiet=True)
        for client, module in finished.values_list("client_id", "module__title")
    ]


def _silent(standings: Iterable[Standing], now: datetime) -> Iterator[Concern]:
    """Clients who have written nothing since a few steps of one series. They may well be reading."""
    silent = (standing.row for standing in standings if standing.due_at and _is_silent(standing.row, now))
    one_each = {row.client_id: row for row in silent if is_unanswered(row)}
    why = ngettext(
        "The last step went out, and no reflection came. Reading alone may be what suits them; you could ask when you "
        "meet.",
        "The last %(count)s steps went out, and no reflection came. Reading alone may be what suits them; you could "
        "ask when you meet.",
        UNANSWERED,
    ) % {"count": UNANSWERED}
    for row in one_each.values():
        yield Concern(row.client.name, row.module.title, why, _("Look at how it goes"), row, quiet=True)


def _is_silent(row: Assignment, now: datetime) -> bool:
    wrote = last_wrote(row)
    return wrote is None or wrote < now - UNANSWERED_FOR
