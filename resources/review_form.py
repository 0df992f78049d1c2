"""What the review screen posts: the typed titles and prompts over the draft that was shown, and one button.

The page carries the draft it shows, signed. So nothing typed is ever lost, whatever another browser saved
meanwhile, and the readings cannot be changed on the way.
"""

from dataclasses import dataclass

from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _

from resources import review
from resources.draft import Draft, DraftPrompt
from resources.models import Article, LibraryPrompt, PromptKind
from resources.questions import lines_of, problems_of
from resources.sanitize import tidy

LONGEST_TITLE = 200


class Garbled(ValueError):
    """The posted page is not one that we rendered."""


def _salt(article: Article) -> str:
    return f"resources.review.{article.pk}"


def pack(article: Article, draft: Draft) -> str:
    """The draft as the page carries it."""
    return signing.dumps(draft.as_json(), salt=_salt(article), compress=True)


@dataclass
class Posted:
    """What came back: the draft with all that was typed, the revision it began from, and the button."""

    draft: Draft
    seen: int
    button: str


def read_post(article: Article, post: QueryDict) -> Posted:
    """Reads the review screen. Raises Garbled when it is not whole."""
    try:
        draft = Draft.from_json(signing.loads(post.get("shown", ""), salt=_salt(article)))
        seen = int(post.get("revision", ""))
    except (signing.BadSignature, ValueError, KeyError, TypeError) as error:
        raise Garbled(
            _("This page was not sent whole. Nothing was changed. Please try once more.")
        ) from error
    draft.title = _line(post, "title", draft.title)
    draft.author = _line(post, "author", draft.author)
    for n, step in enumerate(draft.steps):
        step.title = _line(post, f"step-{n}-title", step.title)
        step.prompts = [_prompt(post, f"step-{n}-prompt-{k}", p) for k, p in enumerate(step.prompts)]
    return Posted(draft, seen, post.get("do", "save"))


def _line(post: QueryDict, name: str, before: str) -> str:
    return tidy(" ".join(post.get(name, before).split()))


def _prompt(post: QueryDict, name: str, before: DraftPrompt) -> DraftPrompt:
    kind = post.get(f"{name}-kind", before.kind)
    options = post.get(f"{name}-options")
    return DraftPrompt(
        kind if kind in PromptKind.values else before.kind,
        _line(post, f"{name}-text", before.text),
        before.options if options is None else lines_of(tidy(options)),
    )


def act(article: Article, draft: Draft, button: str) -> str:
    """Does what a button says, such as "merge:2"; answers with the place of the page to return to."""
    name, *numbers = button.split(":")
    try:
        n, k = ([int(number) for number in numbers] + [0, 0])[:2]
    except ValueError:
        return ""
    if name == "split":
        library = LibraryPrompt.objects.items_of(article.practitioner)
        return f"step-{review.split(draft, n, k, library) + 1}"
    edits = {
        "merge": lambda: review.merge(draft, n),
        "up": lambda: review.move(draft, n, -1),
        "down": lambda: review.move(draft, n, 1),
        "leave": lambda: review.leave_out(draft, n),
        "back": lambda: review.put_back(draft, n),
        "add": lambda: review.add_prompt(draft, n),
        "remove": lambda: review.remove_prompt(draft, n, k),
    }
    return f"step-{edits[name]() + 1}" if name in edits else ""


def where(name: str) -> str:
    """The field of a problem in words: "Step 2, question 1"."""
    parts = name.split("-")
    if len(parts) < 3:
        return _("The module")
    step = int(parts[1]) + 1
    if len(parts) == 3:
        return _("Step %(step)s") % {"step": step}
    return _("Step %(step)s, question %(question)s") % {"step": step, "question": int(parts[3]) + 1}


def problems(draft: Draft) -> dict[str, str]:
    """What stands in the way of a module, by the name of its field; empty when nothing does."""
    titles = {"title": draft.title} | {f"step-{n}-title": step.title for n, step in enumerate(draft.steps)}
    too_long = _("This title is too long; at most %(most)s characters fit.") % {"most": LONGEST_TITLE}
    found = {name: _("Give it a title.") for name, title in titles.items() if not title}
    found |= {name: too_long for name, title in titles.items() if len(title) > LONGEST_TITLE}
    for n, step in enumerate(draft.steps):
        for k, prompt in enumerate(step.prompts):
            wrong = problems_of(prompt.kind, prompt.text, prompt.options)
            found |= {f"step-{n}-prompt-{k}-{field}": problem for field, problem in wrong.items()}
    return found
