"""The home page: today, what is new, what needs attention, the days after; and the first hour."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.desk.home import home
from practice.mailing.models import Delivery
from practice.people.models import Away, Client, Consent, Practice
from practice.replies.concerns import Concern
from practice.replies.models import Reply
from resources.models import Article, Module, Step
from tests.cast import NOW, make_assignment, make_client, make_module

DAY = timedelta(days=1)


def email(assignment, state, step=0, at=NOW, **more):
    row = Delivery.planned(assignment, assignment.module.steps.all()[step].pk, at, "example.com")
    row.state = state
    for name, value in more.items():
        setattr(row, name, value)
    row.save()
    return row


def reflection(delivery, sent_at=NOW, read_at=None):
    return Reply.objects.create(
        delivery=delivery,
        page=f"page-{delivery.pk}-{sent_at:%d%H%M}",
        saved_at=NOW,
        sent_at=sent_at,
        read_at=read_at,
    )


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


# --- Going out


def test_what_goes_out_today_tells_the_hour_on_both_clocks(maya, module):
    kiri = make_client(maya, "Kiri", "kiri@example.org", "Pacific/Auckland")
    # 3 March, 00:30 in Auckland is 2 March, 12:30 in Berlin.
    make_assignment(kiri, module, first_on=date(2026, 3, 3), at=time(0, 30))
    departure = home(maya, NOW).today.departures[0]
    assert (departure.client, departure.step) == ("Kiri", "Step 1")
    assert departure.my_time == "12:30"
    assert departure.client_time == "Tuesday, 00:30 in Auckland"


def test_the_same_clock_is_not_told_twice(maya, ada, module):
    make_assignment(ada, module, first_on=date(2026, 3, 2), at=time(18, 0))
    assert home(maya, NOW).today.departures[0].client_time == ""


def test_the_days_after_are_a_week_on_my_own_calendar(maya, assignment):
    days = home(maya, NOW).days
    assert [day.name for day in days][:2] == ["Tomorrow", "Wednesday 4 March"]
    assert len(days) == 7
    assert [departure.client for departure in days[-2].departures] == ["Ada"], "Sunday 8 March"


def test_what_left_today_and_what_is_leaving_stand_with_what_will(maya, assignment, module):
    email(
        assignment, Delivery.State.ACCEPTED, at=NOW - timedelta(hours=3), accepted_at=NOW - timedelta(hours=3)
    )
    email(assignment, Delivery.State.DUE, step=1)
    email(
        assignment,
        Delivery.State.ACCEPTED,
        step=2,
        at=NOW - timedelta(days=3),
        accepted_at=NOW - timedelta(days=3),
    )
    assert [(row.step, row.state) for row in home(maya, NOW).today.departures] == [
        ("Step 1", "Sent"),
        ("Step 2", "Waiting to leave"),
    ]


def test_what_is_held_is_not_said_to_go_out(maya, ada, assignment):
    ada.withdraw_consent(NOW)
    seen = home(maya, NOW)
    assert not any(day.departures for day in seen.days)
    assert seen.concerns


# --- New reflections


def test_only_what_was_sent_and_not_read_is_new(maya, assignment):
    delivery = email(assignment, Delivery.State.ACCEPTED)
    new = reflection(delivery)
    reflection(delivery, sent_at=NOW - timedelta(days=1), read_at=NOW)
    Reply.objects.create(delivery=delivery, page="a draft", saved_at=NOW)
    assert home(maya, NOW).reflections == [new]


def test_many_new_ones_are_counted(maya, assignment):
    delivery = email(assignment, Delivery.State.ACCEPTED)
    for hours in range(11):
        reflection(delivery, sent_at=NOW - timedelta(hours=hours))
    seen = home(maya, NOW)
    assert (len(seen.reflections), seen.more_reflections) == (8, 3)


def test_a_draft_is_nowhere_on_the_page(desk, assignment):
    delivery = email(assignment, Delivery.State.ACCEPTED)
    Reply.objects.create(delivery=delivery, page="a draft", saved_at=NOW)
    assert "Nothing unread" in desk.get("/desk/").content.decode()


# --- Needs attention


@pytest.mark.parametrize(
    ("state", "says", "leads_to"),
    [
        (Delivery.State.FAILED, "Could not be sent", "mailing_delivery_change"),
        (Delivery.State.UNCERTAIN, "confirm that this email left", "mailing_delivery_change"),
        (Delivery.State.BOUNCED, "Came back", "people_client_change"),
        (Delivery.State.SUPPRESSED, "must not be written to", "people_client_change"),
        (Delivery.State.COMPLAINED, "unwanted", "mailing_delivery_change"),
    ],
)
def test_an_email_in_trouble_says_why_and_leads_to_what_resolves_it(maya, assignment, state, says, leads_to):
    row = email(assignment, state, reason="The mailbox is full.")
    (concern,) = home(maya, NOW).concerns
    assert (concern.client, concern.about, concern.quiet) == ("Ada", "Step 1", False)
    assert says in concern.why
    assert "The mailbox is full." in concern.why
    pk = row.pk if leads_to.startswith("mailing") else assignment.client.pk
    assert concern.url == reverse(f"admin:{leads_to}", args=(pk,))


def test_trouble_of_long_ago_is_let_be_and_doubt_is_not(maya, assignment):
    email(assignment, Delivery.State.FAILED, at=NOW - timedelta(days=40))
    email(assignment, Delivery.State.UNCERTAIN, step=1, at=NOW - timedelta(days=40))
    assert [concern.about for concern in home(maya, NOW).concerns] == ["Step 2"]


def test_a_client_who_has_not_agreed_leads_to_recording_it(maya, module):
    noor = make_client(maya, "Noor", "noor@example.org", "Europe/London", consented=False)
    make_assignment(noor, module)
    (concern,) = home(maya, NOW).concerns
    assert "has not agreed to emails yet" in concern.why
    assert concern.url == reverse("admin:people_client_consent", args=(noor.pk,))


def test_who_rests_stands_last_and_quietly(maya, assignment, module):
    assignment.pause(NOW, Assignment.By.CLIENT, date(2026, 3, 20))
    noor = make_client(maya, "Noor", "noor@example.org", "Europe/London", consented=False)
    make_assignment(noor, module)
    concerns = home(maya, NOW).concerns
    assert [(concern.client, concern.quiet) for concern in concerns] == [("Noor", False), ("Ada", True)]
    assert "the client’s choice" in concerns[1].why


def test_who_has_received_everything_can_be_given_something_else(maya, assignment):
    for step in assignment.module.steps.all():
        assignment.skip_next(NOW, step)
    assert Assignment.objects.get().state == "finished"
    (concern,) = home(maya, NOW).concerns
    assert concern.action == "Assign another module"
    assert concern.url.endswith(f"?clients={assignment.client.pk}")


@pytest.mark.parametrize("is_there", [True, False])
def test_help_lines_that_are_missing_are_said_to_whoever_can_name_them_and_to_the_others(
    client, maya, superuser, practice, is_there
):
    assert home(maya, NOW).concerns == home(superuser, NOW).concerns == []
    Practice.objects.update(help_lines="") if is_there else Practice.objects.all().delete()
    (concern,) = home(superuser, NOW).concerns
    assert (concern.client, concern.about, concern.action) == ("Your practice", "Help lines", "Name them")
    assert concern.url == reverse("admin:people_practice_changelist")
    (concern,) = home(maya, NOW).concerns
    assert "Ask whoever runs this installation" in concern.why
    client.force_login(maya)
    assert 'id="emergency"' in client.get(concern.url).content.decode()


def test_help_lines_for_clients_of_each_language_are_enough(maya, practice):
    Practice.objects.update(help_lines="", help_lines_en="112", help_lines_de="112")
    assert len(home(maya, NOW).concerns) == 1
    Practice.objects.update(help_lines_es="112")
    assert home(maya, NOW).concerns == []


# --- The page


def test_everything_the_page_shows_can_be_opened(desk, maya, assignment, module):
    delivery = email(assignment, Delivery.State.UNCERTAIN)
    reflection(delivery)
    noor = make_client(maya, "Noor", "noor@example.org", "Europe/London", consented=False)
    make_assignment(noor, module)
    page = desk.get("/desk/")
    seen = page.context["home"]
    urls = [row.url for day in seen.days for row in day.departures] + [
        concern.url for concern in seen.concerns
    ]
    assert len(urls) >= 2
    for url in urls:
        assert desk.get(url).status_code == 200, url


def test_it_asks_the_same_few_questions_however_much_there_is(desk, maya, django_assert_max_num_queries):
    Practice.objects.update(help_lines="")
    for number in range(25):
        who = make_client(
            maya, f"Client {number}", f"c{number}@example.org", "Asia/Tokyo", consented=number % 2
        )
        row = make_assignment(who, make_module(maya, title=f"Module {number}", steps=1))
        delivery = email(row, Delivery.State.FAILED, at=timezone.now())
        reflection(delivery)
    with django_assert_max_num_queries(20):
        desk.get("/desk/")


def test_it_asks_no_more_where_everything_is_to_be_told(desk, maya, django_assert_max_num_queries):
    now = timezone.now()
    Practice.objects.update(help_lines="")
    Away.objects.create(practitioner=maya, starts_on=now.date() + 2 * DAY, back_on=now.date() + 4 * DAY)
    for number in range(8):
        module = make_module(maya, title=f"Module {number}", steps=5)
        Module.objects.filter(pk=module.pk).update(holds_while_away=True)
        who = make_client(
            maya, f"Client {number}", f"c{number}@example.org", "Europe/Berlin", number % 4 != 1
        )
        row = make_assignment(who, module, first_on=now.date() - 21 * DAY, every_weeks=1, now=now - 22 * DAY)
        for turn, step in enumerate(module.steps.all()[:3]):
            row.pass_step(step, now - (20 - 7 * turn) * DAY)
        Step.objects.filter(pk=module.steps.first().pk).update(taken_out=True)
        Assignment.objects.filter(pk=row.pk).update(
            next_on=now.date(),
            next_due_at=now + timedelta(seconds=1),
            rests_after=0,
            wait_weeks=2 if number == 2 else None,
        )
        came_back = email(row, Delivery.State.BOUNCED, step=1, at=now, heard="returned", accepted_at=now)
        if number % 4 == 3:
            Concern.objects.create(reply=reflection(came_back, sent_at=now), found_at=now)
        Client.objects.filter(pk=who.pk).update(handed_over_at=now)
    make_client(maya, "Idle", "idle@example.org", "Europe/Berlin")
    with django_assert_max_num_queries(20):
        page = desk.get("/desk/").content.decode()
    assert "Please read this first" in page


def test_nothing_of_a_colleague_is_on_it(desk, tom, bo, toms_module):
    row = make_assignment(bo, toms_module, first_on=date(2026, 3, 3))
    reflection(email(row, Delivery.State.UNCERTAIN))
    page = desk.get("/desk/").content.decode()
    assert not re.search(r"\bBo\b", page)  # whole words: a form token may hold any two letters
    assert "Learning to rest" not in page


def test_the_first_hour_leads_from_the_article_to_the_assignment(desk, maya):
    page = desk.get("/desk/").content.decode()
    assert [start.title for start in home(maya, NOW).first_hour] == [
        "Say where you are",
        "Add an article",
        "Add a client",
        "Ask whether they agree",
        "Send it to yourself whenever you like",
        "Assign the module",
    ]
    assert reverse("admin:resources_article_add") in page


def test_who_runs_the_installation_first_names_the_practice_and_its_help_lines(client, superuser, practice):
    client.force_login(superuser)
    for name, lines in (("Linden House", ""), ("Our practice", "112")):
        Practice.objects.update(name=name, help_lines=lines)
        start = home(superuser, NOW).first_hour[0]
        assert (start.title, start.is_done) == ("Name your practice and its help lines", False)
    page = client.get(start.url, follow=True).content.decode()
    assert 'name="help_lines"' in page
    Practice.objects.update(name="Linden House", help_lines="112")
    assert home(superuser, NOW).first_hour[0].is_done
    Practice.objects.all().delete()
    assert not home(superuser, NOW).first_hour[0].is_done


def test_whoever_is_still_in_utc_is_asked_where_they_are(desk, maya):
    start = home(maya, NOW).first_hour[0]
    assert (start.title, start.is_done) == ("Say where you are", True)
    maya.time_zone = "UTC"
    maya.save()
    start = home(maya, NOW).first_hour[0]
    assert (start.title, start.is_done) == ("Say where you are", False)
    assert 'name="time_zone"' in desk.get(start.url).content.decode()


def test_what_is_done_of_it_is_ticked_and_it_goes_once_something_is_assigned(desk, maya, ada, module):
    Article.objects.create(practitioner=maya, title="Mine", html="<p>Text</p>")
    assert [start.is_done for start in home(maya, NOW).first_hour] == [True, True, True, True, False, False]
    make_assignment(ada, module)
    assert home(maya, NOW).first_hour == []
    assert "Your first hour" not in desk.get("/desk/").content.decode()


def test_an_article_that_is_no_module_yet_leads_back_to_its_review(desk, maya):
    Article.objects.create(practitioner=maya, title="Older", html="<p>Text</p>")
    article = Article.objects.create(practitioner=maya, title="Mine", html="<p>Text</p>")
    review = reverse("admin:resources_article_change", args=(article.pk,))
    _, first, _, _, to_yourself, _ = home(maya, NOW).first_hour
    assert (first.title, first.url, first.is_done) == ("Make it a module", review, False)
    assert to_yourself.url == review
    make_module(maya)
    _, first, _, _, to_yourself, _ = home(maya, NOW).first_hour
    assert (first.title, first.is_done) == ("Add an article", True)
    assert to_yourself.url != review


def test_a_client_who_was_added_is_asked_and_it_is_done_once_one_agreed(desk, maya):
    def asking():
        (start,) = (one for one in home(maya, NOW).first_hour if one.title == "Ask whether they agree")
        return start.is_done, start.url

    assert asking() == (False, reverse("admin:people_client_changelist"))
    noor = make_client(maya, "Noor", "noor@example.org", "Europe/London", consented=False)
    assert asking() == (False, reverse("admin:people_client_change", args=(noor.pk,)))
    consent = Consent.objects.create(client=noor)
    assert asking()[0]
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=NOW)
    assert not asking()[0]


def test_what_leaves_no_trace_says_that_it_is_never_ticked(desk, maya, ada, module):
    said = desk.get("/desk/").content.decode()
    assert "Nothing is kept of it, so it is never ticked here." in said


def test_who_runs_the_installation_finds_its_pages_and_no_clients(client, superuser, assignment):
    client.force_login(superuser)
    page = client.get("/desk/").content.decode()
    assert reverse("admin:people_practice_changelist") in page
    assert not re.search(r"\bAda\b", page)


def test_looking_at_home_changes_nothing(desk, assignment):
    delivery = email(assignment, Delivery.State.ACCEPTED)
    reply = reflection(delivery)
    before = (Consent.objects.count(), Assignment.objects.values().get())
    desk.get("/desk/")
    desk.head("/desk/")
    reply.refresh_from_db()
    assert reply.read_at is None
    assert (Consent.objects.count(), Assignment.objects.values().get()) == before


def test_midnight_is_my_own(maya, ada, module):
    # 22:30 in UTC is 23:30 in Berlin, still today; 23:30 in UTC is tomorrow there.
    make_assignment(ada, module, first_on=date(2026, 3, 2), at=time(23, 30))
    late = datetime(2026, 3, 2, 22, 0, tzinfo=NOW.tzinfo)
    assert len(home(maya, late).today.departures) == 1
    assert home(maya, late - timedelta(days=1)).today.departures == []
    assert timezone.is_aware(home(maya, late).today.departures[0].at)
