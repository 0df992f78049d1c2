"""One thing that a practitioner can do with an assignment: what it means before it is done, and what to say after."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from practice.assignments.away import moment_to_expect
from practice.assignments.kept_free import what_is_passed_over
from practice.assignments.models import Assignment
from practice.assignments.outlook import Planned, calendar, on_the_clock, spoken
from practice.assignments.schedule import Rhythm
from practice.people.clocks import clock_of
from resources.models import Step

ACTIVE, PAUSED = Assignment.State.ACTIVE, Assignment.State.PAUSED
STOPPED, FINISHED = Assignment.State.STOPPED, Assignment.State.FINISHED


@dataclass
class Move:
    """One thing to do with one assignment now. `step` is the one that was next when the page was shown."""

    row: Assignment
    now: datetime
    step: Step | None

    slug: ClassVar[str]

    #: Whether it is what a practitioner most likely came for.
    is_main: ClassVar[bool] = False
    #: Whether its button does it at once, because it only takes back what was just decided.
    at_once: ClassVar[bool] = False

    @property
    def button(self) -> str:
        """What the button on the assignment's page says."""
        raise NotImplementedError

    @property
    def confirm(self) -> str:
        """What the button says that does it."""
        return self.button

    def offered(self) -> bool:
        """Whether it can be done as things stand."""
        raise NotImplementedError

    def obstacle(self) -> str:
        """Why it must not be done although it could; empty when nothing is in the way."""
        return ""

    def meaning(self) -> list[str]:
        """What will happen, in whole sentences: above all what reaches the client, and when."""
        raise NotImplementedError

    def act(self, answers: dict[str, Any]) -> bool:
        """Do it. Returns whether anything was changed."""
        raise NotImplementedError

    def done(self) -> str:
        """What to say afterwards."""
        raise NotImplementedError

    def form(self, data: Any = None) -> forms.Form | None:
        """What else to ask, if anything."""
        return None

    def new_rhythm(self, answers: dict[str, Any]) -> Rhythm | None:
        """That of the steps to come from its first day on, where the move would change their days."""
        return None

    def calendar(self, answers: dict[str, Any]) -> list[Planned]:
        """The steps to come, as they would be: shown before it is done. Empty when it does not change their days."""
        rhythm = self.new_rhythm(answers)
        if rhythm is None:
            return []
        steps = [step.title for step in self.row.remaining_steps()]
        return calendar(rhythm, steps, without=self.row.days_kept_free(rhythm))

    def notes(self, answers: dict[str, Any], planned: list[Planned]) -> list[str]:
        """Why that calendar passes over some of its slots, in whole sentences."""
        rhythm = self.new_rhythm(answers)
        return self._passed_over(rhythm, planned[-1].day) if rhythm and planned else []

    def leaves_now(self) -> bool:
        """Whether an email is due after it was done."""
        return self.row.next_due_at is not None and self.row.next_due_at <= self.now

    # --- words shared by several

    @property
    def name(self) -> str:
        return self.row.client.name

    def at(self, moment: datetime) -> str:
        """A moment on the client's clock, and on the practitioner's where that is another."""
        theirs, own = self.row.client.time_zone, self.row.client.practitioner.time_zone
        if on_the_clock(moment, theirs) == on_the_clock(moment, own):
            return spoken(moment, theirs)
        return f"{spoken(moment, theirs)} ({spoken(moment, own)})"

    def first_free(self, slot: date) -> tuple[str, list[str]]:
        """When the first email leaves from a slot on; and why not in that one, if it does not, in whole sentences."""
        rhythm = replace(self.row.rhythm, first_on=slot)
        day = calendar(rhythm, [""], without=self.row.days_kept_free(rhythm))[0].day
        return self.at(self.row.moment(day)), self._passed_over(rhythm, day)

    def _passed_over(self, rhythm: Rhythm, last: date) -> list[str]:
        return what_is_passed_over((self.row.client, self.row.module, rhythm), last)

    def next_at(self) -> str:
        """When the next email leaves as things stand, past times away and days without emails."""
        return self.at(moment_to_expect(self.row) or self.now)

    def own_hour(self, moment: datetime) -> str:
        """The hour of a moment of these minutes, on the practitioner's clock."""
        return f"{timezone.localtime(moment, clock_of(self.row.client.practitioner.time_zone)):%H:%M}"

    def following(self) -> Step | None:
        """The step after the next one."""
        return next(iter(self.row.remaining_steps()[1:2]), None)
