"""An article copied from a practitioner's blog becomes steps that follow its own headings."""

import pytest

from resources.importing import import_file, import_text
from tests.resources.articles import REAL, data_of, without_emphasis

TITLE = "The Relational Impact of Trauma Healing"
HEADINGS = [
    "Trauma Healing Doesn’t Stay Contained",
    "Why Inner Work Disrupts Relationships",
    "Expect Rupture as Part of Healing",
    "Insight Is Not the Same as Integration",
    "Why Your Environment Might Not Catch Up",
    "What Real Repair Looks Like",
    "Healing Is Not Just About Feeling Better: The Relational Impact of Trauma Healing",
]
OTHER_FORMATS = [
    f"{REAL}.md",
    f"{REAL}.html",
    f"{REAL}-div-soup.html",
    f"{REAL}.docx",
    f"{REAL}-bold-headings.docx",
]


@pytest.fixture(scope="module")
def draft():
    return import_text(data_of(f"{REAL}.txt").decode())


def test_title_and_author_are_read_from_the_top(draft):
    assert (draft.title, draft.author) == (TITLE, "Tanya Master")


def test_there_is_one_step_for_the_opening_and_one_for_each_heading_in_order(draft):
    assert [step.title for step in draft.steps] == [TITLE, *HEADINGS]


def test_no_step_carries_byline_date_reading_time_or_counter(draft):
    readings = "\n".join(step.html for step in draft.steps)
    for line in ("Tanya Master", "Jul 27", "min read", "Comments"):
        assert line not in readings


def test_the_closing_advertisement_is_left_out_whole_and_says_why(draft):
    advertisement = next(piece for piece in draft.left_out if "trauma-informed support" in piece.html)
    assert "explore my approach below" in advertisement.html
    assert advertisement.reason == "An invitation to book or to get in touch"
    assert advertisement.step == 7
    assert advertisement.at == 4, "it would go back below the last paragraph"


def test_lines_after_a_colon_become_a_list_and_what_follows_stays_a_paragraph(draft):
    lists = [step.html for step in draft.steps if "<ul>" in step.html]
    assert [html.count("<li>") for html in lists] == [3, 3, 3]
    assert "<p>For example:</p>\n<ul><li>A former people-pleaser" in lists[0]
    assert "</ul>\n<p>This tension isn’t dysfunction." in lists[0]
    assert "</ul>\n<p>The relational impact of trauma healing often becomes" in lists[1]
    assert "</ul>\n<p>But repair must be authentic." in lists[2]


def test_typographic_quotes_and_dashes_stay_as_they_are(draft):
    readings = "".join(step.html for step in draft.steps)
    assert "“selfish” or “changed.”" in readings
    assert "push back" in readings
    assert "truths—even" in readings


def test_each_step_has_its_minutes_and_one_to_three_prompts_that_never_repeat(draft):
    assert all(step.minutes == 1 for step in draft.steps)
    assert all(1 <= len(step.prompts) <= 3 for step in draft.steps)
    texts = [prompt.text for step in draft.steps for prompt in step.prompts]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_the_same_article_in_another_format_gives_the_same_steps(draft, name):
    other = import_file(name, data_of(name))
    assert (other.title, other.author) == (draft.title, draft.author)
    assert [step.title for step in other.steps] == [step.title for step in draft.steps]
    assert [without_emphasis(step.html) for step in other.steps] == [step.html for step in draft.steps]
    assert [step.prompts for step in other.steps] == [step.prompts for step in draft.steps]
    assert any("trauma-informed support" in piece.html for piece in other.left_out)


@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_emphasis_is_kept_where_the_format_has_it(name):
    readings = "".join(step.html for step in import_file(name, data_of(name)).steps)
    assert "But <strong>integration</strong> is what" in readings
    assert "It means it’s <em>honest</em>." in readings


@pytest.mark.parametrize("name", [f"{REAL}.html", f"{REAL}-div-soup.html"])
def test_the_chrome_of_a_saved_page_is_in_no_step(name):
    readings = "".join(step.html for step in import_file(name, data_of(name)).steps)
    for chrome in (
        "cookies",
        "Accept all",
        "Sessions",
        "Copy link",
        "views",
        "Recent Posts",
        "mailing list",
        "track",
    ):
        assert chrome not in readings


def test_a_picture_is_listed_where_it_stood():
    picture = next(
        p for p in import_file("p.html", data_of(f"{REAL}.html")).left_out if "picture" in p.reason
    )
    assert "A desk by a window" in picture.html
    assert "Morning light in the practice" in picture.html
    assert (picture.step, picture.at) == (2, 2)
