"""Ada's reflections at moments of our choosing, without a browser."""

from practice.replies.models import Answer, Reply
from resources.models import PromptKind


def wrote(delivery, sent_at, *answers, **more):
    """A reflection sent at this moment. An answer is (question, value), or (question, value, ends) on a scale."""
    reply = Reply.objects.create(
        delivery=delivery, page=f"{sent_at:%s}{len(answers)}", saved_at=sent_at, sent_at=sent_at, **more
    )
    for position, (question, value, *ends) in enumerate(answers):
        Answer.objects.create(
            reply=reply,
            position=position,
            question=question,
            value=value,
            kind=PromptKind.SCALE if ends else PromptKind.TEXT,
            options=list(ends[0]) if ends else [],
        )
    return reply
