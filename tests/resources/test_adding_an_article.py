"""The page "Add an article": paste, file or address; bad input comes back with its reason and what was typed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from resources.models import Article
from tests.resources.articles import REAL, data_of

ADD = reverse("admin:resources_article_add")
TEXT = data_of(f"{REAL}.txt").decode()


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def upload(name, data):
    return SimpleUploadedFile(name, data)


def test_pasted_text_becomes_a_proposal_to_review(desk, maya):
    response = desk.post(ADD, {"text": TEXT})
    article = Article.objects.of(maya).get()
    assert response.url == reverse("admin:resources_article_change", args=(article.pk,))
    assert len(article.draft.steps) == 8


def test_the_clipboards_html_is_preferred_to_its_plain_text(desk):
    desk.post(ADD, {"text": "Title Some words.", "pasted_html": "<h1>Title</h1><p>Some <b>words</b>.</p>"})
    assert Article.objects.get().draft.steps[0].html == "<p>Some <strong>words</strong>.</p>"


def test_html_that_cannot_be_read_falls_back_to_the_text(desk):
    desk.post(
        ADD, {"text": "A Title\n\nSome words to read.", "pasted_html": "<meta charset='utf-8'><img src=''>"}
    )
    assert "Some words to read." in Article.objects.get().draft.steps[0].html


@pytest.mark.parametrize("suffix", [".docx", ".md", ".html", ".txt"])
def test_a_file_becomes_a_proposal(desk, suffix):
    desk.post(ADD, {"file": upload(f"a{suffix}", data_of(f"{REAL}{suffix}"))})
    assert Article.objects.get().author == "Tanya Master"
    assert Article.objects.get().source == f"a{suffix}"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.txt", b"", "This file is empty."),
        ("huge.txt", b"word " * (6 * 1024 * 1024), "the limit is 10 MB"),
        ("not.docx", b"plain", "is not a Word document"),
        ("photo.txt", b"\xff\xd8\xff" + bytes(99), "This is a picture"),
        ("paper.pdf", b"%PDF-1.4", "save it as .docx"),
        ("letters.txt", b"words \x81\x8d\x8f here", "The letters of this file"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_beside_the_field(desk, name, data, says):
    response = desk.post(ADD, {"file": upload(name, data)})
    assert response.status_code == 200
    assert says in response.context["form"].errors["file"][0]
    assert "choose it again" in response.content.decode()
    assert not Article.objects.exists()


def test_what_was_pasted_stays_when_it_cannot_be_read(desk):
    response = desk.post(ADD, {"text": "— — • —", "pasted_html": "<hr>"})
    assert "no words to read" in response.context["form"].errors["text"][0]
    assert "— — • —" in response.content.decode()
    assert 'value="&lt;hr&gt;"' in response.content.decode()


def test_nothing_and_too_much_are_both_answered(desk):
    assert "Paste an article here" in desk.post(ADD, {}).context["form"].errors["text"][0]
    both = desk.post(ADD, {"text": TEXT, "file": upload("a.txt", TEXT.encode())})
    assert "more than one article" in both.context["form"].errors["file"][0]
    assert "Trauma Healing" in both.content.decode()


def test_an_article_with_script_in_it_keeps_its_words_only(desk):
    desk.post(
        ADD, {"text": "x", "pasted_html": "<h1>T</h1><p onclick=x()>Some words<script>alert(1)</script></p>"}
    )
    assert Article.objects.get().draft.steps[0].html == "<p>Some words</p>"


def test_the_address_field_is_there_only_where_it_is_switched_on(desk, settings):
    settings.ARTICLE_URL_IMPORT = False
    assert "url" not in desk.get(ADD).context["form"].fields
    settings.ARTICLE_URL_IMPORT = True
    assert "url" in desk.get(ADD).context["form"].fields
    response = desk.post(ADD, {"url": "http://127.0.0.1/secret"})
    assert "not on the public web" in response.context["form"].errors["url"][0]
    assert "http://127.0.0.1/secret" in response.content.decode()


def test_opening_the_page_changes_nothing(desk):
    desk.get(ADD)
    desk.head(ADD)
    assert not Article.objects.exists()
