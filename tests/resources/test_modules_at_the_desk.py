"""Modules, steps and the question library in the admin."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from resources.models import LibraryPrompt, Module, Step
from resources.prompts import LIBRARY
from tests.cast import make_assignment


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def url(name, *args):
    return reverse(f"admin:resources_{name}", args=args)


def fields_of(response):
    """The fields of an admin form as a browser would send them."""
    form = BeautifulSoup(response.content, "html.parser").find(
        "form", id=lambda value: value and value.endswith("_form")
    )
    fields = {
        f["name"]: f.get("value", "")
        for f in form.find_all("input")
        if f.get("name") and f.get("type") not in ("submit", "checkbox", "file")
    }
    fields |= {f["name"]: f.text.removeprefix("\n") for f in form.find_all("textarea")}
    for field in form.find_all("select"):
        chosen = field.find("option", selected=True)
        fields[field["name"]] = chosen["value"] if chosen else ""
    return {name: value for name, value in fields.items() if "__prefix__" not in name}


def a_third(question):
    """The fields of a question that is added to a step which has two."""
    row = {"text": question, "kind": "text", "options": "", "position": "", "id": ""}
    return {"prompts-TOTAL_FORMS": "3"} | {f"prompts-2-{name}": value for name, value in row.items()}


def test_the_list_says_steps_weeks_and_clients(desk, module, ada):
    make_assignment(ada, module)
    text = BeautifulSoup(desk.get(url("module_changelist")).content, "html.parser").get_text(" ")
    for words in (module.title, "Steps", "Weeks, at one step a week", "3 weeks", "Clients"):
        assert words in text


def test_a_module_page_lists_its_steps_in_order(desk, module):
    text = desk.get(url("module_change", module.pk)).content.decode()
    assert text.index("Step 1") < text.index("Step 2") < text.index("Step 3")


def test_a_new_module_says_what_to_do_next(desk, maya):
    response = desk.post(url("module_add"), {"title": "Rest", "description": ""})
    module = Module.objects.of(maya).get()
    assert response.url == url("module_change", module.pk)
    assert "No steps yet" in desk.get(response.url).content.decode()


def test_steps_move_and_the_page_is_saved_with_it(desk, module):
    page = url("module_change", module.pk)
    last = module.steps.last()
    fields = fields_of(desk.get(page)) | {"title": "Renamed", "_move": f"{last.pk}:up"}
    assert desk.post(page, fields).url == f"{page}#steps"
    assert [step.title for step in module.steps.all()] == ["Step 1", "Step 3", "Step 2"]
    module.refresh_from_db()
    assert module.title == "Renamed"


def test_two_windows_on_one_module_lose_nothing(desk, module):
    page = url("module_change", module.pk)
    mine, theirs = fields_of(desk.get(page)), fields_of(desk.get(page))
    desk.post(page, theirs | {"title": "Theirs"})
    response = desk.post(page, mine | {"title": "Mine"})
    text = response.content.decode()
    assert "saved in another window" in text
    assert "There: “Theirs”." in text
    assert fields_of(response)["title"] == "Mine"
    module.refresh_from_db()
    assert module.title == "Theirs"

    desk.post(page, fields_of(response))
    module.refresh_from_db()
    assert module.title == "Mine"


def test_two_windows_on_one_step_lose_nothing(desk, module):
    step = module.steps.first()
    page = url("step_change", step.pk)
    mine, theirs = fields_of(desk.get(page)), fields_of(desk.get(page))
    desk.post(page, theirs | {"prompts-0-text": "Their question?"})
    response = desk.post(page, mine | {"body": "<p>My reading.</p>", "prompts-0-text": "My question?"})
    assert "saved in another window" in response.content.decode()
    again = fields_of(response)
    assert again["body"] == "<p>My reading.</p>"
    assert again["prompts-0-text"] == "My question?"
    step.refresh_from_db()
    assert step.body == "<p>Reading number 1.</p>"
    assert step.prompts.first().text == "Their question?"

    desk.post(page, again)
    step.refresh_from_db()
    assert step.body == "<p>My reading.</p>"


def test_a_question_that_was_removed_in_another_window_comes_back_as_a_new_one(desk, module):
    step = module.steps.first()
    page = url("step_change", step.pk)
    mine, theirs = fields_of(desk.get(page)), fields_of(desk.get(page))
    desk.post(page, theirs | {"prompts-0-DELETE": "on"})
    typed = {"body": "<p>Mine.</p>", "prompts-0-text": "My first?", "prompts-1-text": "My second?"}
    response = desk.post(page, mine | typed)
    assert "There, this question was removed." in response.content.decode()
    again = fields_of(response)
    assert (again["prompts-0-text"], again["prompts-1-text"]) == ("My second?", "My first?")
    assert desk.post(page, again).status_code == 302
    step.refresh_from_db()
    assert step.body == "<p>Mine.</p>"
    assert [prompt.text for prompt in step.prompts.all()] == ["My first?", "My second?"]


def test_a_question_that_both_windows_removed_stays_away(desk, module):
    step = module.steps.first()
    page = url("step_change", step.pk)
    mine = fields_of(desk.get(page)) | {"prompts-0-DELETE": "on"}
    desk.post(page, mine)
    response = desk.post(page, mine)
    assert [name for name in fields_of(response) if name.endswith("-text")] == ["prompts-0-text"]
    desk.post(page, fields_of(response))
    assert [prompt.text for prompt in step.prompts.all()] == ["How settled do you feel?"]


def test_a_question_that_was_corrected_or_added_in_another_window_is_shown(desk, module):
    step = module.steps.first()
    page = url("step_change", step.pk)
    mine, theirs = fields_of(desk.get(page)), fields_of(desk.get(page))
    corrected = {
        "prompts-1-text": "What helps?",
        "prompts-1-kind": "choice",
        "prompts-1-options": "Tea\nRest",
    }
    desk.post(page, theirs | corrected | a_third("And then?"))
    response = desk.post(page, mine | {"body": "<p>Mine.</p>"})
    said = response.content.decode()
    for words in ("There: “What helps?”.", "There: “By choosing one”.", "There: “Tea · Rest”."):
        assert words in said
    assert "This question was added there." in said
    assert fields_of(response)["prompts-2-text"] == "And then?"
    assert not response.context["inline_admin_formsets"][0].formset.errors[0]

    assert desk.post(page, fields_of(response)).status_code == 302
    assert [prompt.text for prompt in step.prompts.all()][1:] == ["How settled do you feel?", "And then?"]


def test_a_new_question_is_added_once_however_often_save_is_pressed(desk, module):
    step = module.steps.first()
    page = url("step_change", step.pk)
    fields = fields_of(desk.get(page)) | a_third("A new one?")
    desk.post(page, fields)
    response = desk.post(page, fields)
    assert "saved in another window" in response.content.decode()
    assert desk.post(page, fields_of(response)).status_code == 302
    assert [prompt.text for prompt in step.prompts.all()][2:] == ["A new one?"]


def test_a_step_is_cleaned_when_it_is_saved(desk, module):
    step = module.steps.first()
    page = url("step_change", step.pk)
    evil = '<h3>Kept</h3><p onclick="x()">Word<script>alert(1)</script> <a href="javascript:x()">link</a></p>'
    desk.post(page, fields_of(desk.get(page)) | {"body": evil})
    step.refresh_from_db()
    assert step.body == '<h3>Kept</h3><p>Word <a rel="noopener noreferrer">link</a></p>'


def test_a_new_step_comes_last(desk, module):
    page = url("step_add") + f"?module={module.pk}"
    fields = fields_of(desk.get(page)) | {"title": "Step 4", "body": "<p>New.</p>", "minutes": "1"}
    assert fields["module"] == str(module.pk)
    desk.post(page, fields)
    assert [step.title for step in module.steps.all()][-1] == "Step 4"


def test_options_are_typed_one_a_line_and_checked_by_the_field(desk, module):
    page = url("step_change", module.steps.first().pk)
    fields = fields_of(desk.get(page))
    assert fields["prompts-1-options"] == "Not at all\nVery"
    response = desk.post(page, fields | {"prompts-1-options": "Only one"})
    assert "A scale has two labels" in response.content.decode()
    assert fields_of(response)["prompts-1-options"] == "Only one"
    desk.post(page, fields | {"prompts-1-kind": "choice", "prompts-1-options": "Tea\r\nWater\r\n"})
    assert Step.objects.get(pk=module.steps.first().pk).prompts.all()[1].options == ["Tea", "Water"]


def test_questions_keep_the_order_given_and_new_ones_come_last(desk, module):
    step = module.steps.first()
    page = url("step_change", step.pk)
    desk.post(page, fields_of(desk.get(page)) | {"prompts-0-position": "3"} | a_third("A new one?"))
    assert [(p.position, p.text[:13]) for p in step.prompts.all()] == [
        (1, "How settled d"),
        (2, "What stayed w"),
        (3, "A new one?"),
    ]


def test_the_preview_shows_reading_and_questions_and_has_no_button(desk, module):
    step = module.steps.all()[1]
    page = BeautifulSoup(desk.get(url("step_preview", step.pk)).content, "html.parser").find(id="main")
    assert "Reading number 2." in page.get_text()
    assert "How settled do you feel?" in page.get_text()
    assert page.find(["button", "form"]) is None


def test_the_library_begins_as_a_copy_of_ours_and_is_filled_once(desk, maya):
    desk.get(url("libraryprompt_changelist"))
    desk.get(url("libraryprompt_changelist"))
    assert LibraryPrompt.objects.of(maya).count() == len(LIBRARY)
    LibraryPrompt.objects.of(maya).exclude(pk=LibraryPrompt.objects.first().pk).delete()
    desk.get(url("libraryprompt_changelist"))
    assert LibraryPrompt.objects.of(maya).count() == 1


def test_a_library_question_is_added_and_changed(desk, maya):
    LibraryPrompt.objects.begin(maya)
    desk.post(
        url("libraryprompt_add"), {"text": "What grows?", "kind": "text", "options": "", "theme": "Gardening"}
    )
    assert LibraryPrompt.objects.of(maya).get(theme="Gardening").text == "What grows?"


def test_another_practitioner_finds_none_of_it(client, tom, maya, module):
    LibraryPrompt.objects.begin(maya)
    client.force_login(tom)
    step = module.steps.first()
    for page in (
        url("module_change", module.pk),
        url("step_change", step.pk),
        url("step_preview", step.pk),
        url("libraryprompt_change", LibraryPrompt.objects.of(maya).first().pk),
    ):
        assert client.get(page).status_code == 404
        assert client.post(page, {}).status_code == 404
    assert module.title not in client.get(url("step_add")).content.decode()


@pytest.mark.parametrize(
    "struck",
    [
        "<s>dear Ada</s>",
        "<del>dear <b>Ada</b></del>",
        '<span style="text-decoration: line-through">dear Ada</span>',
    ],
)
def test_a_reading_with_words_that_are_struck_out_is_not_saved_and_nothing_typed_is_lost(
    desk, module, struck
):
    step = module.steps.first()
    page = url("step_change", step.pk)
    fields = fields_of(desk.get(page)) | {"body": f"<p>Rest, {struck}, as long as you like.</p>"}
    response = desk.post(page, fields)
    said = BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)
    assert "These words are struck out, and your client would still read them: “dear Ada”." in said
    assert fields_of(response)["body"] == fields["body"]
    step.refresh_from_db()
    assert step.body == "<p>Reading number 1.</p>"
    assert desk.post(page, fields | {"body": "<p>Rest, as long as you like.</p>"}).status_code == 302
