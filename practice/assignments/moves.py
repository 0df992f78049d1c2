"""What a practitioner can do with an assignment. Rooms above this one add their own to MOVES."""

from copy import copy
from datetime import date, timedelta
from typing import Any

from practice.assignments import taking_back
from practice.assignments.move import ACTIVE, PAUSED, Move
from practice.assignments.timing import ChangePace, MoveTo, Pause, Remind, RestAfter, Resume, Wait

MINUTE = timedelta(minutes=1)


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
        # What holds the next slot need not hold this moment, nor the other way round.
        leaving_now = copy(self.row)
        leaving_now.next_due_at = leaving_now.sooner_at = self.now
        hold = leaving_now.outlook().hold
        return f"{hold.why} {hold.release}" if hold else ""

    def meaning(self) -> list[str]:
        client, next_on = self.row.client, self.row.next_on
        when = f"in {self.wait / MINUTE:g} minutes" if self.wait else "now"
        said = [f"This email goes to {client.name} at {client.email} {when}. It brings “{self.step}”."]
        if self.wait:
            said.append("Until then you can take it back.")
        if client.discretion == client.Discretion.NOTICE:
            said.append("The email itself is only a short notice with the private link.")
        if next_on and (following := self.following()):
            slot, after = self.row.moment(next_on), self.row.rhythm.day_after(next_on)
            said.append(f"It takes the place of the email planned for {self.at(slot)}.")
            said.append(f"“{following}” follows on {self.at(self.row.moment(after))}.")
        else:
            said.append("It is the last step.")
        return said

    @property
    def wait(self) -> timedelta:
        """For how long it can be taken back."""
        return taking_back.window()

    def act(self, answers: dict[str, Any]) -> bool:
        return self.row.send_now(self.now + self.wait, self.step)

    def done(self) -> str:
        if self.wait and self.row.next_due_at:
            hour = self.own_hour(self.row.next_due_at)
            return f"“{self.step}” leaves for {self.name} at {hour}, unless you take it back."
        return f"“{self.step}” is on its way to {self.name}. It appears below within seconds."


class Unsend(Move):
    slug = "take-back"
    at_once = True

    @property
    def button(self) -> str:
        return "Take this email back"

    def offered(self) -> bool:
        return taking_back.may_be_unsent(self.row, self.now)

    def meaning(self) -> list[str]:
        until = self.own_hour(self.row.sooner_at) if self.row.sooner_at else ""
        return [f"“{self.step}” leaves for {self.name} at {until}. Until then you can take it back."]

    def act(self, answers: dict[str, Any]) -> bool:
        return taking_back.unsend(self.row, self.now)

    def done(self) -> str:
        return f"Taken back: nothing was sent. “{self.step}” leaves on {self.at(self.row.next_due_at or self.now)}."


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
            when = f" on {self.at(self.row.moment(slot))}" if (slot := self._slot()) else ""
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


#: By the name in their address, in the order of their buttons.
MOVES: dict[str, type[Move]] = {
    move.slug: move
    for move in (SendNow, Unsend, Resume, MoveTo, Skip, Pause, ChangePace, Wait, Remind, RestAfter, Stop)
}
