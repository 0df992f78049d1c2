"""What a practitioner can do with an assignment. Rooms above this one add their own to MOVES."""

from copy import copy
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from practice.assignments import taking_back
from practice.assignments.move import ACTIVE, FINISHED, PAUSED, Move
from practice.assignments.timing import ChangePace, MoveTo, Pause, Remind, RestAfter, Resume, Wait

MINUTE = timedelta(minutes=1)


class SendNow(Move):
    slug = "send-now"
    is_main = True

    @property
    def button(self) -> str:
        return _("Send the next step now") if self.row.passed.exists() else _("Send the first step now")

    @property
    def confirm(self) -> str:
        return _("Send this to %(name)s") % {"name": self.name}

    def offered(self) -> bool:
        return self.row.state == ACTIVE and self.step is not None and self.row.sooner_at is None

    def obstacle(self) -> str:
        # What holds the next slot need not hold this moment, nor the other way round.
        leaving_now = copy(self.row)
        leaving_now.next_due_at = leaving_now.sooner_at = self.now + self.wait
        hold = leaving_now.outlook().hold
        return f"{hold.why} {hold.release}" if hold else ""

    def meaning(self) -> list[str]:
        client, next_on = self.row.client, self.row.next_on
        gaps = {"client": client.name, "address": client.email, "step": self.step}
        if self.wait:
            goes = _(
                "This email goes to %(client)s at %(address)s in %(minutes)s minutes. It brings “%(step)s”."
            )
            gaps["minutes"] = f"{self.wait / MINUTE:g}"
            said = [goes % gaps, _("Until then you can take it back.")]
        else:
            said = [_("This email goes to %(client)s at %(address)s now. It brings “%(step)s”.") % gaps]
        if client.discretion == client.Discretion.NOTICE:
            said.append(_("The email itself is only a short notice with the private link."))
        if next_on and (following := self.following()):
            planned, _notes = self.first_free(next_on)
            follows, notes = self.first_free(self.row.rhythm.day_after(next_on))
            if planned != follows:  # else nothing leaves in the slot whose place it takes
                said.append(
                    _("It takes the place of the email planned for %(moment)s.") % {"moment": planned}
                )
            gaps |= {"step": following, "moment": follows}
            said += [_("“%(step)s” follows on %(moment)s.") % gaps, *notes]
        else:
            said.append(_("It is the last step."))
        return said

    @property
    def wait(self) -> timedelta:
        """For how long it can be taken back."""
        return taking_back.window()

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.send_now(self.now + self.wait, self.step)

    def done(self) -> str:
        gaps = {"step": self.step, "client": self.name}
        if self.wait and self.row.next_due_at:
            gaps["hour"] = self.own_hour(self.row.next_due_at)
            return _("“%(step)s” leaves for %(client)s at %(hour)s, unless you take it back.") % gaps
        on_its_way = _(
            "“%(step)s” is on its way to %(client)s now. Load this page again in a moment to see when it left."
        )
        return on_its_way % gaps


class Unsend(Move):
    slug = "take-back"
    at_once = True

    @property
    def button(self) -> str:
        return _("Take this email back")

    def offered(self) -> bool:
        return taking_back.may_be_unsent(self.row, self.now)

    def meaning(self) -> list[str]:
        until = self.own_hour(self.row.sooner_at) if self.row.sooner_at else ""
        said = _("“%(step)s” leaves for %(client)s at %(hour)s. Until then you can take it back.")
        return [said % {"step": self.step, "client": self.name, "hour": until}]

    def act(self, answers: dict[str, Any]) -> bool:
        return taking_back.unsend(self.row, self.now)

    def done(self) -> str:
        gaps = {"step": self.step, "moment": self.next_at()}
        return _("Taken back: nothing was sent. “%(step)s” leaves on %(moment)s.") % gaps


class Skip(Move):
    slug = "skip"

    @property
    def button(self) -> str:
        return _("Skip the next step")

    @property
    def confirm(self) -> str:
        return _("Skip “%(step)s”") % {"step": self.step}

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED) and self.step is not None

    def meaning(self) -> list[str]:
        skipped = _(
            "%(client)s does not get “%(step)s”. Nothing is sent now, and you can bring the step back later."
        ) % {"client": self.name, "step": self.step}
        following, slot = self.following(), self._slot()
        if not following:
            return [skipped, _("It is the last step, so this assignment is then finished.")]
        if slot:
            moment, notes = self.first_free(slot)
            takes = _("“%(step)s” takes its place on %(moment)s.")
            return [skipped, takes % {"step": following, "moment": moment}, *notes]
        return [skipped, _("“%(step)s” takes its place.") % {"step": following}]

    def _slot(self) -> date | None:
        return self.row.next_on if self.row.state == ACTIVE else None

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.skip_next(self.now, self.step)

    def done(self) -> str:
        return _("“%(step)s” is skipped.") % {"step": self.step}


class BringBack(Move):
    """Of a step that was skipped: `step` is that one. Not in MOVES, as it has an address for each step."""

    slug = "bring-back"

    @property
    def button(self) -> str:
        return _("Bring “%(step)s” back") % {"step": self.step}

    @property
    def confirm(self) -> str:
        return _("Bring it back")

    def obstacle(self) -> str:
        # It would leave in the place of the one that was confirmed.
        if not taking_back.may_be_unsent(self.row, self.now):
            return ""
        return _("An email is about to leave. Take it back first, or bring this step back once it has left.")

    def meaning(self) -> list[str]:
        row, gaps = self.row, {"step": self.step, "client": self.name}
        if row.state == FINISHED:
            gaps["moment"], notes = self.first_free(row.day_to_resume(self.now))
            goes = _("“%(step)s” goes to %(client)s on %(moment)s: with it the series carries on.")
            return [goes % gaps, *notes]
        if row.state != ACTIVE or row.next_due_at is None:
            return [_("Nothing leaves now: “%(step)s” is there when the series carries on.") % gaps]
        gaps["moment"] = self.next_at()
        if self._comes_next():
            hold = row.outlook().hold
            return [
                _("“%(step)s” comes next: it goes to %(client)s on %(moment)s.") % gaps,
                *([f"{hold.why} {hold.release}"] if hold else []),
                _("Each step after it comes one email later."),
            ]
        return [
            _("“%(step)s” takes its place among the steps to come. The email of %(moment)s stays as it is.")
            % gaps
        ]

    def _comes_next(self) -> bool:
        upcoming = self.row.next_step()
        if upcoming is None or self.step is None:
            return True
        return (self.step.position, self.step.pk) < (upcoming.position, upcoming.pk)

    def act(self, answers: dict[str, Any]) -> bool:
        return self.step is not None and self.row.unpass(self.step, self.now)

    def done(self) -> str:
        return _("“%(step)s” is back among the steps to come.") % {"step": self.step}


class Stop(Move):
    slug = "stop"

    @property
    def button(self) -> str:
        return _("Stop")

    @property
    def confirm(self) -> str:
        return _("Stop this for %(client)s") % {"client": self.name}

    def offered(self) -> bool:
        return self.row.state in (ACTIVE, PAUSED)

    def meaning(self) -> list[str]:
        return [
            _("%(client)s gets no more emails of “%(module)s”, and is not told about it.")
            % {"client": self.name, "module": self.row.module},
            _(
                "What was sent stays readable, and so does what came back. You can carry on later where it stopped."
            ),
        ]

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.stop(self.now)

    def done(self) -> str:
        return _("Stopped. %(client)s gets nothing more of it.") % {"client": self.name}


#: By the name in their address, in the order of their buttons.
MOVES: dict[str, type[Move]] = {
    move.slug: move
    for move in (SendNow, Unsend, Resume, MoveTo, Skip, Pause, ChangePace, Wait, Remind, RestAfter, Stop)
}
