"""What a client kept for themselves, or for the session, is on no page of the desk: one walk over every address, as the
practitioner whose client wrote it."""

import pytest
from django.urls import reverse

from practice.replies.models import Answer, Reply
from resources.models import PromptKind
from tests.cast import NOW
from tests.isolation import addresses
from tests.isolation.asking import everything_in, undone
from tests.isolation.worlds import world_of

KEPT, KEPT_QUESTION, TALKED, SHARED = "wrenkept", "wrenquestion", "siskintalk", "finchshared"


@pytest.fixture(autouse=True)
def nothing_of_hers_changes():
    """Maya herself changes things here."""


@pytest.fixture
def hers(maya):
    """Maya's rows. In her client's reflection one answer is shared, one kept, one to be talked about; another one is
    kept as a whole, and another is a draft."""
    rows = world_of(maya, "robin")
    reply = rows[Reply]
    for position, (question, value, sharing) in enumerate(
        (("Shared?", SHARED, ""), (KEPT_QUESTION, KEPT, "keep"), ("To talk about?", TALKED, "talk")), start=1
    ):
        Answer.objects.create(
            reply=reply,
            position=position,
            question=question,
            kind=PromptKind.TEXT,
            value=value,
            sharing=sharing,
        )
    for page in ("kept", "draft"):
        other = Reply.objects.create(
            delivery=reply.delivery, page=page, saved_at=NOW, sharing="keep" if page == "kept" else "share"
        )
        Answer.objects.create(reply=other, question=KEPT_QUESTION, kind=PromptKind.TEXT, value=KEPT)
    return rows


def every_address(rows):
    others = Reply.objects.filter(sent_at=None)
    yield from addresses.of_rows(lambda model: rows[model].pk)
    yield from addresses.of_no_row()
    yield from (
        reverse(f"admin:replies_reply_{page}", args=(o.pk,)) for o in others for page in ("change", "history")
    )
    yield f"{reverse('admin:replies_reply_changelist')}?q={KEPT}"
    yield f"{reverse('admin:replies_digest', args=(rows[Reply].client_id,))}?since="


def test_a_walk_over_the_whole_desk_meets_no_kept_word(client, maya, hers):
    client.force_login(maya)
    signed_in, shown = client.cookies.copy(), set()
    for url in every_address(hers):
        for method, data in (("get", {}), ("post", {"mark": "read", "post": "yes", "met_on": "2026-03-02"})):
            client.cookies = signed_in.copy()  # as one of the addresses signs out
            response = undone(
                lambda url=url, method=method, data=data: getattr(client, method)(url, data, follow=True)
            )
            text = everything_in(response).replace(f"q={KEPT}", "").replace(f'value="{KEPT}"', "")
            for word in (KEPT, KEPT_QUESTION, TALKED):
                assert word not in text, f"{method.upper()} {url} shows {word}"
            if SHARED in text:
                shown.add(url.partition("?")[0])
    reply = hers[Reply]
    reading = [reverse("admin:replies_reply_change", args=(reply.pk,))]
    reading += [
        reverse(f"admin:{name}", args=(reply.client_id,)) for name in ("replies_client", "replies_digest")
    ]
    assert shown >= set(reading), "the walk did not come past what is shared"


def test_what_is_kept_is_not_counted(client, maya, hers):
    client.force_login(maya)
    counts = client.get(reverse("admin:replies_reply_changelist")).context["cl"].root_queryset.counts()
    assert (counts["all"], counts["unread"]) == (1, 1)
    page = client.get(reverse("admin:replies_client", args=(hers[Reply].client_id,)))
    assert len(page.context["letters"]) == 1
    assert [answer.question for answer in page.context["letters"][0].answers] == [
        "robin prompt",
        "Shared?",
        "To talk about?",
    ]
