"""A module goes into a file and comes back equal; a file that is anything else is told so and changes nothing."""

import json

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources import module_file, starters
from resources.content import Content, ContentStep
from resources.draft import DraftPrompt, ImportProblem
from resources.models import Module
from resources.sanitize import clean, tidy
from tests.cast import make_assignment

PAGE = "/desk/resources/module/from-a-file/"
CONTENT = starters.read("resting").content
FILE = module_file.write(CONTENT)


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def upload(desk, data, name="module.json"):
    return desk.post(PAGE, {"file": SimpleUploadedFile(name, data)})


def text_of(response):
    return BeautifulSoup(response.content, "html.parser").find(id="main").get_text(" ", strip=True)


def signed(module, **more):
    """A file whose checksum fits what is in it."""
    data = {"format": module_file.FORMAT, "version": 1, "module": module} | more
    return json.dumps({"checksum": module_file.checksum(module), **data}).encode()


# --- There and back


def test_saved_and_added_again_it_is_equal(desk, maya, module):
    saved = desk.get(reverse("admin:resources_module_file", args=(module.pk,)))
    assert saved["Content-Disposition"] == 'attachment; filename="coming-home-to-yourself.json"'
    preview = upload(desk, saved.content)
    kept = BeautifulSoup(preview.content, "html.parser").find("input", {"name": "kept"})["value"]
    added = desk.post(PAGE, {"kept": kept})
    copy = Module.objects.exclude(pk=module.pk).get()
    assert added.url == reverse("admin:resources_module_change", args=(copy.pk,))
    assert copy.content() == module.content()
    assert copy.practitioner == maya


def test_its_sensitive_words_and_whether_it_is_held_while_away_come_along(desk, maya, module):
    module.sensitive_words, module.holds_while_away = "panic\nTrauer", True
    module.save()
    saved = desk.get(reverse("admin:resources_module_file", args=(module.pk,)))
    text = text_of(upload(desk, saved.content))
    assert "panic, Trauer" in text
    assert "held while its practitioner is away" in text
    desk.post(PAGE, {"kept": saved.content.decode()})
    copy = Module.objects.exclude(pk=module.pk).get()
    assert (copy.sensitive_words, copy.holds_while_away) == ("panic\nTrauer", True)


def test_a_file_that_was_saved_before_it_held_them_is_still_added(desk):
    module = CONTENT.as_json()
    del module["sensitive_words"], module["holds_while_away"]
    desk.post(PAGE, {"kept": signed(module).decode()})
    assert Module.objects.get().content() == CONTENT


lines = st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Zl", "Zp"]), max_size=80).map(tidy)
titles = lines.filter(str.strip)
prompts = st.builds(DraftPrompt, st.just("text"), titles, st.just([])) | st.builds(
    DraftPrompt, st.just("scale"), titles, st.lists(lines, min_size=2, max_size=2)
)
steps = st.builds(
    ContentStep, titles, lines.map(clean), st.integers(0, 600), lines, st.lists(prompts, max_size=3)
)
contents = st.builds(Content, titles, lines, st.lists(steps, max_size=4), lines, st.booleans())


@given(contents)
def test_whatever_a_module_says_comes_back_equal(content):
    assert module_file.read(module_file.write(content)) == content


def test_the_file_has_nothing_of_clients_and_no_ids(desk, module, ada):
    make_assignment(ada, module)
    data = json.loads(desk.get(reverse("admin:resources_module_file", args=(module.pk,))).content)
    assert set(data) == {"format", "version", "checksum", "module"}
    assert set(data["module"]) == {
        "title",
        "description",
        "sensitive_words",
        "holds_while_away",
        "steps",
    }
    assert set(data["module"]["steps"][0]) == {"title", "content_note", "minutes", "body", "prompts"}
    assert set(data["module"]["steps"][0]["prompts"][0]) == {"kind", "text", "options"}
    assert "Ada" not in json.dumps(data)


# --- Looking first


def test_the_preview_shows_all_of_it_and_saves_nothing(desk):
    text = text_of(upload(desk, FILE))
    assert "Nothing is saved yet" in text
    for step in CONTENT.steps:
        assert step.title in text
        assert step.prompts[0].text in text
    assert not Module.objects.exists()


def test_the_preview_says_when_there_is_one_with_this_title(desk, maya):
    assert "already have a module with this title" not in text_of(upload(desk, FILE))
    Module.write(maya, CONTENT)
    assert "already have a module with this title" in text_of(upload(desk, FILE))


def test_html_in_a_file_is_cleaned_in_the_preview_and_in_the_module(desk):
    body = '<p onclick="x()">Word<script>alert(1)</script><img src=x onerror=y> <a href="javascript:x()">l</a></p>'
    module = CONTENT.as_json()
    module["steps"][0]["body"] = body
    page = upload(desk, signed(module))
    assert "alert(1)" not in page.content.decode()
    assert "onerror" not in page.content.decode()
    desk.post(PAGE, {"kept": signed(module).decode()})
    assert Module.objects.get().steps.first().body == '<p>Word <a rel="noopener noreferrer">l</a></p>'


# --- What is no module file


def newer():
    return json.dumps({"format": module_file.FORMAT, "version": 2, "module": {"chapters": []}}).encode()


BAD = {
    "empty": (b"", module_file.NOT_A_MODULE),
    "no text": (b"\x89PNG\r\n\x1a\n\x00\xff", module_file.NOT_A_MODULE),
    "cut off": (FILE[: len(FILE) // 2], module_file.NOT_A_MODULE),
    "another file": (b'{"name": "interlude", "version": "1.0"}', module_file.NOT_A_MODULE),
    "a list": (b"[]", module_file.NOT_A_MODULE),
    "very deep": (b"[" * 100_000, module_file.NOT_A_MODULE),
    "a number too long": (b"9" * 10_000, module_file.NOT_A_MODULE),
    "newer": (newer(), module_file.NEWER),
    "too large": (b" " * module_file.LARGEST_FILE + FILE, module_file.TOO_LARGE),
    "tampered with": (FILE.replace(b"Learning to rest", b"Learning to toil"), module_file.CHANGED),
    "without a checksum": (FILE.replace(b'"checksum"', b'"check"'), module_file.CHANGED),
    "nothing in it": (signed(None), "the module"),
}


@pytest.mark.parametrize(("data", "said"), BAD.values(), ids=BAD)
def test_a_bad_file_gets_a_clear_message_and_changes_nothing(desk, maya, module, data, said):
    before = list(Module.objects.values())
    for response in (upload(desk, data), desk.post(PAGE, {"kept": data.decode("utf-8", "replace")})):
        assert response.status_code == 422
        assert str(said) in text_of(response)
    assert list(Module.objects.values()) == before


WRONG = [
    ("title", ""),
    ("title", "two\nlines"),
    ("title", "x" * 201),
    ("title", 7),
    ("description", None),
    ("sensitive_words", ["panic"]),
    ("holds_while_away", "yes"),
    ("steps", {}),
    ("steps", ["a step"]),
]
WRONG_STEP = [
    ("minutes", -1),
    ("minutes", True),
    ("minutes", "2"),
    ("minutes", 10**9),
    ("body", []),
    ("content_note", "x" * 201),
    ("prompts", [{"kind": "poll", "text": "What?", "options": []}]),
    ("prompts", [{"kind": "scale", "text": "How?", "options": ["one"]}]),
    ("prompts", [{"kind": "choice", "text": "How?", "options": [1, 2]}]),
    ("prompts", [{"kind": [], "text": "How?", "options": []}]),
]


@pytest.mark.parametrize(("name", "value"), WRONG + WRONG_STEP)
def test_a_file_with_a_wrong_part_says_which(name, value):
    module = json.loads(json.dumps(CONTENT.as_json()))
    (module["steps"][0] if (name, value) in WRONG_STEP else module)[name] = value
    with pytest.raises(ImportProblem, match=r"not as it should be: .*(module|step 1)"):
        module_file.read(signed(module))


def test_no_file_at_all_is_asked_for(desk):
    assert "Choose the file first" in text_of(desk.post(PAGE, {}))


@st.composite
def mangled(draw):
    """The file with bytes cut out, put in or changed; or any JSON at all in the place of its module."""
    if draw(st.booleans()):
        data = bytearray(FILE)
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, len(data)))
            data[at : at + draw(st.integers(0, 40))] = draw(st.binary(max_size=8))
        return bytes(data)
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    names = st.sampled_from(
        ["title", "description", "steps", "body", "prompts", "kind", "options", "minutes"]
    )
    anything = st.recursive(leaves, lambda part: st.lists(part) | st.dictionaries(names, part), max_leaves=12)
    return signed(draw(anything), version=draw(st.sampled_from([1, 1, 1, 0, 2, True, "1", None, 1.5])))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=60,
)
@given(mangled())
def test_no_mangled_file_breaks_the_page_or_adds_anything(desk, data):
    response = upload(desk, data)
    assert response.status_code in (200, 422)
    if (
        response.status_code == 200
    ):  # only a change between the parts of the file, which changes nothing in it
        assert module_file.read(data).steps
    assert desk.post(PAGE, {"kept": data.decode("utf-8", "replace")}).status_code in (302, 422)
