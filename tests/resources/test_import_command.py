"""manage.py import_article does what the desk does."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from resources.models import Article, LibraryPrompt
from tests.resources.articles import FOLDER, REAL


def run(*args):
    out = StringIO()
    call_command("import_article", *map(str, args), stdout=out)
    return out.getvalue()


def test_it_keeps_the_article_for_its_practitioner_and_says_what_it_found(maya):
    said = run(FOLDER / f"{REAL}.docx", "--practitioner", "maya@example.com")
    article = Article.objects.get()
    assert (article.practitioner, article.title, article.author) == (
        maya,
        "The Relational Impact of Trauma Healing",
        "Tanya Master",
    )
    assert "8. Healing Is Not Just About Feeling Better" in said
    assert "Review it at the desk" in said


def test_json_has_the_whole_proposal(maya):
    proposal = json.loads(run(FOLDER / f"{REAL}.txt", "--practitioner", "Maya@Example.com", "--json"))
    assert list(proposal) == ["title", "author", "left_out", "steps"]
    assert list(proposal["steps"][0]) == ["title", "words", "minutes", "html", "prompts"]
    assert len(proposal["steps"]) == 8
    assert {"html", "reason", "step"} <= set(proposal["left_out"][0])


def test_it_proposes_from_the_practitioners_own_library(maya):
    LibraryPrompt.objects.create(practitioner=maya, theme="Relationships", text="Only mine?")
    run(FOLDER / f"{REAL}.txt", "--practitioner", maya.email)
    steps = Article.objects.get().draft.steps
    assert {prompt.text for step in steps for prompt in step.prompts} == {"Only mine?"}


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [("empty.txt", b"", "This file is empty"), ("photo.txt", b"\xff\xd8\xff\xe0", "This is a picture")],
)
def test_what_cannot_be_read_ends_with_the_reason(maya, tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CommandError, match=says):
        run(tmp_path / name, "--practitioner", maya.email)
    assert not Article.objects.exists()


def test_an_unknown_practitioner_and_a_missing_file_end_with_the_reason(maya, tmp_path):
    with pytest.raises(CommandError, match="Nobody signs in as"):
        run(FOLDER / f"{REAL}.txt", "--practitioner", "nobody@example.com")
    with pytest.raises(CommandError, match="cannot be opened"):
        run(tmp_path / "none.txt", "--practitioner", maya.email)
