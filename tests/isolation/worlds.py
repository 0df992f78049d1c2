"""Two practitioners, each with a row of every kind. Whatever Maya's rows say contains the canary."""

from datetime import date, timedelta

from django.apps import apps

from practice.assignments.blackout import Blackout
from practice.assignments.first_note import FirstNote
from practice.assignments.own_wording import OwnWording
from practice.mailing.editions import Editions
from practice.mailing.models import Delivery, Notice
from practice.people.models import Away, Client, Consent, SavedView
from practice.people.ownership import Owned
from practice.replies.models import Answer, Code, Concern, InboundMail, Meeting, Message, Note, Reply
from resources.models import Article, LibraryPrompt, Module, Prompt, Step
from tests.cast import NOW, make_assignment

CANARY = "canarybird"
#: A word of Maya's that may stand in a request without being the canary itself.
BAIT = "zephyrine"
#: An id that is nobody's.
NOBODY = 987_654
#: A day that nothing here ever comes to.
FAR = date(2999, 1, 1)


def world_of(practitioner, word):
    """One row of every owned model, by model, with `word` in whatever can hold words."""
    client = Client.objects.create(
        practitioner=practitioner,
        name=f"{BAIT} {word}" if word == CANARY else word,
        email=f"{BAIT}@{word}.example",
        time_zone="Pacific/Apia",
        private_note=f"{word} note",
    )
    consent = Consent.objects.create(client=client, wording=f"{word} wording")
    article = Article.objects.create(
        practitioner=practitioner,
        title=f"{BAIT} {word} article",
        author=word,
        source=word,
        html=f"<p>{word}</p>",
        proposal={
            "title": f"{word} article",
            "author": word,
            "left_out": [],
            "steps": [{"title": f"{word} part", "html": f"<p>{word} part</p>", "prompts": []}],
        },
    )
    module = Module.objects.create(
        practitioner=practitioner, article=article, title=f"{BAIT} {word} module", description=word
    )
    step = Step.objects.create(
        module=module, position=1, title=f"{BAIT} {word} step", body=f"<p>{word} body</p>", content_note=word
    )
    second = Step.objects.create(module=module, position=2, title=f"{word} second", body=f"<p>{word}</p>")
    prompt = Prompt.objects.create(step=step, position=1, text=f"{word} prompt")
    library = LibraryPrompt.objects.create(
        practitioner=practitioner, text=f"{BAIT} {word} question", theme=word
    )
    assignment = make_assignment(client, module)
    assignment.skip_next(NOW, second) or assignment.pass_step(second, NOW, skipped=True)
    note = FirstNote.objects.create(assignment=assignment, text=f"{word} first note")
    wording = OwnWording.objects.create(assignment=assignment, step=step, title=f"{word} own", body=word)
    delivery = sent(assignment, step, word)
    reply = Reply.objects.create(
        delivery=delivery, page=f"{word}-page", saved_at=NOW, sent_at=NOW + timedelta(hours=1)
    )
    answer = Answer.objects.create(
        reply=reply, prompt=prompt, question=f"{word} prompt", value=f"{word} answer"
    )
    mail = InboundMail.objects.create(
        key=f"{word}-mail",
        delivery=delivery,
        state="quarantined",
        reason=f"{word} reason",
        source="mailbox",
        raw=f"From: {word} <mail@example.net>\nSubject: {word}\n\n{word} words",
    )
    concern = Concern.objects.create(reply=reply, found_at=NOW)
    own_note = Note.objects.create(reply=reply, text=f"{word} note", saved_at=NOW)
    view = SavedView.objects.create(practitioner=practitioner, name=f"{BAIT} {word} view", query=f"q={word}")
    away = Away.objects.create(
        practitioner=practitioner,
        starts_on=NOW.date(),
        back_on=FAR,
        backup_name=word,
        backup_reach=word,
        words=f"{word} words",
    )
    meeting = Meeting.objects.create(client=client, met_on=NOW.date())
    Message.write(client, f"{word} message", "a" * 32, NOW, by_client=True)
    notice = Notice.make(client, Notice.Kind.CODE, NOW, NOW, timedelta(minutes=10), timedelta(minutes=10))
    notice.reason = f"{word} reason"
    notice.save()
    code = Code.objects.create(notice=notice)
    of_the_module = (article, module, step, prompt, library)
    of_the_series = (assignment, note, wording, delivery, reply, answer, mail, own_note, concern)
    rows = (client, consent, view, away, *of_the_module, *of_the_series, meeting, notice, code)
    free = Blackout.objects.create(client=client, first_on=FAR, last_on=FAR, by_client=True)
    rows = (*rows, client.messages.get(), free)
    return {type(row): row for row in (*rows, assignment.passed.first())}


def sent(assignment, step, word):
    """An email as it is after it could not be confirmed: the state that offers the most to do."""
    delivery = Delivery.planned(assignment, step.pk, NOW, "example.com")
    Editions([delivery]).dress(delivery)
    delivery.to_address, delivery.values = assignment.client.email, {"name": assignment.client.name}
    delivery.state, delivery.reason, delivery.answer = (
        Delivery.State.UNCERTAIN,
        f"{word} reason",
        f"{word} answer",
    )
    delivery.submitted_at = NOW
    delivery.save()
    return delivery


def answered(assignment):
    """A reflection of the client's on the email that they got."""
    delivery = sent(assignment, assignment.next_step(), "told")
    reply = Reply.objects.create(delivery=delivery, page="page", saved_at=NOW, sent_at=NOW)
    Answer.objects.create(reply=reply, question="What stayed with you?", value="the river at dusk")
    return reply


def snapshot(practitioner):
    """Every stored value of every row that is the practitioner's, and what was logged about it."""
    return {
        model.__name__: list(
            model.objects.filter(**{model.owner_path: practitioner.pk}).order_by("pk").values()
        )
        for model in apps.get_models()
        if issubclass(model, Owned)
    }


OWNED = [model for model in apps.get_models() if issubclass(model, Owned)]
