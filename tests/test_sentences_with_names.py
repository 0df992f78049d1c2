"""A name may end in a full stop ("Lea M."), so no sentence at the desk ends in one."""

import re

import pytest

from tests.texts import CODE, ROOT, TEMPLATES, of_code, of_template

DESK = [path for path in TEMPLATES if path.is_relative_to(ROOT / "templates/admin")]
#: Gaps that a person's name fills, or several.
PERSON = r"(?:client|clients|name|names|who|practitioner|colleague|actor)"
#: Here it is a module's.
OTHERS = {"From the starter module %(name)s."}
ENDS = re.compile(rf"%\({PERSON}\)s\.")


@pytest.mark.parametrize("path", [*DESK, *CODE], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_at_the_desk_ends_in_a_name(path):
    texts = of_template(path) if path in DESK else of_code(path)
    assert {text for text in texts if ENDS.search(text)} - OTHERS == set()
