"""The image can be made of what the checkout gives it."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_file_that_the_image_copies_is_let_into_it():
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M)
    named = {name for names in copied for name in names.split() if name != "."}
    assert named
    assert named <= set(let_in)
    assert all((ROOT / name).exists() for name in let_in)
