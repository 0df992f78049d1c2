"""Events come twice, late and shuffled. What becomes of an email is the same as if they had come in order."""

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.mailing.feedback import Event, take
from practice.mailing.heard import BY_STRENGTH, Heard, stands
from practice.mailing.models import Delivery, ProviderEvent, Suppression
from tests.mailing.sending import SLOT
from tests.mailing.stories import forget, make_emails, outcome, tell, told_of

pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")


def after(tellings, heard=Heard.NOTHING):
    for told in tellings:
        heard = stands(heard, told)
    return heard


@given(tellings=st.lists(st.sampled_from(Heard)), data=st.data())
def test_any_order_with_repetitions_ends_alike(tellings, data):
    again = data.draw(st.lists(st.sampled_from(tellings))) if tellings else []
    shuffled = data.draw(st.permutations(tellings + again))
    assert after(shuffled) == after(tellings)


@given(tellings=st.lists(st.sampled_from(Heard)), told=st.sampled_from(Heard))
def test_no_telling_is_a_step_backwards(tellings, told):
    before = after(tellings)
    assert BY_STRENGTH.index(stands(before, told)) >= BY_STRENGTH.index(before)


@pytest.mark.parametrize("state", ["accepted", "submitting", "uncertain", "due", "failed", "suppressed"])
def test_three_tellings_in_any_order_end_alike_wherever_the_email_stands(planned, state):
    """Every three of all there are, in every order, in the database."""
    words = [Heard.TAKEN, Heard.REFUSED, Heard.RETURNED, Heard.DELIVERED, Heard.GONE, Heard.COMPLAINED]
    ends = {}
    for number, order in enumerate(permutations(words, 3)):
        Delivery.objects.update(
            state=state,
            heard="",
            reason="",
            submitted_at=SLOT,
            to_address="ada@example.org",
            accepted_at=None,
        )
        Suppression.objects.all().delete()
        for told in order:
            take(Event("a provider", told, event_id=str(number), delivery_id=planned.pk), SLOT)
        end = Delivery.objects.values_list("state", "heard", "reason").get()
        ends.setdefault(frozenset(order), set()).add(
            (end, *Suppression.objects.values_list("why", flat=True))
        )
    assert len(ends) == 20
    assert all(len(end) == 1 for end in ends.values()), ends


def test_thousands_of_events_shuffled_and_repeated_end_as_in_order(settings, maya, module):
    chance = random.Random(7)
    rows = make_emails(maya, module, 330)
    events = told_of(rows)
    tell(settings, events)
    in_order = outcome()
    assert {state for _, state, _, _ in in_order[0]} == {"accepted", "bounced", "complained", "delivered"}
    kept = ProviderEvent.objects.count()
    forget(rows)
    shuffled = events + chance.sample(events, len(events) // 10)
    chance.shuffle(shuffled)
    tell(settings, shuffled)
    assert outcome() == in_order
    assert ProviderEvent.objects.count() == kept
