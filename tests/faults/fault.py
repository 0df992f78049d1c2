"""What a fault is: a function of the stage whose docstring says in one sentence what must hold."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from tests.faults.stage import Stage


@dataclass(frozen=True)
class Lack:
    """Why a fault cannot be injected here; `for_good` where nobody can change that."""

    why: str
    for_good: bool


@dataclass(frozen=True)
class Fault:
    """One fault in one variant: the way out, whether it offers PIPELINING, and the practice's choice when in doubt."""

    inject: Callable[[Stage], None]
    mail: str
    pipelining: bool
    policy: str
    #: Whether nothing may be in doubt: the phase is known, or the provider has a key.
    certain: bool
    #: How many emails should end as failed, with a reason.
    failed: int
    #: What says why it cannot be injected on this machine.
    lacks: Callable[[], Lack | None]

    @property
    def name(self) -> str:
        parts = [self.inject.__name__, self.mail, "pipelining" if self.pipelining else "", self.policy]
        return " ".join(filter(None, parts))

    @property
    def sentence(self) -> str:
        return re.sub(r"\s+", " ", self.inject.__doc__ or "").strip()


#: Providers that know an email by a key.
KEYED = ("resend", "brevo")
FAULTS: list[Fault] = []


def fault(
    mail: tuple[str, ...] = ("smtp",),
    pipelining: tuple[bool, ...] = (False,),
    policy: tuple[str, ...] = ("hold",),
    certain: bool = True,
    failed: int = 0,
    lacks: Callable[[], Lack | None] = lambda: None,
) -> Callable:
    """Registers a fault, once for each combination of its variants."""

    def register(inject: Callable[[Stage], None]) -> Callable[[Stage], None]:
        for way, pipelined, choice in product(mail, pipelining, policy):
            sure = certain or way in KEYED
            FAULTS.append(Fault(inject, way, pipelined, choice, sure, failed, lacks))
        return inject

    return register
