"""Editing while clients are in a module: nobody loses a step or gets one twice, and the editor says whom it touches."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from practice.assignments.models import Assignment
from practice.mailing import planning
from practice.mailing.models import Delivery
from resources import effects
from resources.models import Module, Prompt, Step
from resources.readers import Reader
from resources.step_moves import WAYS, StepMove
from tests.cast import NOW, make_assignment, make_client, make_module
from tests.resources.test_modules_at_the_desk import fields_of

FIRST, SECOND, THIRD = "Step 1", "Step 2", "Step 3"


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def running(maya, module, ada):
    """Ada had the first step; Bea and Cem still wait for it."""
    rows = [make_assignment(ada, module)]
    planning.plan(rows[0].next_due_at)
    for name in ("Bea", "Cem"):
        other = make_client(maya, name, f"{name.lower()}@example.org", "Europe/Berlin")
        rows.append(make_assignment(other, module, first_on=rows[0].first_on + timedelta(weeks=1)))
    return rows


def step(module, title):
    return module.steps.get(title=title)


def url(name, *args):
    return reverse(f"admin:resources_{name}", args=args)


def text_of(response):
    return BeautifulSoup(response.content, "html.parser").find(id="main").get_text(" ", strip=True)


def titles(module):
    return [row.title for row in module.order()]


def move(desk, module, title, way):
    """Press a button of the module's page."""
    page = url("module_change", module.pk)
    return desk.post(
        page, fields_of(desk.get(page)) | {"_move": f"{step(module, title).pk}:{way}"}, follow=True
    )


def agree(desk, response):
    """Press the button of the page that asks."""
    page = BeautifulSoup(response.content, "html.parser")
    token = page.find("input", {"name": "agreed"})["value"]
    return desk.post(response.request["PATH_INFO"], {"agreed": token}, follow=True)


# --- Who is affected


def test_a_steps_page_says_who_has_it_and_for_whom_it_is_to_come(desk, module, running):
    said = text_of(desk.get(url("step_change", step(module, FIRST).pk)))
    assert (
        "This step went out to Ada, where it stays in the wording that was sent, whatever you change here."
        in said
    )
    assert "It is still to come for 2 clients (Bea and Cem)." in said
    said = text_of(desk.get(url("step_change", step(module, SECOND).pk)))
    assert "This step is still to come for 3 clients (Ada, Bea and Cem)." in said


def test_the_modules_page_says_it_in_numbers(desk, module, running):
    said = text_of(desk.get(url("module_change", module.pk)))
    assert "went to 1 client, to come for 2" in said
    assert "to come for 3 clients" in said


def test_who_skipped_it_or_stopped_is_not_among_them(desk, module, running, now):
    running[1].skip_next(now)
    running[2].stop(now)
    said = text_of(desk.get(url("step_change", step(module, FIRST).pk)))
    assert "Bea" not in said
    assert "Cem" not in said


def test_clients_of_a_colleague_are_never_named(desk, module, running, tom):
    stranger = make_client(tom, "Zoe", "zoe@example.org", "UTC")
    make_assignment(stranger, module)
    for page in (url("step_change", step(module, FIRST).pk), url("module_change", module.pk)):
        assert "Zoe" not in desk.get(page).content.decode()
    assert "Zoe" not in text_of(move(desk, module, FIRST, "out"))


def test_many_names_become_a_number():
    readers = [Reader(f"Client {n}", frozenset(), frozenset(), True) for n in range(40)]
    assert effects.standing(readers, 1) == [
        "This step is still to come for 40 clients (Client 0, Client 1, Client 2, Client 3, Client 4 and 35 others)."
    ]


# --- Asking once


def test_a_move_that_changes_what_comes_next_is_asked_about_once(desk, module, running):
    asked = move(desk, module, SECOND, "down")
    assert "Ada gets “Step 3” next instead of “Step 2”." in text_of(asked)
    assert titles(module) == [FIRST, SECOND, THIRD]
    done = agree(desk, asked)
    assert titles(module) == [FIRST, THIRD, SECOND]
    assert "was moved" in text_of(done)
    assert running[0].next_step().title == THIRD


def test_a_move_that_changes_nothing_for_anybody_is_done_at_once(desk, module):
    move(desk, module, SECOND, "down")
    assert titles(module) == [FIRST, THIRD, SECOND]


def test_consent_to_one_change_is_not_consent_to_another(desk, module, running, now):
    asked = move(desk, module, SECOND, "down")
    running[1].skip_next(now)  # now Bea, too, would get another step next
    again = agree(desk, asked)
    assert titles(module) == [FIRST, SECOND, THIRD]
    assert "Ada and Bea get “Step 3” next instead of “Step 2”." in text_of(again)
    agree(desk, again)
    assert titles(module) == [FIRST, THIRD, SECOND]


def test_looking_at_a_move_does_nothing(desk, module):
    for way in WAYS:
        desk.get(url("step_move", step(module, SECOND).pk, way))
    assert titles(module) == [FIRST, SECOND, THIRD]
    assert desk.get(url("step_move", step(module, SECOND).pk, "sideways")).status_code == 404


def new_step(desk, module, place):
    page = url("step_add") + f"?module={module.pk}&place={place}"
    fields = fields_of(desk.get(page))
    return page, fields | {"title": "New", "body": "<p>Between.</p>", "minutes": "1"}


def test_a_step_is_added_between_two_others(desk, module):
    page, fields = new_step(desk, module, 2)
    assert fields["place"] == "2"
    desk.post(page, fields)
    assert titles(module) == [FIRST, "New", SECOND, THIRD]


def test_adding_one_that_somebody_gets_next_is_asked_about_once_and_nothing_typed_is_lost(
    desk, module, running
):
    page, fields = new_step(desk, module, 1)
    asked = desk.post(page, fields)
    said = text_of(asked)
    assert "Ada gets “New” next instead of “Step 2”." in said
    assert "Bea and Cem get “New” next instead of “Step 1”." in said
    assert module.steps.count() == 3
    again = fields_of(asked)
    assert again["body"] == "<p>Between.</p>"
    desk.post(page, again)
    assert titles(module) == ["New", FIRST, SECOND, THIRD]
    assert [row.next_step().title for row in running] == ["New", "New", "New"]


def test_another_place_after_the_question_is_another_question(desk, module, running):
    page, fields = new_step(desk, module, 1)
    again = fields_of(desk.post(page, fields)) | {"place": "4"}
    desk.post(page, again)
    assert titles(module) == [FIRST, SECOND, THIRD, "New"]


def test_a_place_on_the_steps_page_moves_it_and_asks_first(desk, module, running):
    page = url("step_change", step(module, THIRD).pk)
    fields = fields_of(desk.get(page))
    assert fields["place"] == "3"
    asked = desk.post(page, fields | {"place": "2", "title": "Third"})
    assert "Ada gets “Third” next instead of “Step 2”." in text_of(asked)
    assert titles(module) == [FIRST, SECOND, THIRD]
    desk.post(page, fields_of(asked))
    assert titles(module) == [FIRST, "Third", SECOND]


def test_saving_words_does_not_move_a_step_back_that_was_moved_in_another_window(desk, module):
    page = url("step_change", step(module, SECOND).pk)
    fields = fields_of(desk.get(page))
    move(desk, module, SECOND, "down")
    desk.post(page, fields | {"body": "<p>Better words.</p>"})
    assert titles(module) == [FIRST, THIRD, SECOND]
    assert step(module, SECOND).body == "<p>Better words.</p>"


# --- Taking out


def test_a_step_that_was_sent_is_taken_out_instead_of_deleted(desk, module, running):
    sent = step(module, FIRST)
    page = url("step_delete", sent.pk)
    for response in (desk.get(page), desk.post(page, {"post": "yes"})):
        assert "cannot be deleted" in text_of(response)
        assert "Take it out of the module" in text_of(response)
    assert Step.objects.filter(pk=sent.pk).exists()
    asked = move(desk, module, FIRST, "out")
    assert "Bea and Cem get “Step 2” next instead of “Step 1”." in text_of(asked)
    agree(desk, asked)
    assert titles(module) == [SECOND, THIRD]
    assert [row.next_step().title for row in running] == [SECOND, SECOND, SECOND]
    assert Delivery.objects.get().step == sent


def test_one_that_nobody_got_is_deleted_and_the_page_says_for_whom_it_was_next(desk, module, running):
    page = url("step_delete", step(module, SECOND).pk)
    assert "Ada gets “Step 3” next instead of “Step 2”." in text_of(desk.get(page))
    response = desk.post(page, {"post": "yes"})
    assert response.url.startswith(url("module_change", module.pk))
    assert titles(module) == [FIRST, THIRD]


def test_taking_out_the_last_one_that_was_to_come_says_that_the_series_ends(desk, maya, ada):
    module = make_module(maya, steps=1)
    row = make_assignment(ada, module)
    asked = move(desk, module, FIRST, "out")
    assert "Nothing is left to come for Ada instead of “Step 1”: the series ends." in text_of(asked)
    agree(desk, asked)
    planning.plan(row.next_due_at)
    row.refresh_from_db()
    assert row.state == Assignment.State.FINISHED
    assert not Delivery.objects.exists()


def test_what_was_taken_out_is_put_back_in_its_place(desk, module):
    agree(desk, move(desk, module, SECOND, "out"))
    said = text_of(desk.get(url("module_change", module.pk)))
    assert "These go to nobody any more" in said
    assert "No client has this step" in text_of(desk.get(url("step_change", step(module, SECOND).pk)))
    desk.get(url("step_preview", step(module, SECOND).pk))
    agree(desk, move(desk, module, SECOND, "back"))
    assert titles(module) == [FIRST, SECOND, THIRD]


def test_what_was_taken_out_is_in_no_copy_no_calendar_and_no_count(desk, module, running):
    agree(desk, move(desk, module, THIRD, "out"))
    assert [part.title for part in module.content().steps] == [FIRST, SECOND]
    assert "2 weeks" in text_of(desk.get(url("module_changelist")))
    page = text_of(desk.get(reverse("admin:assignments_assignment_change", args=(running[0].pk,))))
    assert THIRD not in page
    assert SECOND in page


def test_a_module_whose_steps_are_all_taken_out_cannot_be_assigned(module, ada):
    module.steps.update(taken_out=True)
    with pytest.raises(ValueError, match="without steps"):
        make_assignment(ada, module)


# --- Never lost, never twice


EDITS = ("insert", *WAYS)


def a_week_comes(row):
    """The next step is planned, and its email leaves."""
    if row.next_due_at:
        planning.plan(row.next_due_at)
        Delivery.objects.filter(state=Delivery.State.DUE).update(state=Delivery.State.ACCEPTED)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    max_examples=25,
)
@given(st.lists(st.tuples(st.sampled_from([*EDITS, "week"]), st.integers(0, 9)), max_size=14))
def test_whatever_is_edited_nobody_loses_a_step_or_gets_one_twice(maya, ada, edits):
    module = make_module(maya)
    row = make_assignment(ada, module)
    row.rest_after(0)
    for edit, number in edits:
        row.refresh_from_db()
        if edit == "week":
            a_week_comes(row)
        elif edit == "insert":
            added = Step.objects.create(module=module, title="New", body="<p>New.</p>", position=99)
            Prompt.objects.create(step=added, position=1, text="And?")
            module.place(added, number)
        else:
            steps = list(module.steps.all())
            if (one := StepMove(steps[number % len(steps)], edit)).is_possible:
                one.act()
    for _ in range(30):
        row.refresh_from_db()
        if row.state == Assignment.State.FINISHED:
            row.resume(NOW)
        a_week_comes(row)
    sent = list(Delivery.objects.filter(assignment=row).values_list("step", flat=True))
    assert len(sent) == len(set(sent))
    assert {one.pk for one in module.order()} <= set(sent)
    row.refresh_from_db()
    assert row.state == Assignment.State.FINISHED
    assert Module.objects.filter(pk=module.pk).exists()
    row.delete()
