"""The image can be made of what the checkout gives it, and its containers are told all that can be set."""

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


def test_all_that_can_be_set_reaches_the_containers():
    can_be_set = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    compose = (ROOT / "docker-compose.yml").read_text().partition("services:")[0]
    handed_on = set(re.findall(r"^    ([A-Z_]+?)(?:_FILE)?:", compose, re.M))
    assert can_be_set - handed_on == {"DATA_DIR", "STATIC_ROOT"}  # they belong to the image
    assert handed_on <= can_be_set
