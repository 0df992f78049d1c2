"""What makes a prompt complete, whoever writes it: the review, a step's page, the library. Standard library only."""

LONGEST_QUESTION = 500
LONGEST_OPTION = 120


def lines_of(text: str) -> list[str]:
    """The options typed one a line, without empty lines."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def problems_of(kind: str, text: str, options: list[str]) -> dict[str, str]:
    """What is wrong, by field ("text", "options"); empty when nothing is."""
    found: dict[str, str] = {}
    if not text.strip():
        found["text"] = "Write the question, or remove it."
    elif len(text) > LONGEST_QUESTION:
        found["text"] = f"This question has {len(text)} characters; at most {LONGEST_QUESTION} fit."
    if kind == "scale" and len(options) != 2:
        found["options"] = "A scale has two labels: one line for its low end, one for its high end."
    elif kind in ("choice", "checklist") and len(set(options)) < 2:
        found["options"] = "Give at least two different answers to choose from, one on each line."
    elif any(len(option) > LONGEST_OPTION for option in options):
        found["options"] = f"One of these lines is longer than {LONGEST_OPTION} characters."
    return found
