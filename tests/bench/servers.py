"""The servers that everything is measured with: a mail server, the same with a network between, and a provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.sink import Http, Sink, Smtp, open_sink


@dataclass(frozen=True)
class Kind:
    """One kind of server. `connections` is how many of them suit it, for each sender of ours: the longer the wait for
    an answer, the more.
    """

    title: str
    conversation: type
    delay: float
    connections: int

    @contextmanager
    def open(self) -> Iterator[Sink]:
        """A server of this kind."""
        with open_sink(self.conversation, self.delay) as sink:
            yield sink

    def mail(self, port: int) -> dict[str, str]:
        """The settings that lead there. The provider is Postmark as Anymail speaks to it, at an address of ours."""
        if self.conversation is Smtp:
            return {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        anymail = f'{{"POSTMARK_SERVER_TOKEN": "none", "POSTMARK_API_URL": "http://127.0.0.1:{port}/"}}'
        return {"EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend", "ANYMAIL": anymail}


SMTP = Kind("SMTP", Smtp, 0.0, 16)
SMTP_5MS = Kind("SMTP, 5 ms", Smtp, 0.005, 32)
HTTP_50MS = Kind("HTTP, 50 ms", Http, 0.05, 64)
