"""Help lines: one tap calls, and nothing that is no number becomes one."""

import pytest

from practice.replies.templatetags.help_lines import callable_lines


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("Emergency: 112", "112"),
        ("TelefonSeelsorge: 0800 111 0 111", "08001110111"),
        ("Samaritans 116 123, day and night", "116123"),
        ("Lifeline +1 (800) 273-8255", "+18002738255"),
        ("From abroad: +49 30 123456", "+4930123456"),
    ],
)
def test_a_number_calls_at_a_tap(line, called):
    (shown,) = callable_lines(line)
    assert f'href="tel:{called}"' in shown


@pytest.mark.parametrize(
    "line", ["open 24/7", "Mon to Fri 9-17", "from 10 to 12", "10:00-16:30", "help.example.org"]
)
def test_hours_and_words_stay_words(line):
    assert callable_lines(line) == [line]


def test_lines_are_escaped_and_empty_ones_left_out():
    assert callable_lines("<b>Call</b> 112 & breathe\n\n  \n") == [
        '&lt;b&gt;Call&lt;/b&gt; <a href="tel:112">112</a> &amp; breathe'
    ]
