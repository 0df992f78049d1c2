"""What a practitioner can do with an assignment, each with what it means before it is done and after."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms

from practice.assignments.forms import PaceForm, PauseForm
from practice.assignments.models import Assignment
from practice.assignments.outlook import on_the_clock, spoken, spoken_day
from practice.assignments.schedule import local_day
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

    def following(self) -> Step | None:
        """The step after the next one."""
        return next(iter(self.row.remaining_steps()[1:2]), None)


class SendNow(Move):
    slug = "send-now"
    is_main = True

    @property
    def button(self) -> str:
        return "Send the next step now" if self.row.passed.exists() else "Send the first step now"

    @property
    def confirm(self) -> str:
        return f"Send this to {self.name}"

    def offered(self) -> bool:
        return self.row.state == ACTIVE and self.step is not None and self.row.sooner_at is None

    def obstacle(self) -> str:
        hold = self.row.outlook().hold
        return f"{hold.why} {hold.release}" if hold else ""

    def meaning(self) -> list[str]:
        client, next_on = self.row.client, self.row.next_on
        said = [f"This email goes to {client.name} at {client.email} now. It brings “{self.step}”."]
        if client.discretion == client.Discretion.NOTICE:
            said.append("The email itself is only a short notice with the private link.")
        if next_on and (following := self.following()):
            slot, after = self.row.rhythm.moment(next_on), self.row.rhythm.day_after(next_on)
            said.append(f"It takes the place of the email planned for {self.at(slot)}.")
            said.append(f"“{following}” follows on {self.at(self.row.rhythm.moment(after))}.")
        else:
            said.append("It is the last step.")
        return said

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.send_now(self.now, self.step)

    def done(self) -> str:
        return f"“{self.step}” is on its way to {self.name}. It appears below within seconds."


class Skip(Move):
    slug = "skip"

    @property
    def button(self) -> str:
        return "Skip the next step"

    @property
    def confirm(self) -> str:
        return f"Skip “{self.step}”"

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED) and self.step is not None

    def meaning(self) -> list[str]:
        said = [
            f"{self.name} does not get “{self.step}”. Nothing is sent now, and you can bring the step back later."
        ]
        if following := self.following():
            when = f" on {self.at(self.row.rhythm.moment(slot))}" if (slot := self._slot()) else ""
            said.append(f"“{following}” takes its place{when}.")
        else:
            said.append("It is the last step, so this assignment is then finished.")
        return said

    def _slot(self) -> date | None:
        return self.row.next_on if self.row.state == ACTIVE else None

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.skip_next(self.now, self.step)

    def done(self) -> str:
        return f"“{self.step}” is skipped."


class Pause(Move):
    slug = "pause"

    @property
    def button(self) -> str:
        return "Change the pause" if self.row.state == PAUSED else "Pause"

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED)

    def meaning(self) -> list[str]:
        return [
            f"Nothing goes out to {self.name} during a pause, and {self.name} is not told about it.",
            "Afterwards it carries on with the step that is next now, one at a time. Nothing is lost.",
            "An email that has left already is not called back.",
        ]

    def form(self, data: Any = None) -> PauseForm:
        return PauseForm(local_day(self.now, self.row.client.time_zone), data)

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.pause(self.now, until=answers.get("until"))

    def done(self) -> str:
        until = self.row.paused_until
        return (
            f"Resting until {spoken_day(until)}." if until else "Paused. Press Resume when it shall carry on."
        )


class ChangePace(Move):
    slug = "pace"

    @property
    def button(self) -> str:
        return "Change the pace"

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED) and self.step is not None

    def meaning(self) -> list[str]:
        return [
            f"“{self.step}” keeps its day. From there on, emails go out to {self.name} at the new pace, "
            "on the same weekday at the same time."
        ]

    def form(self, data: Any = None) -> PaceForm:
        return PaceForm(data, initial={"every_weeks": self.row.every_weeks})

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.change_pace(answers["every_weeks"])

    def done(self) -> str:
        weeks = self.row.every_weeks
        return "Every week from now on." if weeks == 1 else f"Every {weeks} weeks from now on."


class Resume(Move):
    slug = "resume"
    is_main = True

    @property
    def button(self) -> str:
        return "Resume" if self.row.state == PAUSED else "Carry on"

    def offered(self) -> bool:
        return self.row.state != ACTIVE and self.row.may_resume()

    def meaning(self) -> list[str]:
        first = self.row.rhythm.moment(self.row.day_to_resume(self.now))
        said = [
            f"“{self.step}” goes out to {self.name} on {self.at(first)}, and the others follow one at a time."
        ]
        if self.row.state_by == Assignment.By.CLIENT:
            said.insert(0, f"{self.name} chose to rest or stop. Carry on only when {self.name} asked you to.")
        return said

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.resume(self.now)

    def done(self) -> str:
        return f"It carries on: “{self.step}” is next, on {self.at(self.row.next_due_at or self.now)}."


class Stop(Move):
    slug = "stop"

    @property
    def button(self) -> str:
        return "Stop"

    @property
    def confirm(self) -> str:
        return f"Stop this for {self.name}"

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED)

    def meaning(self) -> list[str]:
        return [
            f"{self.name} gets no more emails of “{self.row.module}”, and is not told about it.",
            "What was sent stays readable, and so does what came back. You can carry on later where it stopped.",
        ]

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.stop(self.now)

    def done(self) -> str:
        return f"Stopped. Nothing more of it goes out to {self.name}."


MOVES: dict[str, type[Move]] = {move.slug: move for move in (SendNow, Resume, Skip, Pause, ChangePace, Stop)}
