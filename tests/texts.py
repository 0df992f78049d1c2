"""The texts in our templates and in our Python that go through gettext, as a catalogue would have them."""

import ast
import re
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt", ".svg")
)
ROOMS = ("people", "resources", "assignments", "mailing", "replies", "desk")
CODE = sorted(
    path
    for room in ROOMS
    for path in (*(ROOT / "practice" / room).rglob("*.py"), *(ROOT / room).rglob("*.py"))
    if not {"migrations", "commands", "sample"} & {*path.parts}
)

#: The names that a catalogue is made by, and which of their arguments are texts.
ASKED = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), slice(1)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), slice(2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), slice(1, 2)),
}
IN_TEMPLATES = re.compile(r"""(?:\b(n?)gettext|\b_)\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def of_template(path):
    """What a template has translated; of a plural the first form."""
    text = templatize(path.read_text(), origin=str(path))
    return {ast.literal_eval(found[2]) for found in IN_TEMPLATES.finditer(text)}


def of_code(path):
    """What a module has translated; of a plural the first form."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    asking = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ASKED)
    texts = (call.args[ASKED[call.func.id]][0] for call in asking)
    return {text.value for text in texts if isinstance(text, ast.Constant)}
