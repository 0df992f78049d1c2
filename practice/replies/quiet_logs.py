"""Private links stay out of the logs: whoever reads a log could otherwise open the page of a client."""

import logging
import re

TOKEN = re.compile(r"/n/[^/\s?\"']+")


class HidePrivateLinks(logging.Filter):
    """Puts "/n/…" in place of every private link in a message. Used by LOGGING on every handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "/n/" in message:
            record.msg, record.args = TOKEN.sub("/n/…", message), None
        return True
