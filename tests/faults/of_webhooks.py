"""Faults of what a provider tells of emails: again, in any order, late, or by somebody else."""

import base64
import json
import socket
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from django.urls import reverse

from practice.desk.serving import web_command
from practice.mailing.models import Delivery
from tests.faults.fault import fault
from tests.faults.parts import WEBHOOK_SECRET, Process, wait_until
from tests.faults.stage import Stage

TIMES = 3
MOMENT = "2026-03-08T17:00:00Z"
State = Delivery.State
#: What is told of each fourth email, in order, and what it then is.
STORIES = (
    (("Delivery",), State.DELIVERED),
    (("Delivery", "Bounce"), State.BOUNCED),
    (("Delivery", "SpamComplaint"), State.COMPLAINED),
    ((), State.ACCEPTED),
)


class Web:
    """The product's web server, as the provider sees it."""

    def __init__(self, stage: Stage) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.url = address + reverse("hook", args=("postmark",))
            log = stage.folder / "web.log"
            process = Process(web_command(listener), stage.env, log, pass_fds=[listener.fileno()])
            stage.processes.append(process)
        wait_until(lambda: self.post(b"", None), "the web server to answer", 60)

    def post(self, body: bytes, secret: str | None = WEBHOOK_SECRET) -> int:
        """Post to the webhook. Returns the status, 0 when nobody answers."""
        request = urllib.request.Request(self.url, data=body, headers={"Content-Type": "application/json"})
        if secret:
            request.add_header("Authorization", f"Basic {base64.b64encode(secret.encode()).decode()}")
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def post_all(self, events: list[dict], secret: str | None = WEBHOOK_SECRET) -> set[int]:
        """Post all of them, eight at a time. Returns the statuses."""
        with ThreadPoolExecutor(8) as pool:
            return set(pool.map(lambda event: self.post(json.dumps(event).encode(), secret), events))


def event(row: Delivery, kind: str) -> dict:
    """What Postmark tells of an email. https://postmarkapp.com/developer/webhooks/webhooks-overview"""
    common = {
        "RecordType": kind,
        "MessageID": row.provider_id or f"unheard-{row.pk}",
        "Metadata": {"delivery": str(row.pk)},
    }
    if kind == "Delivery":
        return common | {"Recipient": row.to_address, "DeliveredAt": MOMENT, "Details": "250 OK"}
    type_ = "HardBounce" if kind == "Bounce" else kind
    return common | {"ID": row.pk, "Type": type_, "Email": row.to_address, "BouncedAt": MOMENT}


def sent(stage: Stage, how_many: int) -> list[Delivery]:
    stage.send_due(stage.everybody_due(how_many))
    return list(Delivery.objects.order_by("pk"))


@fault(mail=("postmark",))
def webhooks_replayed_and_shuffled(stage: Stage) -> None:
    """Events that come several times and in any order, many at once, end as they do in order."""
    rows, web = sent(stage, 40), Web(stage)
    told = [event(row, kind) for number, row in enumerate(rows) for kind in STORIES[number % 4][0]] * TIMES
    stage.random.shuffle(told)
    answers = web.post_all(told)
    stage.injected += 1
    stage.must(answers == {200}, f"each is answered so that it does not come again, not by {answers}")
    for number, row in enumerate(rows):
        row.refresh_from_db()
        wanted = STORIES[number % 4][1]
        stage.must(row.state == wanted, f"email {row.pk} is {wanted}, not {row.state}")


@fault(mail=("postmark",))
def webhooks_forged(stage: Stage) -> None:
    """What comes without the secret, or about no email of ours, changes nothing and is no error of ours."""
    rows, web = sent(stage, 10), Web(stage)
    bounces = [event(row, "Bounce") for row in rows]
    for secret in (None, "provider:guessed", WEBHOOK_SECRET[:-1]):
        answers = web.post_all(bounces, secret)
        stage.must(answers <= {400, 401, 403}, f"a wrong secret is refused, not answered by {answers}")
    stranger = {"MessageID": "strange", "Metadata": {"delivery": "999999"}, "Email": "nobody@example.org"}
    answers = web.post_all([one | stranger for one in bounces])
    answers |= {web.post(body) for body in (b"", b"{", b"[]", b'{"RecordType": 7}', b"\xff\x00", b"null")}
    stage.must(max(answers) < 500, f"what cannot be read is no error of ours, but {answers}")
    stage.injected += 5
    stage.must(not Delivery.objects.exclude(state=State.ACCEPTED).exists(), "nothing has changed")


@fault(mail=("postmark",))
def webhooks_settle_a_doubt(stage: Stage) -> None:
    """What the provider tells of an email in doubt settles it."""
    now = stage.everybody_due(6)
    stage.provider.does({"phase": "API", "does": "accept-drop", "times": 2})
    stage.send_due(now)
    stage.injected += 2
    doubted = list(Delivery.objects.filter(state=State.UNCERTAIN))
    stage.must(len(doubted) == 2, "two are in doubt")
    Web(stage).post_all([event(row, "Delivery") for row in doubted])
    for row in doubted:
        row.refresh_from_db()
        stage.must(row.state == State.DELIVERED, f"email {row.pk} is delivered, not {row.state}")
