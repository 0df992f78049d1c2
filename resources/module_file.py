"""A module as one file, to keep or to give to a colleague: JSON with a version, no ids, nothing about clients.

`write` makes the bytes, `read` makes the content of them again: equal, cleaned, or an ImportProblem in plain words.
"""

import hashlib
import json
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from resources import questions
from resources.content import LONGEST_TITLE, Content, ContentStep
from resources.draft import DraftPrompt, ImportProblem
from resources.files import MEGABYTE
from resources.sanitize import clean, tidy

FORMAT = "interlude-module"
VERSION = 1
LARGEST_FILE = MEGABYTE
MOST_STEPS, MOST_QUESTIONS, LONGEST_DESCRIPTION, MOST_MINUTES = 200, 50, 20_000, 32_767
KINDS = ("text", "scale", "choice", "checklist")

NOT_A_MODULE = gettext_lazy(
    "This is not a module file. Choose one that was saved with “Save as a file”; its name ends in .json. "
    "For an article (Word, web page or text), use “Add an article”."
)
TOO_LARGE = gettext_lazy("This file is larger than 1 MB, so it is no module file. Choose another one.")
NEWER = gettext_lazy(
    "This file comes from a newer version of Interlude than this one. Ask whoever runs yours to update it."
)
CHANGED = gettext_lazy(
    "This file was changed after it was saved, or damaged on its way. Ask for it to be saved and sent again."
)
INCOMPLETE = gettext_lazy(
    "Something in this file is not as it should be: %(what)s. Ask for it to be saved and sent again."
)
#: What the parts of a file are called in sentences.
PARTS = {
    "title": gettext_noop("the title"),
    "description": gettext_noop("the description"),
    "sensitive_words": gettext_noop("the sensitive words"),
    "steps": gettext_noop("the steps"),
    "body": gettext_noop("the body"),
    "minutes": gettext_noop("the minutes"),
    "content_note": gettext_noop("the content note"),
    "prompts": gettext_noop("the prompts"),
    "text": gettext_noop("the text"),
    "options": gettext_noop("the options"),
}


def write(content: Content) -> bytes:
    """The file, in UTF-8."""
    module = content.as_json()
    data = {"format": FORMAT, "version": VERSION, "checksum": checksum(module), "module": module}
    return json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8", "replace")


def read(data: bytes) -> Content:
    """What a file says, with its readings cleaned. Raises ImportProblem, whose message can be shown as it is."""
    if len(data) > LARGEST_FILE:
        raise ImportProblem(TOO_LARGE)
    try:
        parsed = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ImportProblem(NOT_A_MODULE) from error
    if not isinstance(parsed, dict) or parsed.get("format") != FORMAT:
        raise ImportProblem(NOT_A_MODULE)
    version = parsed.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ImportProblem(NOT_A_MODULE)
    if version > VERSION:
        raise ImportProblem(NEWER)
    if parsed.get("checksum") != checksum(parsed.get("module")):
        raise ImportProblem(CHANGED)
    return _content(parsed["module"])


def checksum(module: Any) -> str:
    """Tells a file that was changed or cut from a whole one. It proves nothing about who wrote it."""
    return hashlib.sha256(json.dumps(module, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _content(data: Any) -> Content:
    the_module = _("the module")
    module = _named(data, the_module)
    steps = [
        _step(part, _("step %(number)s") % {"number": number})
        for number, part in enumerate(_list(module, "steps", MOST_STEPS, the_module), start=1)
    ]
    # Files that were saved before they held these two have neither.
    module = {"sensitive_words": "", "holds_while_away": False} | module
    if not isinstance(module["holds_while_away"], bool):
        _refuse(_("whether the module is held while away"))
    return Content(
        title=_line(module, "title", the_module),
        description=_text(module, "description", LONGEST_DESCRIPTION, the_module),
        steps=steps,
        sensitive_words=_text(module, "sensitive_words", LONGEST_DESCRIPTION, the_module),
        holds_while_away=module["holds_while_away"],
    )


def _step(data: Any, where: str) -> ContentStep:
    step = _named(data, where)
    minutes = step.get("minutes")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 <= minutes <= MOST_MINUTES:
        _refuse(_part("minutes", where))
    prompts = [
        _prompt(part, _("question %(number)s of %(step)s") % {"number": number, "step": where})
        for number, part in enumerate(_list(step, "prompts", MOST_QUESTIONS, where), start=1)
    ]
    return ContentStep(
        title=_line(step, "title", where),
        body=clean(_text(step, "body", LARGEST_FILE, where)),
        minutes=minutes,
        content_note=_line(step, "content_note", where, may_be_empty=True),
        prompts=prompts,
    )


def _prompt(data: Any, where: str) -> DraftPrompt:
    prompt = _named(data, where)
    kind, text = prompt.get("kind"), _text(prompt, "text", questions.LONGEST_QUESTION, where)
    options = [
        tidy(option) for option in _list(prompt, "options", MOST_QUESTIONS, where) if isinstance(option, str)
    ]
    if kind not in KINDS or len(options) != len(prompt["options"]):
        _refuse(where)
    if problems := questions.problems_of(kind, text, options):
        _refuse(f"{where} ({' '.join(problems.values()).rstrip('.')})")
    return DraftPrompt(kind, text, [] if kind == "text" else options)


def _named(data: Any, where: str) -> dict[str, Any]:
    return data if isinstance(data, dict) else _refuse(where)


def _list(data: dict[str, Any], name: str, most: int, where: str) -> list[Any]:
    found = data.get(name)
    return found if isinstance(found, list) and len(found) <= most else _refuse(_part(name, where))


def _text(data: dict[str, Any], name: str, longest: int, where: str) -> str:
    found = data.get(name)
    return tidy(found) if isinstance(found, str) and len(found) <= longest else _refuse(_part(name, where))


def _line(data: dict[str, Any], name: str, where: str, may_be_empty: bool = False) -> str:
    """A text on one line, at most as long as a title."""
    words = _text(data, name, LONGEST_TITLE, where)
    is_line = not any(character in "\t\n\x0b\x0c\r\u2028\u2029" for character in words)
    return words if is_line and (words.strip() or may_be_empty) else _refuse(_part(name, where))


def _part(name: str, where: str) -> str:
    """A part of something in words: "the title of step 2"."""
    return _("%(part)s of %(where)s") % {"part": _(PARTS[name]), "where": where}


def _refuse(what: str) -> NoReturn:
    raise ImportProblem(INCOMPLETE % {"what": what})
