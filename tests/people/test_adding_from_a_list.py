"""Many clients from a list: read as people export it, looked at before anything is saved, and added once."""

import csv
import io
import re
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.utils import timezone

from practice.people.models import Client, Consent
from practice.people.newcomers import Ground, save, take_in
from practice.people.roster import Unreadable, decode, read_table
from practice.people.roster_form import ListForm
from tests.cast import make_client

PAGE = "/desk/people/client/import/"
LIST = "Name,Email,City\nInes,ines@example.org,Lisbon\nNoor,noor@example.org,Kolkata\n"


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def read(desk, text, **more):
    return desk.post(PAGE, {"pasted": text, "time_zone": "Europe/Berlin", "language": "en"} | more)


def upload(desk, data):
    file = SimpleUploadedFile("clients.csv", data, content_type="text/csv")
    return desk.post(PAGE, {"file": file, "time_zone": "Europe/Berlin", "language": "en"})


def sent_by(page):
    """What the form of a page would send, as a browser does."""
    form = BeautifulSoup(page.content, "html.parser").find("form", enctype="multipart/form-data")
    sent = {field["name"]: field.get("value", "") for field in form.find_all("input") if field.get("name")}
    for field in form.find_all("select"):
        chosen = field.find("option", selected=True)
        sent[field["name"]] = chosen["value"] if chosen else ""
    return sent


def confirm(desk, page, **more):
    return desk.post(PAGE, sent_by(page) | {"confirm": "1"} | more, follow=True)


def left_out(page):
    """The reasons on a preview, by the line they are about."""
    found = BeautifulSoup(page.content, "html.parser").select(".clients-left-out li")
    return {
        int(item.h3.text.removeprefix("Line ")): [line.text for line in item.find_all("p")] for item in found
    }


def text_of(page):
    return " ".join(BeautifulSoup(page.content, "html.parser").find(id="main").get_text(" ").split())


# --- The way


def test_a_list_is_looked_at_before_anything_is_saved_and_then_added(desk, maya):
    page = read(desk, LIST)
    assert "2 clients are added" in text_of(page)
    assert not Client.objects.exists()
    answer = confirm(desk, page)
    assert "2 clients are added. Nothing was sent to anyone." in text_of(answer)
    assert [(row.practitioner, row.name, row.time_zone) for row in Client.objects.all()] == [
        (maya, "Ines", "Europe/Lisbon"),
        (maya, "Noor", "Asia/Kolkata"),
    ]


def test_nobody_has_agreed_to_emails_because_of_a_list(desk):
    confirm(desk, read(desk, LIST))
    assert not Consent.objects.exists()


def test_pressing_twice_adds_them_once_and_says_so(desk):
    page = read(desk, LIST)
    confirm(desk, page)
    assert "added already. Nothing was done twice" in text_of(confirm(desk, page))
    assert Client.objects.count() == 2


def test_what_changed_since_it_was_looked_at_is_shown_again_first(desk, maya):
    page = read(desk, LIST)
    make_client(maya, "Ines", "INES@example.org", "UTC")
    again = confirm(desk, page)
    assert "Something has changed since you looked" in text_of(again)
    assert Client.objects.count() == 1
    confirm(desk, again)
    assert Client.objects.count() == 2


def test_one_row_that_cannot_be_saved_takes_back_all_of_them(maya):
    ground = Ground(maya, "UTC", "en", {}, timezone.now())
    intake = take_in(read_table(LIST), ["name", "email", "time_zone"], ground)
    make_client(maya, "Noor", "noor@example.org", "UTC")
    with pytest.raises(IntegrityError):
        save(intake, maya)
    assert Client.objects.count() == 1


def test_looking_adds_nobody_and_nothing_is_left_behind(desk):
    desk.get(PAGE)
    read(desk, LIST)
    assert not Client.objects.exists()
    assert not any("example.org" in str(value) for value in desk.session.values())


def test_a_list_without_a_city_takes_the_zone_and_language_that_were_chosen(desk):
    page = read(desk, "Name,Email\nInes,ines@example.org\n", time_zone="lisbon", language="es")
    confirm(desk, page)
    assert Client.objects.values_list("time_zone", "language").get() == ("Europe/Lisbon", "es")


def test_the_history_of_a_client_says_where_they_come_from(desk):
    confirm(desk, read(desk, LIST))
    page = desk.get(f"/desk/people/client/{Client.objects.first().pk}/history/")
    assert "Added from a list." in text_of(page)


# --- Letters and separators


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_letters_and_separators_of_every_usual_program_are_recognised(desk, encoding, separator, ending):
    lines = [
        ["Name", "E-Mail", "Ort"],
        ["Jörg Müller", "joerg@example.org", "Berlin"],
        ["Ñusta", "n@example.org", ""],
    ]
    text = "".join(separator.join(line) + ending for line in lines)
    confirm(desk, upload(desk, text.encode(encoding)))
    assert [*Client.objects.values_list("name", flat=True)] == ["Jörg Müller", "Ñusta"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04rest of a workbook", "workbook of a spreadsheet program"),
        (b"%PDF-1.7", "not a list in plain text"),
        (b"Name,Email\nA\x00da,ada@example.org\n", "not a list in plain text"),
        (b"\xff\xfeN", "not a list in plain text"),
        (b"", "There is no row in this list"),
        (b"Name,Email\n", "There is no row in this list"),
        (b"\n;;;\n", "There is no row in this list"),
        (b"Name,Email\n" + b"Ada,ada@example.org\n" * 10_001, "more than 10,000 rows"),
        (b",".join([b"x"] * 41) + b"\ny\n", "more than 40 columns"),
        (b"Name,Email\n" + b"x" * 2_000_001, "larger than 2 MB"),
    ],
)
def test_what_is_no_list_is_said_plainly_and_changes_nothing(desk, data, says):
    page = upload(desk, data)
    assert page.status_code == 422
    assert says in text_of(page)
    assert "choose it again" in text_of(page)


def test_what_was_pasted_stays_when_it_cannot_be_read(desk):
    page = read(desk, "Name;Email\n")
    assert "Name;Email" in page.content.decode()


def test_nothing_and_too_much_are_both_said(desk):
    assert "Paste a list here" in text_of(read(desk, ""))
    file = SimpleUploadedFile("clients.csv", LIST.encode())
    assert "You gave both" in text_of(read(desk, LIST, file=file))


def test_bytes_that_are_no_letters_are_refused():
    with pytest.raises(Unreadable):
        decode(b"\x81\x8d\x8f\x90\x9d")


def test_the_line_that_names_the_separator_is_understood():
    table = read_table("sep=;\nName;Email\nA, B;ab@example.org\n")
    assert (table.separator, table.rows[0].line, table.rows[0].cells) == (";", 3, ("A, B", "ab@example.org"))


# --- Columns


@pytest.mark.parametrize(
    "headings",
    [
        "Name;Email;City",
        "NAME;E-Mail-Adresse;Wohnort",
        "Nombre completo;Correo electrónico;Ciudad",
        "klient;mail;ZEITZONE",
    ],
)
def test_headings_in_three_languages_are_understood(desk, headings):
    confirm(desk, read(desk, f"{headings}\nInes;ines@example.org;Lisbon\n"))
    assert Client.objects.values_list("name", "email", "time_zone").get() == (
        "Ines",
        "ines@example.org",
        "Europe/Lisbon",
    )


@pytest.mark.parametrize(
    "headings",
    ["First name,Last name,Email", "Vorname,Nachname,Mail", "Vorname,Name,Mail", "Nombre,Apellidos,Correo"],
)
def test_first_and_family_names_become_one(desk, headings):
    confirm(desk, read(desk, f"{headings}\nInes,Prado,ines@example.org\n"))
    assert Client.objects.get().name == "Ines Prado"


def test_columns_that_nobody_knows_are_chosen_by_the_practitioner(desk):
    page = read(desk, "Who,Where to\nInes,ines@example.org\n")
    assert page.status_code == 422
    assert "Choose below which column holds the name." in text_of(page)
    again = desk.post(PAGE, sent_by(page) | {"column-0": "name"})
    confirm(desk, again)
    assert Client.objects.get().name == "Ines"


def test_a_list_without_headings_is_read_from_its_first_line(desk):
    page = read(desk, "Ines\tines@example.org\nNoor\tnoor@example.org\n")
    confirm(desk, desk.post(PAGE, sent_by(page) | {"column-0": "name"}))
    assert Client.objects.count() == 2


def test_two_columns_for_one_thing_are_refused(desk):
    page = read(desk, "Name,Email,Mail\nInes,ines@example.org,other@example.org\n")
    again = desk.post(PAGE, sent_by(page) | {"column-2": "email"})
    assert "Two columns are said to hold the same: Email address." in text_of(again)


def test_other_columns_are_left_out_unless_they_are_chosen(desk):
    confirm(desk, read(desk, "Name,Email,Diagnosis\nInes,ines@example.org,something private\n"))
    assert Client.objects.get().private_note == ""


# --- Rows that are left out


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (",no@example.org", "There is no name."),
        ("Ines,", "There is no email address."),
        ("Ines,ines at example", "“ines at example” is not an email address such as name@example.org."),
        ("Ines,ines@example.org,Middle Earth", "There is no time zone called “Middle Earth”."),
        ("Ines,ines@example.org,,Klingon", "“Klingon” is not a language of ours"),
        ("=HYPERLINK(1),ines@example.org", "looks like a formula of a spreadsheet, not like a name"),
        ("Ines,ines@example.org,,,,,5", "This row has 7 cells, and the list has 6 columns."),
        ('"Ines,ines@example.org', "A quotation mark in this row is not closed"),
        ('"In"es,ines@example.org', "A quotation mark in this row is not closed"),
        ('"Ines\nBcc: x",ines@example.org', "“Ines / Bcc: / x” has a line break in it"),
        ("x" * 121 + ",ines@example.org", "is longer than 120 characters."),
        ("Ines,ines@example.org,,,2026-01-05,", "It says when they agreed (“2026-01-05”) but not how."),
        ("Ines,ines@example.org,,,,spoken", "but not on which day"),
        ("Ines,ines@example.org,,,05/01/2026,spoken", "not a day that can be read in one way only"),
        ("Ines,ines@example.org,,,2026-02-30,spoken", "not a day that can be read in one way only"),
        ("Ines,ines@example.org,,,2999-01-01,spoken", "still to come"),
        ("Ines,ines@example.org,,,2026-01-05,telepathy", "“spoken” or “paper”, and not “telepathy”"),
    ],
)
def test_a_wrong_row_is_left_out_with_its_line_its_reason_and_what_stood_there(desk, row, says):
    page = read(desk, f"Name,Email,City,Language,Agreed on,Agreed how\n{row}\nNoor,noor@example.org\n")
    (line, told), *others = left_out(page).items()
    assert (line, others) == (2, [])
    assert any(says in reason for reason in told), told
    assert row.split("\n")[0][:100] in told[-1]
    confirm(desk, page)
    assert [*Client.objects.values_list("name", flat=True)] == ["Noor"]


def test_every_reason_of_a_row_is_told_at_once(desk):
    page = read(desk, "Name,Email,City\n,nowhere,Middle Earth\n")
    assert len(left_out(page)[2]) == 4, "three reasons, and the row"
    assert "No row of this list can be added" in text_of(page)


def test_towns_that_are_no_time_zones_can_be_left_out_all_at_once(desk):
    page = read(desk, "Name,Email,City\nInes,ines@example.org,Hamburg\n")
    assert "leave that column out" in text_of(page)
    confirm(desk, desk.post(PAGE, sent_by(page) | {"column-2": ""}))
    assert Client.objects.get().time_zone == "Europe/Berlin"


def test_the_same_address_twice_in_a_list_names_the_first_line(desk):
    page = read(desk, "Name,Email\nInes,ines@example.org\nAgain,INES@example.org\n")
    assert "The address “INES@example.org” stands in line 2 already." in left_out(page)[3]


def test_an_address_of_an_own_client_names_the_client(desk, ada):
    page = read(desk, "Name,Email\nAda L.,Ada@Example.org\n")
    assert "Your client Ada already has the address “Ada@Example.org”." in left_out(page)[2]


def test_an_address_of_a_colleagues_client_is_like_any_other(desk, maya, bo):
    page = read(desk, f"Name,Email\nBartholomew,{bo.email}\n")
    assert left_out(page) == {}
    confirm(desk, page)
    assert Client.objects.of(maya).get().email == bo.email
    bo.refresh_from_db()
    assert bo.name == "Bo"


def test_an_open_quotation_mark_takes_no_other_row_with_it(desk):
    page = read(
        desk, 'Name,Email\n"Ines,ines@example.org\nNoor,noor@example.org\n"Kei, the elder",kei@example.org\n'
    )
    assert [*left_out(page)] == [2]
    confirm(desk, page)
    assert [*Client.objects.values_list("name", flat=True)] == ["Kei, the elder", "Noor"]


def test_lines_are_counted_as_they_stand_in_the_file(desk):
    page = read(desk, 'Name,Email,Note\nInes,ines@example.org,"one\ntwo\nthree"\n\nNobody,,\n')
    assert [*left_out(page)] == [6]


# --- What they agreed to


@pytest.mark.parametrize(
    ("on", "how", "means"),
    [
        ("2026-01-05", "paper", Consent.How.PAPER),
        ("5.1.2026", "mündlich", Consent.How.SPOKEN),
        ("05.01.2026", "Por escrito", Consent.How.PAPER),
        ("2026-1-5", "Spoken, in session", Consent.How.SPOKEN),
    ],
)
def test_an_agreement_is_taken_over_when_the_list_says_when_and_how(desk, on, how, means):
    page = read(
        desk,
        f'Name,Email,Agreed on,Agreed how\nInes,ines@example.org,{on},"{how}"\nNoor,noor@example.org,,\n',
    )
    assert "1 of them agreed to emails" in text_of(page)
    confirm(desk, page)
    consent = Consent.objects.get()
    assert (consent.client.name, consent.how, timezone.localdate(consent.given_at)) == (
        "Ines",
        means,
        date(2026, 1, 5),
    )
    assert "did not say to which words" in consent.wording, "words that nobody said are not made up"


def test_the_words_they_agreed_to_are_kept(desk):
    confirm(
        desk,
        read(
            desk,
            "Name,Email,Agreed on,Agreed how,Wording\nInes,i@example.org,2026-01-05,paper,Yes to letters.\n",
        ),
    )
    assert Consent.objects.get().wording == "Yes to letters."


# --- The file with what was left out


def rows_of(response):
    return [*csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";")]


def test_what_is_left_out_can_be_downloaded_corrected_and_added(desk):
    page = read(desk, "Name;Email;Shoe size\nInes;ines at example.org;38\nNoor;noor@example.org;40\n")
    file = desk.post(PAGE, sent_by(page) | {"left_out": "1"})
    assert "attachment" in file["Content-Disposition"]
    headings, row = rows_of(file)
    assert headings == ["Name", "Email", "Shoe size", "Why it was left out"]
    assert row[:3] == ["Ines", "ines at example.org", "38"]
    assert row[3].startswith("Line 2: “ines at example.org” is not an email address")
    assert not Client.objects.exists(), "a download adds nobody"
    corrected = file.content.replace(b"ines at example.org", b"ines@example.org", 1)
    confirm(desk, upload(desk, corrected))
    assert Client.objects.get().email == "ines@example.org"


def test_what_is_left_out_is_not_calculated_by_a_spreadsheet(desk):
    page = read(desk, "Name;Email\n=cmd|' /C calc'!A0;ines@example.org\n")
    (_, row) = rows_of(desk.post(PAGE, sent_by(page) | {"left_out": "1"}))
    assert row[0] == "'=cmd|' /C calc'!A0"


# --- Much of it, and other people's hands


def five_thousand():
    good = [f"Client {number};c{number}@example.org;Berlin;2026-01-05;paper" for number in range(4_700)]
    bad = [
        [
            "=1+1;f{}@example.org;;;",
            "Client {};nowhere {};;;",
            "Client {};z{}@example.org;Zone {};;",
            "Client;c{}@example.org;;;",
        ][number % 4].replace("{}", str(number))
        for number in range(300)
    ]
    rows = [
        row
        for number, row in enumerate(good)
        for row in ([row, bad[number // 15]] if number % 15 == 0 and number // 15 < 300 else [row])
    ]
    return "\n".join(["Name;Email;Stadt;Einwilligung am;Art der Einwilligung", *rows])


def test_five_thousand_rows_with_three_hundred_bad_ones_are_not_asked_for_one_by_one(
    desk, django_assert_max_num_queries
):
    text = five_thousand()
    with django_assert_max_num_queries(30):
        page = upload(desk, text.encode("cp1252"))
    assert "4,700 clients are added" in text_of(page)
    assert "300 rows are left out." in text_of(page)
    assert len(left_out(page)) == 300
    with django_assert_max_num_queries(400):
        answer = confirm(desk, page)
    assert "4,700 clients are added." in text_of(answer)
    assert (Client.objects.count(), Consent.objects.count()) == (4_700, 4_700)


def test_a_page_that_somebody_altered_adds_nothing_it_did_not_show(desk):
    page = read(desk, LIST)
    altered = sent_by(page) | {"text": LIST + "Mallory,mallory@example.org,Berlin\n"}
    again = desk.post(PAGE, altered | {"confirm": "1"})
    assert "Something has changed since you looked" in text_of(again)
    for odd in (
        {"text": ""},
        {"text": "Name,Email\n"},
        {"time_zone": ""},
        {"language": "xx"},
        {"column-0": "pk"},
    ):
        desk.post(PAGE, sent_by(page) | odd | {"confirm": "1"})
    desk.post(PAGE, sent_by(page) | {"looked_at": "yesterday", "seen": "x", "confirm": "1"})
    assert not Client.objects.exists()


def test_the_list_of_clients_leads_there(desk):
    assert f'href="{PAGE}"' in desk.get("/desk/people/client/").content.decode()


def test_the_rows_travel_in_a_form_and_never_in_an_address(desk):
    page = read(desk, LIST)
    form = BeautifulSoup(page.content, "html.parser").find("form", enctype="multipart/form-data")
    assert (form["method"], form.get("action")) == ("post", None)
    assert not re.search(r"href=\"[^\"]*ines@", page.content.decode())
    assert "no-store" in page["Cache-Control"]


def test_the_columns_of_a_list_are_understood_before_they_are_asked():
    form = ListForm(
        {
            "pasted": "Nachname;Vorname;E-Mail;Telefon\nPrado;Ines;i@example.org;1\n",
            "time_zone": "UTC",
            "language": "en",
        }
    )
    assert form.is_valid()
    assert form.columns() == {
        "column-0": "last_name",
        "column-1": "first_name",
        "column-2": "email",
        "column-3": "",
    }
