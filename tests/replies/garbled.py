"""The mails that CPython's own email package is tested with, and copies of them that were damaged on the way."""

import random
from pathlib import Path

import pytest

#: So many mails in all.
ALL = 20_000
SEED = 20260308


def originals():
    """Every mail under the interpreter's own email tests, as bytes. Fails where the interpreter came without them."""
    try:
        from test import test_email
    except ImportError:
        pytest.fail("This Python lacks its test package. On Debian: apt install libpython3-testsuite.")
    folder = Path(test_email.__file__).parent / "data"
    mails = [path.read_bytes() for path in sorted(folder.glob("msg_*.txt"))]
    assert len(mails) > 40, f"The mails are not in {folder}"
    return mails


def garbled(to, number=ALL):
    """So many mails to this address: the originals, then damaged copies. The same ones each time."""
    mails = [b"To: %b\n%b" % (to.encode(), mail) for mail in originals()]
    chance = random.Random(SEED)
    yield from mails[:number]
    for turn in range(number - len(mails)):
        yield damaged(mails[turn % len(mails)], mails, chance)


def damaged(mail, others, chance):
    """A copy of a mail with a few bytes overwritten, lines repeated, parts of other mails in it, or its end cut off."""
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(mail) + 1)
        match chance.randrange(4):
            case 0:
                mail = mail[:at] + chance.randbytes(chance.randint(0, 8)) + mail[at + chance.randint(0, 40) :]
            case 1:
                mail = mail[:at] if at > len(mail) * 0.8 else mail
            case 2:
                other = chance.choice(others)
                begin = chance.randrange(len(other))
                mail = mail[:at] + other[begin : begin + chance.randint(0, 200)] + mail[at:]
            case 3:
                lines = mail.split(b"\n")
                lines.insert(chance.randrange(len(lines)), chance.choice(lines))
                mail = b"\n".join(lines)
    return mail
