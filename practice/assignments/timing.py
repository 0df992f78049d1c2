"""What a practitioner can do with the days of an assignment."""

from dataclasses import replace
from typing import Any

from practice.assignments.forms import USUAL_WAIT, DayForm, PaceForm, PauseForm, WaitForm
from practice.assignments.models import Assignment
from practice.assignments.move import ACTIVE, PAUSED, Move
from practice.assignments.outlook import Planned, spoken_day
from practice.assignments.quiet_forms import QuietForm, RemindForm
from practice.assignments.schedule import Rhythm, local_day


def in_weeks(number: int) -> str:
    """ "a week", "3 weeks"."""
    return "a week" if number == 1 else f"{number} weeks"


class MoveTo(Move):
    slug = "move"

    @property
    def button(self) -> str:
        return "Move to another day"

    @property
    def confirm(self) -> str:
        return f"Move “{self.step}”"

    def offered(self) -> bool:
        return self.row.state == ACTIVE and self.step is not None and self.row.has_a_clock

    def meaning(self) -> list[str]:
        return [
            f"“{self.step}” goes out to {self.name} on the day you choose, at {self.row.at:%H:%M} on their own clock. "
            "The steps after it follow from there at the same pace.",
            f"Nothing is sent now, and {self.name} is not told about it.",
        ]

    def form(self, data: Any = None) -> DayForm:
        return DayForm(self.row.rhythm, self.now, data, initial={"day": self.row.next_on})

    def calendar(self, answers: dict[str, Any]) -> list[Planned]:
        return self.planned(replace(self.row.rhythm, first_on=answers["day"]), answers["day"])

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.move_next(answers["day"], self.step)

    def done(self) -> str:
        return f"“{self.step}” now goes out on {self.at(self.row.next_due_at or self.now)}."


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


class Resume(Move):
    slug = "resume"
    is_main = True

    @property
    def button(self) -> str:
        return "Resume" if self.row.state == PAUSED else "Carry on"

    def offered(self) -> bool:
        return self.row.state != ACTIVE and self.row.may_resume()

    def meaning(self) -> list[str]:
        first = self.row.moment(self.row.day_to_resume(self.now))
        said = [
            f"“{self.step}” goes out to {self.name} on {self.at(first)}, and the others follow one at a time."
        ]
        if self.row.state_by == Assignment.By.CLIENT:
            said.insert(0, f"{self.name} chose to rest or stop. Carry on only when {self.name} asked you to.")
        if self.row.state_by == Assignment.By.SILENCE:
            said.insert(
                0, f"It rests because nothing came back. {self.name} was told so, and can carry on alone."
            )
        return said

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.resume(self.now)

    def done(self) -> str:
        return f"It carries on: “{self.step}” is next, on {self.at(self.row.next_due_at or self.now)}."


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

    def calendar(self, answers: dict[str, Any]) -> list[Planned]:
        first = self.row.next_on if self.row.state == ACTIVE else None
        if first is None:
            return []
        return self.planned(
            Rhythm(first, self.row.at, answers["every_weeks"], self.row.client.time_zone), first
        )

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.change_pace(answers["every_weeks"])

    def done(self) -> str:
        weeks = self.row.every_weeks
        return "Every week from now on." if weeks == 1 else f"Every {weeks} weeks from now on."


class Setting(Move):
    """Base of what is kept for the steps to come and sends nothing by itself."""

    @property
    def confirm(self) -> str:
        return "Keep this"

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED) and self.step is not None


class Wait(Setting):
    slug = "wait"

    @property
    def button(self) -> str:
        return "Change the waiting" if self.row.wait_weeks else "Wait for reflections"

    def meaning(self) -> list[str]:
        return [
            f"Nothing is sent by this, and {self.name} is not told about it.",
            f"When it waits, “{self.step}” and those after it go out once {self.name} has sent a reflection on the "
            "step before. A step without questions is not waited for.",
        ]

    def form(self, data: Any = None) -> WaitForm:
        weeks = self.row.wait_weeks
        return WaitForm(data, initial={"wait": weeks is not None, "wait_weeks": weeks or USUAL_WAIT})

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.wait_for_reflections(
            (answers["wait_weeks"] or USUAL_WAIT) if answers["wait"] else None
        )

    def done(self) -> str:
        if weeks := self.row.wait_weeks:
            return (
                f"Each next step now waits for the reflection on the last one, for {in_weeks(weeks)} at most."
            )
        return "It no longer waits for reflections."


class RestAfter(Setting):
    slug = "rest-after"

    @property
    def button(self) -> str:
        return "When nothing comes back"

    def meaning(self) -> list[str]:
        return [
            f"Nothing is sent by this, and {self.name} is not told about it.",
            f"A step is quiet when {self.name} wrote nothing and pressed nothing. Nobody sees whether it was read. "
            "A step without questions does not count.",
            f"When it rests, {self.name} gets one short email that says so, and can carry on at any time.",
        ]

    def form(self, data: Any = None) -> QuietForm:
        return QuietForm(data, initial={"rests_after": self.row.rests_after})

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.rest_after(answers["rests_after"])

    def done(self) -> str:
        if steps := self.row.rests_after:
            return f"It rests by itself after {'a quiet step' if steps == 1 else f'{steps} quiet steps'}."
        return "It goes on, also when nothing comes back."


class Remind(Setting):
    slug = "remind"

    @property
    def button(self) -> str:
        return "Remind once"

    def obstacle(self) -> str:
        if self.row.no_reminders:
            return f"{self.name} chose to go without short emails in between, and can let them come again."
        return ""

    def meaning(self) -> list[str]:
        return [
            f"Nothing is sent by this, and {self.name} is not told about it.",
            f"After each step to come, if {self.name} has written and pressed nothing by then, one short email at the "
            "usual hour says that it is still there. It is sent once for a step, and never while it rests.",
            f"A step without questions is not followed by one. {self.name} can go without them at any time.",
        ]

    def form(self, data: Any = None) -> RemindForm:
        return RemindForm(data, initial={"remind_after": self.row.remind_after})

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.remind(answers["remind_after"])

    def done(self) -> str:
        if days := self.row.remind_after:
            after = "a day" if days == 1 else f"{days} days"
            return f"One short email follows a step, {after} after it, if nothing came back."
        return "No short email follows a step."
