"""What may stand in a reading: a short list of tags, cleaned on save and again on render."""

import re

import nh3

TAGS = {
    "p",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "b",
    "i",
    "sub",
    "sup",
    "a",
    "blockquote",
    "br",
    "hr",
}
#: What was struck out is not to be read: with these tags goes what stands in them, as with those of code.
WITH_THEIR_WORDS = {"script", "style", "s", "del", "strike"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

# Emails use the private-use characters as marks for their placeholders, so no text may carry one.
# Control characters, lone surrogates and invisible joiners are never meant by anyone who writes.
_NEVER_MEANT = re.compile(
    "[\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufeff\u200b\u2060\u00ad\ufffe\uffff]"
)


def tidy(text: str) -> str:
    """Text without the characters that nobody means: private-use, control and invisible ones."""
    return _NEVER_MEANT.sub("", text)


def clean(html: str) -> str:
    """Safe HTML: only the tags above, links only to the web and to mail, nothing struck out, no private characters."""
    html = tidy(html).replace("\r\n", "\n").replace("\r", "\n")
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=WITH_THEIR_WORDS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        url_relative="deny",
    )
    # A character reference such as &#xE000; becomes the character itself only while cleaning.
    return tidy(cleaned).replace("\r", "\n")
