"""Faults of the mail server: it refuses, hangs up or falls silent, in each phase."""

from datetime import timedelta

from practice.mailing.models import Delivery
from tests.faults.fault import fault
from tests.faults.stage import Stage
from tests.mailing.scripted_smtp import free_port

BOTH = (False, True)
PHASES = ("MAIL", "RCPT", "DATA", "DOT")


def answer_everywhere(stage: Stage, answer: str) -> None:
    """This answer to the connection, to our hello, then to one email in each phase, among others that meet nothing."""
    now = stage.everybody_due(12)
    for greeting in (("CONNECT",), ("EHLO", "HELO")):
        stage.provider.does(*({"phase": phase, "does": answer} for phase in greeting))
        stage.send_due(now)
        stage.must(stage.provider.accepted() == 0, f"nothing leaves while {greeting[0]} is answered by no")
    stage.must(not Delivery.objects.exclude(state="due", attempts=0).exists(), "no email is to blame")
    stage.provider.does(*in_each_phase(answer))
    stage.send_due(now + timedelta(minutes=1))
    stage.injected += 2 + len(PHASES)
    meets_nothing = 12 - len(PHASES)
    if not answer.startswith("421"):  # which is for all of them
        stage.must(stage.provider.accepted() >= meets_nothing, "the others leave at once")


def in_each_phase(does: str) -> list[dict]:
    """A rule for each phase of one email: each time another one, but for MAIL, which does not know whose it is."""
    return [
        {"phase": phase, "does": does, "times": 1, "to": "" if phase == "MAIL" else f"<client{number}@"}
        for number, phase in enumerate(PHASES, start=5)
    ]


@fault(pipelining=BOTH)
def smtp_421(stage: Stage) -> None:
    """A server that closes with 421 is asked again later; nothing is in doubt."""
    answer_everywhere(stage, "421 4.3.2 closing")


@fault(pipelining=BOTH)
def smtp_451(stage: Stage) -> None:
    """What is not taken now, with 451, is taken later."""
    answer_everywhere(stage, "451 4.3.0 try later")


@fault(pipelining=BOTH)
def smtp_452(stage: Stage) -> None:
    """What does not fit now, with 452, is taken later."""
    answer_everywhere(stage, "452 4.2.2 no room")


@fault(pipelining=BOTH, failed=len(PHASES))
def smtp_550(stage: Stage) -> None:
    """What is refused for good, with 550, has failed with a reason, and nothing else has."""
    answer_everywhere(stage, "550 5.1.1 no such mailbox")


@fault(pipelining=BOTH)
def smtp_dropped_before_354(stage: Stage) -> None:
    """A connection that breaks before the email itself leaves nothing in doubt."""
    now = stage.everybody_due(12)
    stage.provider.does(*in_each_phase("drop")[:3])
    stage.send_due(now)
    stage.injected += 3


@fault(pipelining=BOTH, policy=("hold", "resend"), certain=False)
def smtp_dropped_before_the_dot(stage: Stage) -> None:
    """A connection that breaks in the middle of an email leaves at most that one in doubt; it was not taken."""
    drop(stage, "BODY")


@fault(pipelining=BOTH, policy=("hold", "resend"), certain=False)
def smtp_dropped_after_the_dot(stage: Stage) -> None:
    """A connection that breaks after the dot and before the answer leaves that one email in doubt."""
    drop(stage, "DOT")
    stage.twice += 3


def drop(stage: Stage, phase: str) -> None:
    now = stage.everybody_due(12)
    stage.provider.does(
        *({"phase": phase, "does": "drop", "times": 1, "to": f"<client{number}@"} for number in (0, 5, 11))
    )
    stage.send_due(now)
    stage.injected += 3
    stage.doubts += 3


@fault(pipelining=BOTH)
def smtp_dropped_at_quit(stage: Stage) -> None:
    """A connection that breaks at the goodbye takes nothing with it."""
    now = stage.everybody_due(6)
    stage.provider.does({"phase": "QUIT", "does": "drop"})
    stage.must(stage.send_due(now) == 0, "the command ends well")
    stage.injected += 1


@fault(pipelining=BOTH, policy=("hold", "resend"), certain=False)
def smtp_silent_after_the_dot(stage: Stage) -> None:
    """A server that falls silent after the dot leaves that one email in doubt, and the others go on."""
    now = stage.everybody_due(12)
    stage.provider.does(
        *({"phase": "DOT", "does": "stall", "times": 1, "to": f"<client{number}@"} for number in (3, 7))
    )
    stage.send_due(now)
    stage.injected += 2
    stage.doubts += 2
    stage.twice += 2
    stage.must(stage.provider.accepted() >= 12, "the others leave at once")


@fault(pipelining=BOTH)
def smtp_silent_before_354(stage: Stage) -> None:
    """A server that falls silent before the email itself leaves nothing in doubt."""
    now = stage.everybody_due(6)
    stage.provider.does({"phase": "RCPT", "does": "stall", "times": 1, "to": "<client2@"})
    stage.send_due(now)
    stage.injected += 1


@fault()
def smtp_refused_for_ten_minutes(stage: Stage) -> None:
    """A server that is away for ten minutes costs no email an attempt, and everything leaves when it is back."""
    now = stage.everybody_due(12)
    for minutes in range(0, 11, 2):
        nobody = f"smtp://127.0.0.1:{free_port()}"
        stage.send_due(now + timedelta(minutes=minutes), EMAIL_URL=nobody)
        stage.injected += 1
    stage.must(stage.provider.accepted() == 0, "nothing has left")
    stage.send_due(now + timedelta(minutes=11))
    stage.must(stage.provider.accepted() == 12, "everything leaves with the first tick after it")


@fault(pipelining=BOTH, certain=False, failed=2)
def poison_among_good_ones(stage: Stage) -> None:
    """An email that breaks something each time is parked with a reason; the others go on."""
    from practice.people.models import Client

    now = stage.everybody_due(30)
    Client.objects.filter(email="client4@example.org").update(email="client4\n@example.org")
    stage.recipients["client4\n@example.org"] = stage.recipients.pop("client4@example.org")
    stage.provider.does({"phase": "RCPT", "does": "drop", "to": "<client9@"})
    for minutes in (0, 6, 20, 60, 120):
        stage.send_due(now + timedelta(minutes=minutes))
    stage.injected += 2
    stage.must(stage.provider.accepted() == 28, "the others have left")
