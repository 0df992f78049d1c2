"""Postmark's search of sent messages, as the servers of the tests have it: what is asked for is honoured, or refused.

https://postmarkapp.com/developer/api/messages-api#outbound-message-search
"""

from urllib.parse import parse_qsl, urlsplit

#: Of what may be asked for: which field of a message it must be.
FIELDS = {"messagestream": "MessageStream", "recipient": "Recipients", "subject": "Subject", "tag": "Tag"}


def search(path, messages):
    """What it answers to a GET of this path, having sent these messages: (status, body)."""
    asked = dict(parse_qsl(urlsplit(path).query))
    count, offset = asked.pop("count", ""), asked.pop("offset", "")
    known = all(name in FIELDS or name.startswith("metadata_") for name in asked)
    if not (known and count.isdigit() and offset.isdigit() and 0 < int(count) <= 500):
        return 422, {"ErrorCode": 600, "Message": "count, offset, or something unknown"}
    found = [message for message in messages if all(has(message, *wish) for wish in asked.items())]
    page = found[int(offset) : int(offset) + int(count)]
    return 200, {"TotalCount": len(found), "Messages": page}


def has(message, name, value):
    if name.startswith("metadata_"):
        return message["Metadata"].get(name.removeprefix("metadata_")) == value
    there = message.get(FIELDS[name])
    return value in there if isinstance(there, list) else value == there
