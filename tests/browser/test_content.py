"""The pages around a module, in a real browser: readable by everybody, on a laptop and on a phone, light and dark."""

import pytest
from django.urls import reverse

from practice.mailing import planning
from resources import module_file, starters
from resources.importing import import_text
from resources.models import Article, Module
from tests.browser.looking import check, press
from tests.browser.test_import_review import SIZES
from tests.browser.test_import_review import open_desk as open_desk
from tests.cast import make_assignment
from tests.resources.test_importing_again import NEW, OLD

pytestmark = pytest.mark.browser


def url(name, *args):
    return reverse(f"admin:resources_{name}", args=args)


@pytest.fixture
def module(maya, ada):
    """Made from an article, and Ada has its first step."""
    module = Article.from_draft(maya, import_text(OLD)).make_module()
    row = make_assignment(ada, module)
    planning.plan(row.next_due_at)
    return module


@pytest.fixture
def shared(tom):
    return Module.write(tom, starters.read("worry_at_night").content, is_shared=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_every_page_is_accessible_and_fits(open_desk, module, shared, size, scheme):
    first, second = module.order()
    page = open_desk(url("module_starters"), viewport=size, color_scheme=scheme)
    page.locator("summary").first.click()
    check(page, "starters")
    for name, *args in (
        ("module_changelist",),
        ("module_change", module.pk),
        ("module_from_file",),
        ("module_colleagues",),
        ("module_colleague", shared.pk),
        ("step_move", second.pk, "out"),
        ("step_delete", first.pk),
        ("article_again", module.article_id),
    ):
        page.goto(page.url.split("/desk/")[0] + url(name, *args))
        check(page, name)
    page.get_by_label("Paste the article").fill(NEW)
    press(page, "Show what it changes")
    check(page, "compare")
    assert not page.problems


def test_a_file_is_looked_at_and_added_by_keyboard(open_desk, maya):
    page = open_desk(url("module_from_file"))
    file = {"name": "rest.json", "mimeType": "application/json"}
    page.get_by_label("Module file").set_input_files(
        file | {"buffer": module_file.write(starters.read("resting").content)}
    )
    page.get_by_role("button", name="Show what is in it").press("Enter")
    page.get_by_text("Nothing is saved yet").wait_for()
    check(page, "preview")
    page.get_by_role("button", name="Add this to my modules").press("Enter")
    page.get_by_text("is one of your modules now").wait_for()
    assert Module.objects.of(maya).get().title == "Learning to rest"
