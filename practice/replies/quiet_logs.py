"""Private links stay out of the logs: whoever reads a log could otherwise open the page of a client, or accept an
invitation."""

import logging
import re

#: All that follows, but for the protocol, status and size at the end of a web server's line. A link that somebody
#: copied with a blank, a quotation mark or a slash too many would else leave the better part of itself.
TOKEN = re.compile(
    r"(/n/|/c/|/join/\d+/)(?:.*(?= HTTP/[\d.]+\" \d{3}(?: [\d-]+)?$)|.*(?= \d{3}$)|.+)", re.DOTALL
)


class HidePrivateLinks(logging.Filter):
    """Puts "/n/…", "/c/…" or "/join/5/…" in place of every private link. Used by LOGGING on every handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if TOKEN.search(message):
            record.msg, record.args = TOKEN.sub(r"\1…", message), None
        return True
