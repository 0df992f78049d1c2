"""Pours a practice of many into the database: practitioners, clients, assignments, emails and reflections.

Addresses end in .invalid: nothing could ever arrive there.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from practice.assignments.models import Assignment
from practice.assignments.passed import PassedStep
from practice.desk.crowd import TITLES, WEEK, ZONES, Crowd, Sent, mixed
from practice.desk.pouring import next_pk, pour
from practice.mailing import links
from practice.mailing.editions import Editions
from practice.mailing.heard import Heard
from practice.mailing.models import WINDOW, Delivery, Suppression
from practice.people.models import Client, Consent, Practitioner
from practice.replies.models import Answer, Reply
from resources.models import Module, Prompt, PromptKind, Step

DOMAIN = "load.invalid"
QUESTION = "What stayed with you?"
State = Assignment.State


class Load:
    """A crowd on its way into the database. Ids follow those that are there."""

    def __init__(self, crowd: Crowd, password: str | None) -> None:
        self.crowd, self.password = crowd, password
        self.sizes, self.now, self.begun = crowd.sizes, crowd.now, crowd.now - (crowd.weeks + 1) * WEEK
        models = (Practitioner, Client, Module, Step, Assignment, Delivery, Reply)
        self.first: dict[type[Any], int] = {model: next_pk(model) for model in models}

    @property
    def first_address(self) -> str:
        """Whom the first practitioner signs in as."""
        return f"p{self.first[Practitioner]}@{DOMAIN}"

    def pour(self) -> Iterator[str]:
        """Pour it in, and say what is there as it comes."""
        self._people()
        yield f"{self.sizes.practitioners:,} practitioners and {self.sizes.clients:,} clients"
        self._modules()
        yield f"{self.sizes.practitioners * self.crowd.each:,} modules of {self.crowd.steps} steps"
        self._assignments()
        yield f"{self.sizes.assignments:,} assignments"
        yield f"{self._deliveries():,} emails"
        self._passed()
        yield f"{self._reflections():,} reflections"

    # --- Who ----------------------------------------------------------------------------------------

    def _people(self) -> None:
        first, wanted = self.first[Practitioner], range(self.sizes.practitioners)
        like: Any = Practitioner(password=make_password(self.password))
        people = (
            (first + n, f"p{first + n}@{DOMAIN}", f"Practitioner {n + 1}", ZONES[n % 3]) for n in wanted
        )
        pour(like, ("id", "email", "name", "time_zone"), people)
        like, numbers = (
            Client(private_note="Met in spring.", created_at=self.begun),
            range(self.sizes.clients),
        )
        pour(like, ("id", "practitioner", "name", "email", "time_zone"), map(self._client, numbers))
        self._consents()
        like, first = Suppression(why=Suppression.Why.BOUNCED, at=self.now - WEEK), next_pk(Suppression)
        gone = (
            (first + turn, self._address(number))
            for turn, number in enumerate(numbers)
            if mixed(number, 200) == 3
        )
        pour(like, ("id", "address"), gone)

    def _client(self, number: int) -> tuple[Any, ...]:
        practitioner = self._pk(Practitioner, self.crowd.practitioner(number))
        name, zone = self.crowd.name(number), self.crowd.zone(number)
        return self._pk(Client, number), practitioner, name, self._address(number), zone

    def _consents(self) -> None:
        """Of nearly everybody; some took it back."""
        first = next_pk(Consent)
        agreed = (number for number in range(self.sizes.clients) if mixed(number, 33) != 1)
        consents = (
            (first + turn, self._pk(Client, number), self.now - WEEK if mixed(number, 50) == 2 else None)
            for turn, number in enumerate(agreed)
        )
        pour(Consent(given_at=self.begun), ("id", "client", "withdrawn_at"), consents)

    # --- What ---------------------------------------------------------------------------------------

    def _modules(self) -> None:
        each = self.crowd.each
        count = self.sizes.practitioners * each
        modules = (
            (self._pk(Module, n), self._pk(Practitioner, n // each), TITLES[n % each % len(TITLES)])
            for n in range(count)
        )
        pour(Module(), ("id", "practitioner", "title"), modules)
        like: Any = Step(
            body="<p>Sit somewhere that holds you well and let the day grow quiet.</p>", minutes=4
        )
        numbers = range(count * self.crowd.steps)
        steps = (
            (
                self._pk(Step, n),
                self._pk(Module, n // self.crowd.steps),
                n % self.crowd.steps + 1,
                f"Week {n % self.crowd.steps + 1}",
            )
            for n in numbers
        )
        pour(like, ("id", "module", "position", "title"), steps)
        like, first = Prompt(text=QUESTION, position=1), next_pk(Prompt)
        pour(like, ("id", "step"), ((first + n, self._pk(Step, n)) for n in numbers))

    # --- When ---------------------------------------------------------------------------------------

    def _assignments(self) -> None:
        names = [
            "id",
            "client",
            "module",
            "first_on",
            "at",
            "state",
            "paused_until",
            "next_on",
            "next_due_at",
        ]
        like = Assignment(every_weeks=1, state_by=Assignment.By.CLIENT, created_at=self.begun)
        pour(like, names, map(self._assignment, range(self.sizes.assignments)))

    def _assignment(self, number: int) -> tuple[Any, ...]:
        crowd = self.crowd
        client, state, slot = crowd.client(number), crowd.state(number), crowd.slot(number)
        local = slot.astimezone(ZoneInfo(crowd.zone(client)))
        whose = self._pk(Assignment, number), self._pk(Client, client), self._pk(Module, crowd.module(number))
        return (
            *whose,
            local.date() - crowd.since(number) * WEEK,
            local.time(),
            state,
            local.date() + 2 * WEEK if state == State.PAUSED else None,
            None if state == State.FINISHED else local.date(),
            slot if state == State.ACTIVE else None,
        )

    # --- Out ----------------------------------------------------------------------------------------

    def _deliveries(self) -> int:
        step = self.first[Step]
        anybody = Client(language="en", discretion=Client.Discretion.FULL)
        first = Delivery(step_id=step, assignment=Assignment(client=anybody))
        Editions([first]).dress(first)
        like = Delivery(
            edition=first.edition, values={"name": "Ada"}, phase="dot", code=250, answer="2.0.0 Ok"
        )
        names = [
            "id",
            "assignment",
            "step",
            "due_at",
            "expires_at",
            "submitted_at",
            "accepted_at",
            "link_expires_at",
        ]
        names += ["to_address", "message_id", "nonce", "token_sha256", "state", "heard", "reason"]
        return pour(like, names, map(self._delivery, range(self.sizes.deliveries), self.crowd.sent()))

    def _delivery(self, number: int, sent: Sent) -> tuple[Any, ...]:
        nonce, at = links.new_nonce(), sent.at
        what = self._pk(Delivery, number), self._pk(Assignment, sent.assignment), self._pk(Step, sent.step)
        token = links.digest_of(links.token_of(nonce))
        return (
            *(*what, at, at + WINDOW, at, at, at + links.LIFETIME),
            *(self._address(sent.client), f"<{nonce}@{DOMAIN}>", nonce, token),
            *_became(number, sent.weeks),
        )

    def _passed(self) -> None:
        first = next_pk(PassedStep)
        rows = (
            (first + number, self._pk(Assignment, sent.assignment), self._pk(Step, sent.step), sent.at)
            for number, sent in enumerate(self.crowd.sent())
        )
        pour(PassedStep(), ("id", "assignment", "step", "at"), rows)

    # --- Back ---------------------------------------------------------------------------------------

    def _reflections(self) -> int:
        """To the latest of one email in three, a day later. One client in five never writes."""
        later, numbered = timedelta(hours=26), enumerate(self.crowd.sent())
        answered = [
            (self._pk(Delivery, number), self._pk(Client, sent.client), sent.at + later)
            for number, sent in numbered
            if mixed(sent.client, 5) and mixed(number, 3) == 0 and sent.at + later < self.now
        ][-self.sizes.reflections :]
        lately, first = self.now - timedelta(days=3), self.first[Reply]
        rows = (
            (first + number, delivery, client, f"{number:032x}", at, at, None if at > lately else at + later)
            for number, (delivery, client, at) in enumerate(answered)
        )
        count = pour(Reply(), ["id", "delivery", "client", "page", "saved_at", "sent_at", "read_at"], rows)
        like: Any = Answer(question=QUESTION, kind=PromptKind.TEXT, value="The quiet after the rain.")
        first_answer = next_pk(Answer)
        pour(like, ("id", "reply"), ((first_answer + number, first + number) for number in range(count)))
        return count

    # --- How ----------------------------------------------------------------------------------------

    def _pk(self, model: type[Any], number: int) -> int:
        return self.first[model] + number

    def _address(self, client: int) -> str:
        return f"c{self._pk(Client, client)}@{DOMAIN}"


def _became(number: int, weeks: int) -> tuple[str, str, str]:
    """State, what was heard, and the reason: of those that left lately, one in a hundred and fifty went wrong."""
    if weeks > 2 or mixed(number, 151):
        return Delivery.State.DELIVERED, Heard.DELIVERED, ""
    wrong = (
        (Delivery.State.FAILED, Heard.NOTHING, "The mail server did not take it."),
        (Delivery.State.BOUNCED, Heard.GONE, "There is no such mailbox."),
        (Delivery.State.UNCERTAIN, Heard.NOTHING, ""),
        (Delivery.State.BOUNCED, Heard.RETURNED, "The mailbox is full."),
    )
    return wrong[mixed(number, 151 * len(wrong)) // 151]
