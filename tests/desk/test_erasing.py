"""Erasing a client: nothing is left that says who they were or what they wrote, and nothing else is touched."""

import logging
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from django.utils import timezone

from practice.assignments.own_wording import OwnWording
from practice.desk.erasing import NotNow, erase
from practice.desk.models import Erasure, SignedIn
from practice.desk.sessions import SessionStore
from practice.mailing import ledger
from practice.mailing.editions import Editions
from practice.mailing.models import Delivery, Edition, ErasedAddress, Notice, ProviderEvent, Suppression
from practice.people import audit
from practice.people.models import AuditEntry, Client, SavedView
from practice.people.newcomers import Intake, Newcomer, save
from practice.replies.models import Answer, Message, Reply, Writes
from tests.cast import NOW, make_assignment, make_client, make_module
from tests.desk.a_whole_life import CANARY, places_of, whole_life
from tests.isolation.worlds import sent


@pytest.fixture
def quill(maya, module):
    """Somebody of whom everything is kept that can be."""
    browser = Browser()
    browser.force_login(maya)
    return whole_life(maya, module, browser)


# --- What goes


def test_no_word_of_theirs_is_left_in_any_table_column_log_or_file(quill, maya, settings, caplog):
    caplog.set_level(logging.DEBUG)
    before = places_of(CANARY)
    assert before >= {
        ("people_client", "name"),
        ("people_client", "private_note"),
        ("people_consent", "wording"),
        ("people_savedview", "query"),
        ("assignments_firstnote", "text"),
        ("assignments_ownwording", "body"),
        ("mailing_delivery", "to_address"),
        ("mailing_delivery", "answer"),
        ("mailing_edition", "html"),
        ("mailing_notice", "to_address"),
        ("mailing_suppression", "address"),
        ("replies_answer", "value"),
        ("replies_inboundmail", "raw"),
        ("replies_message", "text"),
        ("replies_note", "text"),
        ("django_admin_log", "object_repr"),
        ("django_admin_log", "change_message"),
    }, "the look at all tables misses something"
    erase(quill, NOW, maya)
    assert places_of(CANARY) == set()
    assert CANARY not in caplog.text.lower()
    kept = [
        path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file() and "sqlite3" not in path.name
    ]
    assert [path for path in kept if CANARY.encode() in path.read_bytes().lower()] == []


def test_no_row_of_theirs_is_left_and_nobody_elses_is_touched(quill, maya, ada, module, bo, toms_module):
    theirs = sent(make_assignment(bo, toms_module), toms_module.steps.first(), "told")
    hers = sent(make_assignment(ada, module), module.steps.first(), "told")
    Reply.objects.create(delivery=hers, page="ada", saved_at=NOW, sent_at=NOW)
    erase(quill, NOW, maya)
    assert list(Client.objects.order_by("name")) == [ada, bo]
    assert {*Delivery.objects.all()} == {theirs, hers}
    assert (Reply.objects.count(), Message.objects.count(), Notice.objects.count()) == (1, 0, 0)
    assert not ProviderEvent.objects.exists()
    assert {*Edition.objects.all()} > {theirs.edition, hers.edition}
    assert not Edition.objects.exclude(assignment=None).exists()
    assert module.steps.count() == 3


def test_a_text_that_no_key_fits_stands_in_nobodys_way(quill, maya, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["YW5vdGhlci1rZXktdGhhdC1vbmx5LXRoZS10ZXN0cy0="]
    erase(Client.objects.defer("private_note").get(pk=quill.pk), NOW, maya)
    assert not Client.objects.exists()
    assert not Answer.objects.exists()


def test_an_email_that_is_claimed_does_not_leave_afterwards(quill, maya):
    delivery = Delivery.objects.filter(assignment__client=quill).first()
    Delivery.objects.filter(pk=delivery.pk).update(state="claimed", lease="mine")
    delivery.lease = "mine"
    erase(quill, NOW, maya)
    assert ledger.note([delivery], [], NOW) == set()


@pytest.mark.parametrize("of", [Delivery, Notice])
def test_nothing_is_erased_while_an_email_is_being_handed_over(quill, maya, of):
    of.objects.update(state="submitting")
    rows = places_of(CANARY)
    with pytest.raises(NotNow, match="Nothing was erased: try again in a few minutes"):
        erase(quill, NOW, maya)
    assert places_of(CANARY) == rows
    assert not Erasure.objects.exists()


def test_only_whoever_has_them_as_a_client_erases_them(quill, tom):
    with pytest.raises(Client.DoesNotExist):
        erase(quill, NOW, tom)
    assert Client.objects.filter(pk=quill.pk).exists()


def test_words_for_them_alone_go_also_where_no_email_left_with_them(quill, maya):
    wording = OwnWording.objects.get()
    row = Delivery.objects.get(assignment=wording.assignment, step=wording.step)
    wording.body = "<p>Magpie.</p>"
    wording.save()
    Editions([row]).dress(row)  # the mail server was away, and then the words were changed again
    wording.delete()
    assert places_of("magpie") == {("mailing_edition", column) for column in ("html", "text", "reading")}
    erase(quill, NOW, maya)
    assert places_of("magpie") == places_of(CANARY) == set()


def test_the_same_words_for_another_client_stay_with_that_client(quill, maya, ada, module):
    wording, hers = OwnWording.objects.get(), make_assignment(ada, module)
    OwnWording.objects.create(assignment=hers, step=wording.step, title=wording.title, body=wording.body)
    email = sent(hers, wording.step, "told")
    assert email.edition.assignment == hers
    erase(quill, NOW, maya)
    assert Delivery.objects.get(pk=email.pk).edition == email.edition


# --- What stays


def test_counts_and_ids_are_what_stays(quill, maya):
    pk = quill.pk
    counts = erase(quill, NOW, maya)
    assert (counts.emails, counts.reflections, counts.messages, counts.mails) == (3, 1, 2, 2)
    kept = Erasure.objects.values("practitioner", "by_itself", "months", "emails", "reflections", "messages")
    assert kept.get() == {
        "practitioner": maya.pk,
        "by_itself": False,
        "months": 3,
        "emails": 3,
        "reflections": 1,
        "messages": 2,
    }
    last = AuditEntry.objects.order_by("pk").last()
    assert (last.actor, last.action, last.kind, last.client_id) == (maya, "erased", "people.client", pk)


def test_who_was_erased_without_a_person_asking_is_noted_so(quill):
    erase(quill, NOW)
    assert Erasure.objects.get().by_itself


# --- Open browsers


def test_a_private_link_opens_nothing_any_more_and_keeps_nothing(quill, maya):
    links = [f"/n/{email.token}/" for email in Delivery.objects.filter(assignment__client=quill)]
    phone = Browser()
    Delivery.objects.update(link_expires_at=timezone.now() + timedelta(days=1))
    assert {phone.get(link).status_code for link in links} == {200}
    erase(quill, NOW, maya)
    assert {phone.get(link).status_code for link in links} == {404}
    assert {phone.post(link, {"page": "x" * 32}).status_code for link in links} == {404}
    assert not Reply.objects.exists()
    assert not Writes.objects.exists()


def test_a_private_page_that_was_open_leads_nowhere_and_others_in_the_browser_stay(quill, maya):
    mine, other = Reply.objects.filter(client=quill).first(), 987_654
    store = SessionStore()
    store["own_page"] = {"client": quill.pk, "until": "2999-01-01T00:00:00+00:00"}
    store["code"] = 987_654
    store["replies"] = [mine.pk, other]
    store.save()
    erase(quill, NOW, maya)
    kept = SessionStore(store.session_key)
    assert (kept.get("own_page"), kept["code"], kept["replies"]) == (None, 987_654, [other])


def test_a_name_that_the_desk_was_about_to_say_is_not_kept(quill, maya):
    browser = Browser()
    browser.force_login(maya)
    session = browser.session
    session["_messages"] = f'["Moved {CANARY}."]'
    session.save()
    erase(quill, NOW, maya)
    assert places_of(CANARY) == set()
    assert SignedIn.objects.filter(practitioner=maya).count() == 2, "nobody is signed out by it"


# --- Saved searches


@pytest.mark.parametrize(
    ("name", "query", "stays"),
    [
        ("To call", "q=quill", False),
        ("To call", f"language=de&q={CANARY}%40example", False),
        (f"For {CANARY} Quill", "language=de", False),
        ("German", "language=de", True),
        ("Quilling", "q=quilts", True),
    ],
)
def test_a_saved_search_goes_when_it_names_them(quill, maya, tom, name, query, stays):
    SavedView.objects.all().delete()
    SavedView.objects.create(practitioner=maya, name=name, query=query)
    of_tom = SavedView.objects.create(practitioner=tom, name=name, query=query)
    erase(quill, NOW, maya)
    assert SavedView.objects.filter(practitioner=maya).exists() == stays
    assert SavedView.objects.filter(pk=of_tom.pk).exists()


@pytest.fixture
def zoe(maya, module):
    """Once she had another address, to which one email went."""
    zoe = make_client(maya, "Zo\u00eb Ito", "sparrow.99@example.com", "Europe/Berlin")
    sent(make_assignment(zoe, module), module.steps.first(), "told")
    Delivery.objects.update(to_address=zoe.email, state="accepted")
    zoe.email = "jo@example.org"
    zoe.save()
    return zoe


@pytest.mark.parametrize(
    ("name", "sought", "stays"),
    [
        ("To call", "sparrow.99@example.com", False),
        ("To call", "Sparrow.99", False),
        ("To call", "JO", False),
        ("Write to jo@example.org", "", False),
        ("To call", "Zoe\u0308", False),
        ("For Zo\u00ad\u00eb Ito", "", False),
        ("Johanna", "johanna", True),
        ("To call", "example.org", True),
        ("To call", "sparrowhawk", True),
    ],
)
def test_it_goes_by_every_address_they_had_and_by_whole_words(zoe, maya, name, sought, stays):
    SavedView.objects.create(practitioner=maya, name=name, query=urlencode({"q": sought}))
    erase(zoe, NOW, maya)
    assert SavedView.objects.exists() == stays


def test_whoever_handed_them_over_keeps_no_search_and_no_log_of_them_either(quill, maya, tom):
    audit.note(maya, audit.Action.HANDED_OVER, tom, quill)
    Client.objects.filter(pk=quill.pk).update(practitioner=tom, handed_over_at=NOW)
    erase(Client.objects.get(pk=quill.pk), NOW, tom)
    assert places_of(CANARY) == set()


# --- The address


def agreed(practitioner, address):
    return make_client(practitioner, "Somebody", address, "UTC")


@pytest.mark.parametrize("why", ["asked", "complained"])
def test_an_address_that_must_not_be_written_to_is_never_written_to_again(quill, maya, tom, why):
    Suppression.objects.update(why=why)
    erase(quill, NOW, maya)
    assert not Suppression.objects.exists()
    again = agreed(tom, quill.email.upper())
    assert list(Suppression.objects.values_list("address", "why")) == [(quill.email, why)]
    assert not ErasedAddress.objects.exists()
    email = sent(make_assignment(again, make_module(tom)), tom.modules.first().steps.first(), "told")
    assert not Delivery.objects.filter(pk=email.pk).welcome().exists()


def test_so_it_is_for_those_who_come_with_a_list_or_change_their_address(quill, maya, ada, tom):
    erase(quill, NOW, maya)
    listed = Client(practitioner=tom, name="Listed", email=quill.email, time_zone="UTC")
    save(Intake([Newcomer(1, listed, None)], []), tom)
    assert Suppression.objects.get().address == quill.email
    erase(Client.objects.get(name="Listed"), NOW, tom)
    assert not Suppression.objects.exists()
    ada.email = quill.email
    ada.save()
    assert Suppression.objects.get().address == quill.email


def test_it_is_known_as_well_after_the_secret_key_was_changed(quill, maya, tom, settings):
    erase(quill, NOW, maya)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "a-new-key-that-only-this-test-knows",
    )
    agreed(tom, quill.email)
    assert Suppression.objects.get().address == quill.email


def test_a_mailbox_that_did_not_exist_is_forgotten(quill, maya, tom):
    Suppression.objects.update(why="bounced")
    erase(quill, NOW, maya)
    assert not ErasedAddress.objects.exists()
    agreed(tom, quill.email)
    assert not Suppression.objects.exists()


def test_an_address_that_another_client_has_stays_as_it_is(quill, maya, tom):
    agreed(tom, quill.email)
    erase(quill, NOW, maya)
    assert list(Suppression.objects.values_list("address", "why")) == [(quill.email, "asked")]
    assert not ErasedAddress.objects.exists()


def test_an_address_that_they_had_before_is_forgotten_as_well(quill, maya):
    Delivery.objects.filter(assignment__client=quill).update(to_address="before@example.org")
    Suppression.add("before@example.org", Suppression.Why.COMPLAINED, NOW)
    erase(quill, NOW, maya)
    assert not Suppression.objects.exists()
    assert ErasedAddress.objects.count() == 2


def test_another_address_says_nothing(quill, maya, tom):
    erase(quill, NOW, maya)
    agreed(tom, "else@example.org")
    assert not Suppression.objects.exists()
    assert ErasedAddress.objects.get().at == NOW
