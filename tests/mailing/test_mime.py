"""The email as bytes is the email that Django's mail API would have made."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.mailing.editions import placeholder
from practice.mailing.messages import letter
from practice.mailing.mime import content_of, header, quoted
from practice.mailing.models import Delivery, Edition

AT = datetime(2026, 3, 8, 17, 0, 5, tzinfo=UTC)
HEADERS = [
    ["From", '"Interlude" <letters@example.com>'],
    ["Reply-To", "maya@example.com"],
    ["List-Id", "<letters.example.com>"],
    ["List-Unsubscribe", f"<https://letters.example.com/n/{placeholder('token')}/stop/>"],
    ["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"],
    ["Content-Language", "de"],
]
LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co"), include_characters="\n\t"), max_size=300)
NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Co", "Zl", "Zp")), min_size=1, max_size=80
).map(lambda name: " ".join(name.split()) or "Ada")


def delivery(
    name="Ada", address="ada@example.org", subject="A few minutes", text="", html="", headers=HEADERS
):
    return Delivery(
        pk=1,
        edition=Edition(subject=subject, headers=headers, text=text, html=html),
        to_address=address,
        values={"name": name},
        message_id="<abc@example.com>",
    )


def both(row):
    """The email by each way, parsed."""
    ours = content_of(row, AT, "t" * 43)
    theirs = letter(row, AT, "t" * 43).message().as_bytes(linesep="\r\n")
    return (message_from_bytes(content, policy=policy.default) for content in (ours, theirs))


def assert_equal(row):
    ours, theirs = both(row)
    # A blank between the encoded words of one name is no part of it; the parser leaves some of them in.
    assert {name: "".join(str(value).split()) for name, value in ours.items()} == {
        name: "".join(str(value).split()) for name, value in theirs.items()
    }
    for kind in ("plain", "html"):
        our, their = (email.get_body([kind]) for email in (ours, theirs))
        assert our.get_content().rstrip("\r\n") == their.get_content().rstrip("\r\n")
        assert our["Content-Transfer-Encoding"] == their["Content-Transfer-Encoding"]
    assert ours.get_content_type() == "multipart/alternative"
    assert not ours.defects
    assert [part.get_content_type() for part in ours.iter_parts()] == ["text/plain", "text/html"]


@given(text=LINES, name=NAMES)
def test_any_text_and_name_parse_to_what_the_mail_api_would_have_made(text, name):
    body = f"{text}{placeholder('name')}{text}\n.\n..\nFrom here = on {placeholder('token')}"
    row = delivery(name=name, text=body, html=f"<p>{body}</p>")
    ours, theirs = both(row)
    for kind in ("plain", "html"):
        our, their = (email.get_body([kind]).get_content().rstrip() for email in (ours, theirs))
        assert our.splitlines() == their.splitlines()
    lines = content_of(row, AT, "t" * 43).split(b"\r\n")
    assert max(map(len, lines)) <= 998
    # SMTP would take a dot alone for the end of the email, and drop the first of others.
    assert not any(line.startswith(b".") for line in lines)


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "O'Neil",
        "Zoë Müller-Łukasz",
        "山田 太郎",
        'Anna "Nan", the <first>; a@b',
        "Ж" * 120,
        "A" * 120,
        "{{ x }}",
        "=?",
    ],
)
def test_names_and_headers_are_the_same_either_way(name):
    assert_equal(delivery(name=name, text=f"Hello {placeholder('name')},\n", html="<p>x</p>"))


@pytest.mark.parametrize("subject", ["A few minutes for yourself", "Ein paar Minuten für dich", "ж" * 150])
def test_subjects_are_the_same_either_way(subject):
    assert_equal(delivery(subject=subject, text="x\n", html="<p>x</p>"))


def test_a_sender_with_a_name_in_another_script_is_the_same_either_way():
    headers = [["From", '"Für dich" <letters@bücher.example>'], *HEADERS[1:]]
    assert_equal(delivery(headers=headers, text="x\n", html="<p>x</p>"))


def test_no_line_is_longer_than_a_mail_server_may_take():
    text = (
        "a very long paragraph " * 300 + placeholder("name") + " and on " * 100 + placeholder("token") * 9
    ) * 2
    row = delivery(text=text, html=text, name="ü" * 100, headers=HEADERS[:3])  # an address cannot be broken
    content = content_of(row, AT, "t" * 43)
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("value", ["a\r\nBcc: all@example.org", "a\nb", "a\rb", "a\x00b"])
def test_a_line_break_in_a_header_is_an_error(value):
    with pytest.raises(ValueError, match="line break"):
        header("Subject", value)


@pytest.mark.parametrize(
    "address", ["a@example.org\r\nBcc: b@example.org", "no address", "ada@", "", "ä@example.org"]
)
def test_an_address_that_cannot_be_written_is_an_error(address):
    with pytest.raises(ValueError, match=r"address|ascii"):
        content_of(delivery(address=address), AT, "t" * 43)


def test_a_blank_at_the_end_of_a_piece_stays():
    assert quoted("Hello ") == b"Hello "
    assert quoted("Hello \nyou") == b"Hello=20\r\nyou"
