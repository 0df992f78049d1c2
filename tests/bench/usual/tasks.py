"""A task that calls for all, and a task for each."""

from celery import shared_task
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from tests.bench.usual.models import Letter


@shared_task
def send_all():
    """Once a minute, in a real one."""
    for pk in Letter.objects.filter(sent_at=None).values_list("pk", flat=True):
        send_letter.delay(pk)


@shared_task
def send_letter(pk):
    letter = Letter.objects.select_related("reading").get(pk=pk)
    compose(letter).send()
    letter.sent_at = timezone.now()
    letter.save(update_fields=["sent_at"])


def compose(letter):
    """The mail of one letter."""
    page, pace, stop = letter.links
    context = {"letter": letter, "reading": letter.reading, "page": page, "pace": pace, "stop": stop}
    mail = EmailMultiAlternatives(
        subject="A few minutes for yourself",
        body=render_to_string("usual/letter.txt", context),
        to=[f"{letter.name} <{letter.address}>"],
        reply_to=["maya@example.com"],
        headers={
            "List-Id": "<letters.example.com>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
            "Content-Language": "en",
        },
    )
    mail.attach_alternative(render_to_string("usual/letter.html", context), "text/html")
    return mail
