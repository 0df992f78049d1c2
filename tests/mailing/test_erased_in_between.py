"""A client is erased while their email is on its way: before the point of no return it never leaves, after it nothing
is erased yet; and everybody else's email leaves as usual.
"""

from threading import Thread

import pytest
from django.db import connection

from practice.desk.erasing import NotNow, erase
from practice.mailing.models import Delivery
from practice.people.models import Client
from tests.mailing.sending import SLOT, send_due

pytestmark = pytest.mark.django_db(transaction=True)


class Meanwhile:
    """Erases Bea when the mail server hears of her in this phase, as somebody at the desk does at that moment."""

    def __init__(self, server, phase):
        self.outcomes = []
        server.script = {phase: self._at}

    def _at(self, recipient):
        if "bea@" in recipient and not self.outcomes:
            thread = Thread(target=self._erase)
            thread.start()
            thread.join()

    def _erase(self):
        try:
            erase(Client.objects.get(name="Bea"), SLOT)
            self.outcomes.append("erased")
        except NotNow:
            self.outcomes.append("not now")
        finally:
            connection.close()


def recipients(server):
    return sorted(b"bea@example.org" in content for content in server.accepted)


@pytest.mark.parametrize("phase", ["RCPT", "DATA"])
def test_an_email_that_has_not_reached_the_point_of_no_return_never_leaves(several, server, phase):
    meanwhile = Meanwhile(server, phase)
    send_due()
    assert meanwhile.outcomes == ["erased"]
    assert recipients(server) == [False] * 4
    assert dict.fromkeys(Delivery.objects.values_list("state", flat=True)) == {"accepted": None}
    assert not Client.objects.filter(name="Bea").exists()


def test_after_it_the_desk_is_asked_to_try_again_and_the_email_is_recorded(several, server):
    meanwhile = Meanwhile(server, "DOT")
    send_due()
    assert meanwhile.outcomes == ["not now"]
    assert recipients(server) == [False] * 4 + [True]
    assert Delivery.objects.filter(state="accepted").count() == 5
    erase(Client.objects.get(name="Bea"), SLOT)
    assert Delivery.objects.count() == 4
