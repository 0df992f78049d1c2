"""Articles of other shapes: questions, numbers, capitals, bold, no headings at all, German and Spanish."""

import pytest

from resources.blocks import text_of
from resources.importing import import_file, import_html, import_text
from tests.resources.articles import data_of, docx, everything_in, words_in

FILLER = (
    "The afternoon went slowly by and nobody minded, because there was tea and a window to look out of. " * 4
)


def draft_of(name):
    return import_file(name, data_of(name))


def titles_of(draft):
    return [step.title for step in draft.steps]


def reasons_of(draft):
    return [piece.reason for piece in draft.left_out]


def test_headings_that_are_questions():
    draft = draft_of("small-pauses.txt")
    assert draft.author == "Nora Lind"
    assert titles_of(draft) == [
        "The Small Pause Before You Answer",
        "Why do we answer so fast?",
        "What happens in the pause?",
        "How long should it be?",
        "What if I forget?",
    ]
    assert "<ul><li>warmth in the face</li>" in draft.steps[2].html


def test_what_surrounds_a_blog_post_is_left_out_with_its_reason():
    assert reasons_of(draft_of("small-pauses.txt")) == [
        "Who wrote it, and when",
        "Buttons for sharing",
        "A newsletter sign-up",
        "What readers wrote below",
        "Links to other posts",
    ]


def test_numbered_headings_bullets_and_windows_line_endings():
    draft = draft_of("five-ways.txt")
    assert draft.author == "Jonas Field"
    assert titles_of(draft)[1:] == [
        "1. Change one thing about your clothes",
        "2. Let one sound be enough",
        "3. Write one sentence",
        "4. Ask for something small",
        "5. Leave one thing undone",
    ]
    assert "<ul><li>Greet them briefly.</li><li>Let them stand in the hall.</li>" in draft.steps[2].html
    assert reasons_of(draft) == [
        "Who wrote it, and when",
        "An invitation to book or to get in touch",
        "A copyright line",
    ]


def test_hard_wrapped_lines_are_joined_and_capitals_are_headings():
    draft = draft_of("weather.txt")
    assert titles_of(draft) == [
        "THE WEATHER INSIDE",
        "LOOKING OUT OF THE WINDOW",
        "WHAT YOU CAN PACK",
        "WHEN IT DOES NOT PASS",
    ]
    assert draft.steps[0].html.count("<p>") == 1
    assert "<li>a walk of which you know every corner by heart and that needs no decision at all</li>" in (
        draft.steps[2].html
    )
    assert draft.left_out == [], "a word about help lines is part of the reading"


def test_an_article_without_headings_is_parted_between_paragraphs():
    draft = draft_of("the-drawer.txt")
    assert titles_of(draft) == [
        "It began with a drawer that would not close",
        "It began with a drawer that would not close (part 2)",
    ]
    assert all(60 <= step.words <= 600 for step in draft.steps)


def test_german_text_with_byline_list_and_booking_call():
    draft = draft_of("grenzen.txt")
    assert draft.author == "Miriam Albers"
    assert titles_of(draft)[1:] == [
        "Woran du eine Grenze bemerkst",
        "Wie ein erster Satz klingen kann",
        "Was danach geschieht",
    ]
    assert draft.steps[1].html.count("<li>") == 3
    assert reasons_of(draft)[-2:] == ["An invitation to book or to get in touch", "What readers wrote below"]


def test_spanish_text_keeps_the_section_above_the_booking_call():
    draft = draft_of("descanso.txt")
    assert draft.author == "Lucía Ferrer"
    assert titles_of(draft)[-1] == "¿Y si me siento culpable?"
    assert draft.steps[2].html.count("<li>") == 3
    assert reasons_of(draft)[-2:] == ["An invitation to book or to get in touch", "Labels of the blog"]


def test_a_paste_from_google_docs_with_headings_in_bold_only():
    draft = draft_of("google-docs-paste.html")
    assert titles_of(draft) == ["Walking Beside a Worry", "Give it an hour.", "Ask it three questions"]
    assert "<em>Kindly</em>" in draft.steps[1].html
    assert "<li>What would we do <strong>then</strong>?</li>" in draft.steps[2].html


def test_a_paste_from_word_whose_list_is_only_dots():
    draft = draft_of("word-paste.html")
    assert titles_of(draft) == ["Letting an Argument Rest", "What you can say before you pause"]
    assert "<li>Can we sit down again <strong>tomorrow</strong> after breakfast?</li>" in draft.steps[1].html


@pytest.mark.parametrize(
    "name",
    ["small-pauses.txt", "five-ways.txt", "weather.txt", "the-drawer.txt", "grenzen.txt", "descanso.txt"],
)
def test_no_word_of_these_articles_is_lost(name):
    text = data_of(name).decode()
    assert not set(words_in(text)) - set(words_in(everything_in(draft_of(name))))


def test_two_hundred_headings_give_two_hundred_steps_when_each_has_enough_to_read():
    text = "A Long Book\n\n" + "\n\n".join(f"Heading Number {n}\n\n{FILLER}" for n in range(200))
    assert titles_of(import_text(text)) == [f"Heading Number {n}" for n in range(200)]


def test_two_hundred_short_sections_are_gathered_and_keep_their_headings_inside():
    text = "A Long Book\n\n" + "\n\n".join(f"Heading Number {n}\n\n{FILLER[:100]}" for n in range(200))
    draft = import_text(text)
    assert all(60 <= step.words <= 120 for step in draft.steps)
    assert draft.steps[0].title == "Heading Number 0"
    assert "<h3>Heading Number 1</h3>" in draft.steps[0].html
    everything = everything_in(draft)
    assert all(f"Heading Number {n}" in everything for n in range(200))


def test_a_short_opening_stands_above_the_first_section():
    draft = import_text(f"Title\n\nOne short line to begin with.\n\nThe first part\n\n{FILLER}")
    assert titles_of(draft) == ["The first part"]
    assert draft.steps[0].html.startswith("<p>One short line to begin with.</p>")


def test_a_short_last_section_joins_the_one_above_with_its_heading():
    draft = import_text(f"Title\n\n{FILLER}\n\nA last word\n\nGo gently, and come back when you like.")
    assert titles_of(draft) == ["Title"]
    assert "<h3>A last word</h3>\n<p>Go gently" in draft.steps[0].html


def test_a_long_section_is_parted_near_its_middle_and_never_below_a_colon():
    parts = "\n\n".join([FILLER] * 5 + ["Try one of these:", "- water\n- bread", *[FILLER] * 5])
    steps = import_text(f"Title\n\nThe long part\n\n{parts}").steps
    assert [step.title for step in steps] == ["The long part", "The long part (part 2)"]
    assert not steps[0].html.endswith(":</p>")
    assert abs(steps[0].words - steps[1].words) < 200


def test_sub_headings_stay_inside_their_section():
    page = f"<h1>T</h1><h2>One</h2><p>{FILLER}</p><h3>Deeper</h3><p>{FILLER}</p><h2>Two</h2><p>{FILLER}</p>"
    draft = import_html(page)
    assert titles_of(draft) == ["One", "Two"]
    assert "<h3>Deeper</h3>" in draft.steps[0].html


def test_word_headings_all_of_the_first_level_work_too():
    page = f"<h1>The whole</h1><p>{FILLER}</p><h1>One</h1><p>{FILLER}</p><h1>Two</h1><p>{FILLER}</p>"
    assert titles_of(import_html(page)) == ["The whole", "One", "Two"]


def test_a_poem_has_no_headings():
    text = (
        f"On Staying\n\n{FILLER}\n\nStill I stay\nwith the breath\nwith the floor\nwith the rain\n\n{FILLER}"
    )
    assert titles_of(import_text(text)) == ["On Staying"]


def test_markdown_that_was_pasted_is_understood():
    draft = import_text(
        f"# The whole\n\n{FILLER}\n\n## One *thing*\n\n{FILLER} **Loud** [there](https://a.example)"
    )
    assert titles_of(draft) == ["The whole", "One thing"]
    assert "<strong>Loud</strong>" in draft.steps[1].html
    assert 'href="https://a.example"' in draft.steps[1].html


STRUCK = "Struck out"


@pytest.mark.parametrize(
    "struck",
    [
        "<del>never once</del>",
        "<s>never once</s>",
        "<strike>never <b>once</b></strike>",
        '<span class=msoDel><del cite="mailto:maya@example.org">never once</del></span>',
        '<b><span style="color: #000; text-decoration: line-through">never once</span></b>',
    ],
)
def test_what_was_struck_out_is_left_out_beside_its_paragraph(struck):
    draft = import_html(f"<h1>Rest</h1><p>You should {struck} <ins>always</ins> rest.</p><p>{FILLER}</p>")
    assert draft.steps[0].html.startswith("<p>You should always rest.</p>\n<p>The afternoon")
    assert [(text_of(piece.html), piece.reason, piece.at) for piece in draft.left_out] == [
        ("never once", STRUCK, 1)
    ]


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<del><p>never</p><p>once</p></del>", ""),
        ("<p style='text-decoration:line-through'>never once</p>", ""),
        ("<ul><li>One <s>never</s></li><li><s>once</s></li></ul>", "<ul><li>One</li></ul>"),
        (
            "<blockquote><p>One <s>never once</s></p></blockquote>",
            "<blockquote><p>One</p></blockquote>",
        ),
        ("<pre>One\n<s>never once</s>two.</pre>", "<p>One<br>two.</p>"),
        (
            "<table><tr><td>One<td>1. <s>never</s></tr><tr><td>Two<td>2. <s>once</s></tr></table>",
            "<p>One – 1.</p>\n<p>Two – 2.</p>",
        ),
    ],
)
def test_what_was_struck_out_is_left_out_wherever_it_stands(html, kept):
    draft = import_html(f"<h1>Rest</h1><p>{FILLER}</p>{html}<p>{FILLER}</p>")
    assert draft.steps[0].html.replace(f"<p>{FILLER.strip()}</p>", "").strip() == kept
    assert text_of("".join(piece.html for piece in draft.left_out)) == "never once"
    assert {piece.reason for piece in draft.left_out} == {STRUCK}


def test_a_heading_and_a_byline_do_not_name_who_was_struck_out():
    draft = import_html(
        f"<h1>Rest <s>for Anna Miller</s></h1><p><s>By Anna Miller</s></p><p>{FILLER}</p>"
        f"<h2>A walk <del>with Anna</del></h2><p>{FILLER}</p>"
    )
    assert (draft.title, draft.author) == ("Rest", "")
    assert titles_of(draft) == ["Rest", "A walk"]
    page = f"<html><h1><s>Anna</s> Rest</h1><article><p>{FILLER}</p></article></html>"
    assert import_html(page).title == "Rest"


def test_words_that_are_struck_out_in_a_word_document_are_left_out():
    draft = import_file("rest.docx", docx("You should ", ("never", "<w:strike/>"), " rest at all."))
    assert draft.steps[0].html == "<p>You should rest at all.</p>"
    assert [(piece.html, piece.reason) for piece in draft.left_out] == [("<p>never</p>", STRUCK)]


def test_the_settings_above_a_markdown_post_give_title_and_author():
    text = f"---\ntitle: The Whole\nauthor: Nora Lind\ndate: 2024-03-01\n---\n{FILLER}\n\n## One\n\n{FILLER}"
    draft = import_file("post.md", text.encode())
    assert (draft.title, draft.author) == ("The Whole", "Nora Lind")
    assert titles_of(draft) == ["The Whole", "One"]
    assert "date: 2024-03-01" in draft.left_out[0].html


def test_a_mid_article_sign_up_is_left_out_where_it_stood():
    text = f"Title\n\n{FILLER}\n\nSubscribe to my newsletter for a letter a month.\n\n{FILLER}"
    draft = import_text(text)
    assert [(piece.step, piece.at) for piece in draft.left_out] == [(0, 1)]


def test_ordinary_sentences_about_calls_and_comments_are_kept():
    text = (
        f"Title\n\n{FILLER}\n\nYou might book a call with your doctor. Comments from others can hurt.\n\n"
        f"When to ask for help\n\nIf it goes on for weeks, reach out to a doctor or a help line. {FILLER}"
    )
    assert import_text(text).left_out == []
