"""What makes a prompt complete, whoever writes it: the review, a step's page, the library. Pure."""

from django.utils.translation import gettext as _

LONGEST_QUESTION = 500
LONGEST_OPTION = 120


def lines_of(text: str) -> list[str]:
    """The options typed one a line, without empty lines."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def problems_of(kind: str, text: str, options: list[str]) -> dict[str, str]:
    """What is wrong, by field ("text", "options"); empty when nothing is."""
    found: dict[str, str] = {}
    if not text.strip():
        found["text"] = _("Write the question, or remove it.")
    elif len(text) > LONGEST_QUESTION:
        too_long = _("This question has %(count)s characters; at most %(most)s fit.")
        found["text"] = too_long % {"count": len(text), "most": LONGEST_QUESTION}
    if kind == "scale" and len(options) != 2:
        found["options"] = _("A scale has two labels: one line for its low end, one for its high end.")
    elif kind in ("choice", "checklist") and len(set(options)) < 2:
        found["options"] = _("Give at least two different answers to choose from, one on each line.")
    elif any(len(option) > LONGEST_OPTION for option in options):
        too_long = _("One of these lines is longer than %(most)s characters.")
        found["options"] = too_long % {"most": LONGEST_OPTION}
    return found
