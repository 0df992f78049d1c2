"""What is said is said in the reader's language; what is kept to be compared stays as it is."""

import pytest
from django.urls import reverse

from resources import review
from resources.draft import Draft, DraftStep, ImportProblem
from resources.fetching import fetch
from resources.importing import import_html
from resources.models import Article

ARTICLE = f"<h1>Rest</h1><p>{'Some words. ' * 40}</p><img src='a.png'><p>{'More words. ' * 40}</p>"
PICTURE = "A picture: emails carry words only"


pytestmark = pytest.mark.usefixtures("abroad")


def test_why_a_page_was_not_fetched_is_said_in_the_language_of_who_asked():
    with pytest.raises(ImportProblem) as problem:
        fetch("http://127.0.0.1/")
    assert str(problem.value).startswith("⟦This address is not on the public web")


def test_why_a_piece_was_left_out_is_kept_in_english_and_shown_in_the_readers_language(client, maya):
    article = Article.from_draft(maya, import_html(ARTICLE))
    assert [piece["reason"] for piece in article.proposal["left_out"]] == [PICTURE]
    client.force_login(maya)
    page = client.get(reverse("admin:resources_article_change", args=(article.pk,))).content.decode()
    assert f"<h3>⟦{PICTURE}⟧</h3>" in page


def test_the_parts_of_a_step_are_numbered_on_in_any_language():
    draft = Draft("Rest", "", [DraftStep("Rest", "<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>")], [])
    review.split(draft, review.split(draft, 0, 1), 1)
    assert [step.title for step in draft.steps] == ["Rest", "⟦Rest (part 2)⟧", "⟦Rest (part 3)⟧"]
    review.merge(draft, review.merge(draft, 0))
    assert [step.html for step in draft.steps] == ["<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>"]


def test_a_part_that_was_named_in_english_is_numbered_on_as_well():
    draft = Draft("Rest", "", [DraftStep("Rest (part 2)", "<p>One.</p>\n<p>Two.</p>")], [])
    review.split(draft, 0, 1)
    assert [step.title for step in draft.steps] == ["Rest (part 2)", "⟦Rest (part 3)⟧"]
    review.merge(draft, 0)
    assert [step.html for step in draft.steps] == ["<p>One.</p>\n<p>Two.</p>"]
