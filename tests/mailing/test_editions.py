"""An email is compiled once, filled in one pass, and can be rebuilt byte for byte."""

import pytest

from practice.mailing.editions import fill, fill_html, placeholder
from practice.mailing.messages import letter_as_sent
from practice.mailing.mime import content_of
from practice.mailing.models import Delivery, Edition
from practice.mailing.planning import plan
from practice.people.models import Client, Practice, Practitioner
from resources.models import Prompt, Step
from tests.cast import make_assignment, make_client
from tests.mailing.sending import SLOT, send_due, sent, text_of


def test_an_unchanged_step_is_compiled_once_for_all(maya, module, step, ada, sink):
    for name in ("Bea", "Cem"):
        make_assignment(make_client(maya, name, f"{name}@example.org", "Europe/Berlin"), module)
    make_assignment(ada, module)
    send_due()
    assert len(sink.mails) == 3
    assert Edition.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda: Step.objects.update(body="<p>Anew.</p>"),
        lambda: Prompt.objects.update(text="And now?"),
        lambda: Practice.objects.update(help_lines="Emergency: 911"),
        lambda: Practitioner.objects.update(response_time="within a week"),
        lambda: Client.objects.update(language="de"),
        lambda: Client.objects.update(discretion="notice"),
    ],
)
def test_whatever_changes_in_the_email_makes_a_new_edition(maya, module, step, ada, sink, change):
    make_assignment(ada, module)
    send_due()
    change()
    make_assignment(make_client(maya, "Bea", "bea@example.org", "Europe/Berlin"), module)
    Client.objects.filter(name="Bea").update(
        **dict(Client.objects.values("language", "discretion").get(name="Ada"))
    )
    send_due()
    assert Edition.objects.count() == 2


def test_what_exactly_did_my_client_receive(assignment, step, ada, sink):
    send_due()
    (mail,) = sink.mails
    # Everything that it was made from changes afterwards.
    Client.objects.update(name="Ada Byron", email="new@example.org", language="es")
    Step.objects.update(title="Another", body="<p>Other words.</p>")
    Practice.objects.update(sender_name="Someone else", postal_address="Elsewhere")
    Practitioner.objects.update(name="M.", email="m@example.com", response_time="soon")
    delivery = Delivery.objects.get()
    assert content_of(delivery, delivery.submitted_at) == mail.content


def test_an_article_cannot_make_a_placeholder(assignment, step, sink):
    step.body = "<p>\ue000token\ue001 &#xE000;token&#xE001; &#57344;name&#57345;</p>"
    step.title = "\ue000token\ue001"
    step.save()
    email = sent(sink)
    token = Delivery.objects.get().token
    assert f"{token} " not in text_of(email)
    assert "token token name" in text_of(email)


def test_filling_passes_over_a_text_once():
    text = f"{placeholder('a')} and {placeholder('b')}"
    assert fill(text, {"a": placeholder("b"), "b": "<B>"}) == f"{placeholder('b')} and <B>"
    assert fill_html(text, {"a": "O'Neil", "b": "<B>"}) == "O&#x27;Neil and &lt;B&gt;"


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        fill(placeholder("nobody"), {})


def test_nothing_is_rebuilt_of_an_email_that_never_left(assignment):
    plan(SLOT)
    with pytest.raises(ValueError, match="has not left"):
        letter_as_sent(Delivery.objects.get())
