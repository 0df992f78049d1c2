"""A list of words is a list of words. Nothing here is ever said to keep watch over anybody."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEVER = re.compile(
    r"monitor|überwach|ueberwach|monitoriz|monitore[aáo]|vigilad[ao]|vigilanc|surveil", re.IGNORECASE
)
READ = ("practice/**/*.py", "practice/**/*.po", "practice/**/*.txt", "resources/**/*.*", "templates/**/*.*")
FILES = sorted(
    path
    for pattern in (*READ, "static/*/*.js", "*.md")
    for path in ROOT.glob(pattern)
    if path.is_file() and path.suffix in {".py", ".po", ".txt", ".html", ".js", ".md", ".toml", ".json"}
)


def test_nothing_is_called_what_it_is_not():
    assert len(FILES) > 300
    for path in FILES:
        found = NEVER.search(path.read_text("utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found}"


def test_the_limits_are_said_where_the_lists_are_written():
    said = (ROOT / "practice/replies/words_admin.py").read_text("utf-8")
    for words in ("a list of words and nothing more", "Nobody watches", "overlooks much"):
        assert words in said
