"""What a practitioner can do with the days of an assignment."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practice.assignments.models import Assignment
from practice.assignments.move import ACTIVE, PAUSED, Move
from practice.assignments.outlook import spoken_day
from practice.assignments.quiet_forms import QuietForm, RemindForm
from practice.assignments.schedule import Rhythm, local_day
from practice.assignments.timing_forms import USUAL_WAIT, DayForm, PaceForm, PauseForm, WaitForm


class MoveTo(Move):
    slug = "move"

    @property
    def button(self) -> str:
        return _("Move to another day")

    @property
    def confirm(self) -> str:
        return _("Move “%(step)s”") % {"step": self.step}

    def offered(self) -> bool:
        return self.row.state == ACTIVE and self.step is not None and self.row.has_a_clock

    def meaning(self) -> list[str]:
        return [
            _(
                "“%(step)s” goes out to %(client)s on the day you choose, at %(hour)s on their own clock. "
                "The steps after it follow from there at the same pace."
            )
            % {"step": self.step, "client": self.name, "hour": f"{self.row.at:%H:%M}"},
            _("Nothing is sent now, and %(client)s is not told about it.") % {"client": self.name},
        ]

    def form(self, data: Any = None) -> DayForm:
        return DayForm(self.row.rhythm, self.now, data, initial={"day": self.row.next_on})

    def new_rhythm(self, answers: dict[str, Any]) -> Rhythm:
        return replace(self.row.rhythm, first_on=answers["day"])

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.move_next(answers["day"], self.step)

    def done(self) -> str:
        gaps = {"step": self.step, "moment": self.next_at()}
        return _("“%(step)s” now goes out on %(moment)s.") % gaps


class Pause(Move):
    slug = "pause"

    @property
    def button(self) -> str:
        return _("Change the pause") if self.row.state == PAUSED else _("Pause")

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED)

    def meaning(self) -> list[str]:
        return [
            _("Nothing goes out to %(client)s during a pause, and %(client)s is not told about it.")
            % {"client": self.name},
            _("Afterwards it carries on with the step that is next now, one at a time. Nothing is lost."),
            _("An email that has left already is not called back."),
        ]

    def form(self, data: Any = None) -> PauseForm:
        return PauseForm(local_day(self.now, self.row.client.time_zone), data)

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.pause(self.now, until=answers.get("until"))

    def done(self) -> str:
        if until := self.row.paused_until:
            return _("Resting until %(day)s.") % {"day": spoken_day(until)}
        return _("Paused. Press Resume when it shall carry on.")


class Resume(Move):
    slug = "resume"
    is_main = True

    @property
    def button(self) -> str:
        return _("Resume") if self.row.state == PAUSED else _("Carry on")

    def offered(self) -> bool:
        return self.row.state != ACTIVE and self.row.may_resume()

    def meaning(self) -> list[str]:
        client, said = {"client": self.name}, []
        moment, notes = self.first_free(self.row.day_to_resume(self.now))
        if self.row.state_by == Assignment.By.CLIENT:
            own_choice = _("%(client)s chose to rest or stop. Carry on only when %(client)s asked you to.")
            said.append(own_choice % client)
        if self.row.state_by == Assignment.By.SILENCE:
            silence = _("It rests because nothing came back. %(client)s was told so, and can carry on alone.")
            said.append(silence % client)
        goes = _("“%(step)s” goes out to %(client)s on %(moment)s, and the others follow one at a time.")
        return [*said, goes % {"step": self.step, "client": self.name, "moment": moment}, *notes]

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.resume(self.now)

    def done(self) -> str:
        gaps = {"step": self.step, "moment": self.next_at()}
        return _("It carries on: “%(step)s” is next, on %(moment)s.") % gaps


class ChangePace(Move):
    slug = "pace"

    @property
    def button(self) -> str:
        return _("Change the pace")

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED) and self.step is not None

    def meaning(self) -> list[str]:
        said = _(
            "“%(step)s” keeps its day. From there on, emails go out to %(client)s at the new pace, on the same weekday "
            "at the same time."
        )
        return [said % {"step": self.step, "client": self.name}]

    def form(self, data: Any = None) -> PaceForm:
        return PaceForm(data, initial={"every_weeks": self.row.every_weeks})

    def new_rhythm(self, answers: dict[str, Any]) -> Rhythm | None:
        if self.row.state != ACTIVE:
            return None
        weeks = answers["every_weeks"]
        return replace(self.row.rhythm, first_on=self.row.day_that_stays(), every_weeks=weeks)

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.change_pace(answers["every_weeks"])

    def done(self) -> str:
        weeks = self.row.every_weeks
        return ngettext("Every week from now on.", "Every %(weeks)s weeks from now on.", weeks) % {
            "weeks": weeks
        }


class Setting(Move):
    """Base of what is kept for the steps to come and sends nothing by itself."""

    @property
    def confirm(self) -> str:
        return _("Keep this")

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED) and self.step is not None


class Wait(Setting):
    slug = "wait"

    @property
    def button(self) -> str:
        return _("Change the waiting") if self.row.wait_weeks else _("Wait for reflections")

    def meaning(self) -> list[str]:
        return [
            _("Nothing is sent by this, and %(client)s is not told about it.") % {"client": self.name},
            _(
                "When it waits, “%(step)s” and those after it go out once %(client)s has sent a reflection on the step "
                "before. A step without questions is not waited for."
            )
            % {"step": self.step, "client": self.name},
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
            return ngettext(
                "Each next step now waits for the reflection on the last one, for a week at most.",
                "Each next step now waits for the reflection on the last one, for %(weeks)s weeks at most.",
                weeks,
            ) % {"weeks": weeks}
        return _("It no longer waits for reflections.")


class RestAfter(Setting):
    slug = "rest-after"

    @property
    def button(self) -> str:
        return _("When nothing comes back")

    def meaning(self) -> list[str]:
        client = {"client": self.name}
        return [
            _("Nothing is sent by this, and %(client)s is not told about it.") % client,
            _(
                "A step is quiet when %(client)s wrote nothing and pressed nothing. Nobody sees whether it was read. "
                "A step without questions does not count."
            )
            % client,
            _("When it rests, %(client)s gets one short email that says so, and can carry on at any time.")
            % client,
        ]

    def form(self, data: Any = None) -> QuietForm:
        return QuietForm(data, initial={"rests_after": self.row.rests_after})

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.rest_after(answers["rests_after"])

    def done(self) -> str:
        if steps := self.row.rests_after:
            return ngettext(
                "It rests by itself after a quiet step.",
                "It rests by itself after %(steps)s quiet steps.",
                steps,
            ) % {"steps": steps}
        return _("It goes on, also when nothing comes back.")


class Remind(Setting):
    slug = "remind"

    @property
    def button(self) -> str:
        return _("Remind once")

    def obstacle(self) -> str:
        if self.row.no_reminders:
            return _(
                "%(client)s chose to go without short emails in between, and can let them come again."
            ) % {"client": self.name}
        return ""

    def meaning(self) -> list[str]:
        client = {"client": self.name}
        return [
            _("Nothing is sent by this, and %(client)s is not told about it.") % client,
            _(
                "After each step to come, if %(client)s has written and pressed nothing by then, one short email at "
                "the usual hour says that it is still there. It is sent once for a step, and never while it rests."
            )
            % client,
            _("A step without questions is not followed by one. %(client)s can go without them at any time.")
            % client,
        ]

    def form(self, data: Any = None) -> RemindForm:
        return RemindForm(data, initial={"remind_after": self.row.remind_after})

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.remind(answers["remind_after"])

    def done(self) -> str:
        if days := self.row.remind_after:
            return ngettext(
                "One short email follows a step, a day after it, if nothing came back.",
                "One short email follows a step, %(days)s days after it, if nothing came back.",
                days,
            ) % {"days": days}
        return _("No short email follows a step.")
