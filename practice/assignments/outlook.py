"""What comes next for an assignment, when, and if it is held: why, and what would release it.

Pure, and in the practitioner's words and language: they read it at the desk. The planner goes by the same rules.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from practice.assignments.schedule import Rhythm
from practice.people.clocks import clock_of
from practice.people.in_words import written


@dataclass(frozen=True)
class Hold:
    """Why nothing leaves for now, and what would change that. Whole sentences.

    `quiet`: nothing is wrong. `expected`: it is so because its practitioner wanted it so, and needs no reminder.
    """

    why: str
    release: str
    quiet: bool = False
    expected: bool = False


@dataclass(frozen=True)
class Invited:
    """An invitation to receive emails: its day, whether it has left, and the day on which the client said no to it."""

    on: date
    has_left: bool
    declined_on: date | None


@dataclass(frozen=True)
class Outlook:
    """What comes next: the step's title and its moment in UTC, each None when there is none."""

    step: str | None
    due_at: datetime | None
    client_time: str
    practitioner_time: str
    hold: Hold | None


@dataclass(frozen=True)
class Planned:
    """One step in a calendar: its title, the day on the client's calendar, and the moment in UTC."""

    step: str
    day: date
    at: datetime


@dataclass(frozen=True)
class Span:
    """Days of one calendar, the first and the last included."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def in_words(self) -> str:
        """ "20–27 December 2026", or from month to month, or the one day."""
        last = date_format(self.last, _("j F Y"))
        if self.first == self.last:
            return _("on %(day)s") % {"day": last}
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return _("%(first_day)s–%(last)s") % {"first_day": self.first.day, "last": last}
        same_year = self.first.year == self.last.year
        first = date_format(self.first, _("j F") if same_year else _("j F Y"))
        return _("%(first)s – %(last)s") % {"first": first, "last": last}


def look_ahead(
    step: str | None,
    due_at: datetime | None,
    *,
    client_zone: str,
    practitioner_zone: str,
    hold: Hold | None = None,
) -> Outlook:
    """Put together what comes next, in both people's time. Without a step or a moment the times are empty."""
    if step is None or due_at is None:
        return Outlook(step, None, "", "", hold)
    return Outlook(step, due_at, spoken(due_at, client_zone), spoken(due_at, practitioner_zone), hold)


def held_by_clock(zone: str) -> Hold | None:
    """Why nothing can be planned for a client whose time zone this machine does not know; None when it does."""
    if clock_of(zone):
        return None
    return Hold(
        _("Interlude knows no time zone “%(zone)s”, so it cannot tell when emails should leave.")
        % {"zone": zone},
        _("Choose another one on the client’s page, such as that of a large city nearby."),
    )


#: Numbers as people write them; longer ones as digits.
NUMBERS = (
    pgettext_lazy("number of steps", "no"),
    pgettext_lazy("number of steps", "one"),
    pgettext_lazy("number of steps", "two"),
    pgettext_lazy("number of steps", "three"),
    pgettext_lazy("number of steps", "four"),
    pgettext_lazy("number of steps", "five"),
    pgettext_lazy("number of steps", "six"),
)


def held_by_silence(client: str, steps: int, day: date, resting: bool) -> Hold:
    """Why a series rests, or is about to, to whose last steps nothing came back. `day` is the slot it rests from."""
    number = NUMBERS[steps] if steps < len(NUMBERS) else steps
    gaps = {"day": spoken_day(day), "number": number}
    if resting:
        why = ngettext(
            "Resting since %(day)s, after %(number)s quiet step.",
            "Resting since %(day)s, after %(number)s quiet steps.",
            steps,
        )
        release = _("%(client)s can carry on at any time, and so can you, with Resume.")
        return Hold(why % gaps, release % {"client": client}, quiet=True)
    why = ngettext(
        "It rests from %(day)s on, after %(number)s quiet step.",
        "It rests from %(day)s on, after %(number)s quiet steps.",
        steps,
    )
    release = _("As soon as %(client)s writes or presses anything, it goes on.")
    return Hold(why % gaps, release % {"client": client}, quiet=True, expected=True)


def held_by_state(state: str, by: str, until: date | None, steps_left: bool) -> Hold | None:
    """Why an assignment in this state sends nothing; None for an active one.

    `by` is whose choice it was ("the client" or "the practitioner"), `until` the day on which a pause ends. That of
    nobody is told by `held_by_silence`.
    """
    if by == "silence":
        return None
    by_client = by == "the client"
    if state == "paused" and until:
        why = (
            _("Resting until %(day)s, the client’s choice.")
            if by_client
            else _("Resting until %(day)s, your choice.")
        )
        release = _("It carries on by itself on that day, or when you press Resume.")
        return Hold(why % {"day": spoken_day(until)}, release)
    if state == "paused":
        why = _("Paused, the client’s choice.") if by_client else _("Paused, your choice.")
        return Hold(why, _("It carries on when you press Resume."))
    if state == "stopped":
        why = _("Stopped, the client’s choice.") if by_client else _("Stopped, your choice.")
        if steps_left:
            return Hold(why, _("Nothing more goes out unless you press Carry on."))
        return Hold(why, _("Nothing more goes out."))
    if state == "finished" and steps_left:
        return Hold(
            _("Finished, but the module has steps that did not go out."), _("Press Carry on to bring them.")
        )
    if state == "finished":
        return Hold(
            _("Finished: every step went out or was skipped."), _("Assign another module whenever it suits.")
        )
    return None


def held_by_agreement(
    client: str, agreed: bool, withdrawn: bool, invited: Invited | None = None
) -> Hold | None:
    """Why a client who has not agreed to emails, or took it back, receives none; None when they agreed.

    `invited` is the last invitation since then, if there is one.
    """
    if agreed:
        return None
    if invited and invited.declined_on:
        return Hold(
            _("%(client)s said no to emails on %(day)s.")
            % {"client": client, "day": spoken_day(invited.declined_on)},
            _(
                "Nothing leaves. If %(client)s tells you that this has changed, invite them again on their page, or "
                "record it there."
            )
            % {"client": client},
        )
    if invited:
        why = (
            _("%(client)s was invited on %(day)s, and has not answered yet.")
            if invited.has_left
            else _("%(client)s is about to be invited, and has not answered yet.")
        )
        release = _(
            "Nothing leaves before %(client)s says yes behind the link, or tells you and you record it on their page."
        )
        gaps = {"client": client, "day": spoken_day(invited.on)}
        return Hold(why % gaps, release % {"client": client}, quiet=True)
    why = (
        _("%(client)s took back the agreement to emails.")
        if withdrawn
        else _("%(client)s has not agreed to emails yet.")
    )
    release = _("Nothing leaves before %(client)s agrees. Invite them by email, or record it on their page.")
    return Hold(why % {"client": client}, release % {"client": client})


def held_by_closed_account(practitioner: str) -> Hold:
    """Why the clients of a closed account receive nothing."""
    return Hold(
        _("The account of %(practitioner)s is closed.") % {"practitioner": practitioner},
        _("Nothing leaves before it is opened again, or a colleague has taken over."),
    )


def held_while_away(back_on: date) -> Hold:
    """Why a series rests whose practitioner is away, and wants it to."""
    return Hold(
        _("Held until you are back on %(day)s.") % {"day": spoken_day(back_on)},
        _("It carries on by itself at the first hour from then on, with one email."),
        quiet=True,
        expected=True,
    )


def held_by_blackout(span: Span, by_client: bool) -> Hold:
    """Why nothing leaves on days on which nothing may come to a client."""
    why = (
        _("No emails %(days)s, the client’s choice.") if by_client else _("No emails %(days)s, your choice.")
    )
    return Hold(
        why % {"days": span.in_words()},
        _("It carries on by itself at the first hour after that, with one email."),
        quiet=True,
        expected=True,
    )


def calendar(
    rhythm: Rhythm, steps: Iterable[str], first: date | None = None, without: Collection[Span] = ()
) -> list[Planned]:
    """Every step with its day and its moment in UTC, a slot each, from `first` on (else the first slot).

    Slots that lie in one of the spans `without` emails are passed over.
    """
    days = rhythm.days(first)
    if without:
        days = (day for day in days if not any(span.covers(day) for span in without))
    return [Planned(step, day, rhythm.moment(day)) for step, day in zip(steps, days, strict=False)]


def spoken_day(day: date) -> str:
    """A day in words: "Sunday 8 March 2026"."""
    return written(day, _("l j F Y"))


def on_the_clock(moment: datetime, zone: str) -> str:
    """A moment on the clock of a zone (of UTC, if there is no such zone): "Sunday 8 March 2026 at 18:00"."""
    local = moment.astimezone(clock_of(zone) or UTC)
    return _("%(day)s at %(hour)s") % {"day": spoken_day(local.date()), "hour": f"{local:%H:%M}"}


def spoken(moment: datetime, zone: str) -> str:
    """A moment on the clock of a zone, and which clock: "Sunday 8 March 2026 at 18:00, Berlin time"."""
    return _("%(moment)s, %(place)s time") % {"moment": on_the_clock(moment, zone), "place": place(zone)}


def place(zone: str) -> str:
    """How people call a zone: "Buenos Aires" for "America/Argentina/Buenos_Aires"."""
    return zone.rsplit("/", 1)[-1].replace("_", " ") if clock_of(zone) else "UTC"
