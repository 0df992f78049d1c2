"""Two practitioners, each with a row of every kind. Whatever Maya's rows say contains the canary."""

from datetime import timedelta

from django.apps import apps

from practice.mailing.editions import Editions
from practice.mailing.models import Delivery
from practice.people.models import Client, Consent
from practice.people.ownership import Owned
from practice.replies.models import Answer, Reply
from resources.models import Article, LibraryPrompt, Module, Prompt, Step
from tests.cast import NOW, make_assignment

CANARY = "canarybird"
#: A word of Maya's that may stand in a request without being the canary itself.
BAIT = "zephyrine"
#: An id that is nobody's.
NOBODY = 987_654


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
    delivery = sent(assignment, step, word)
    reply = Reply.objects.create(
        delivery=delivery, page=f"{word}-page", saved_at=NOW, sent_at=NOW + timedelta(hours=1)
    )
    answer = Answer.objects.create(
        reply=reply, prompt=prompt, question=f"{word} prompt", value=f"{word} answer"
    )
    rows = (client, consent, article, module, step, prompt, library, assignment, delivery, reply, answer)
    return {type(row): row for row in (*rows, assignment.passed.first())}


def sent(assignment, step, word):
    """An email as it is after it could not be confirmed: the state that offers the most to do."""
    delivery = Delivery.planned(assignment.pk, step.pk, NOW, "example.com")
    delivery.edition = Editions().of(step, assignment.client)
    delivery.to_address, delivery.values = assignment.client.email, {"name": assignment.client.name}
    delivery.state, delivery.reason, delivery.answer = (
        Delivery.State.UNCERTAIN,
        f"{word} reason",
        f"{word} answer",
    )
    delivery.submitted_at = NOW
    delivery.save()
    return delivery


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
