"""The list of one's own clients as a file: nothing in it is calculated, and nobody else is in it."""

import csv
import io
import re

import pytest
from django.utils import translation
from django.utils.translation import trans_real
from hypothesis import given
from hypothesis import strategies as st

from practice.people.export import client_rows
from practice.people.models import AuditEntry, Client
from practice.people.sheets import as_csv, as_it_was, kept_as_text
from tests.cast import make_client
from tests.people.test_adding_from_a_list import confirm, upload

PAGE = "/desk/people/client/export/"


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def download(desk, **more):
    return desk.post(PAGE, {"separator": ","} | more)


def rows_of(response, separator=","):
    return [*csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=separator)]


def test_it_holds_ones_own_clients_and_what_they_agreed_to(desk, ada, maya):
    make_client(maya, "Noor", "noor@example.org", "Asia/Kolkata", consented=False)
    response = download(desk)
    assert response.content.startswith(b"\xef\xbb\xbf"), "spreadsheets guess the letters otherwise"
    headings, first, second = rows_of(response)
    assert headings[:4] == ["Name", "Email address", "Greeted as", "Time zone or city"]
    assert first[:4] == ["Ada", "ada@example.org", "", "Europe/Berlin"]
    assert first[6:8] == ["2026-01-01", "Spoken, in session"]
    assert second[6:9] == ["", "", ""]


def test_it_is_in_english_which_a_list_is_read_by_whatever_the_desk_speaks(ada, maya, monkeypatch):
    german = trans_real.translation("de")._catalog._catalogs[0]
    monkeypatch.setitem(german, "The whole step in the email", "Der ganze Schritt")
    english = [*client_rows(maya, notes=True)]
    with translation.override("de"):
        assert ada.get_discretion_display() == "Der ganze Schritt"
        assert [*client_rows(maya, notes=True)] == english


def test_nobody_elses_client_is_in_it(desk, ada, bo):
    assert len(rows_of(download(desk))) == 2
    assert "bo@example.org" not in download(desk).content.decode()


def test_private_notes_stay_behind_unless_they_are_ticked(desk, ada):
    ada.private_note = "ask gently"
    ada.save()
    assert "ask gently" not in download(desk).content.decode()
    assert rows_of(download(desk, notes="on"))[1][-1] == "ask gently"


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_page_sends_no_file(desk, ada, method):
    page = getattr(desk, method)(PAGE)
    assert "Content-Disposition" not in page
    assert "ada@example.org" not in page.content.decode()


def test_the_page_says_what_the_file_holds_and_whose_care_it_is_in(desk):
    page = desk.get(PAGE).content.decode()
    assert "Their reflections are no part of it" in page
    assert "up to you who can open it" in page


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_begins_with_what_a_spreadsheet_calculates(desk, maya, beginning, separator):
    make_client(maya, f"{beginning}cmd|' /C calc'!A0", "ines@example.org", "UTC")
    (_, row) = rows_of(download(desk, separator=separator), separator)
    assert row[0] == f"'{beginning}cmd|' /C calc'!A0"


def test_nor_where_a_spreadsheet_of_another_country_sees_the_beginning_of_a_cell(desk, maya):
    make_client(maya, "a;=1+1", "one@example.org", "UTC")
    make_client(maya, "b,\t@SUM(1)", "two@example.org", "UTC")
    (_, one, two) = rows_of(download(desk))
    assert (one[0], two[0]) == ("a;'=1+1", "b,\t'@SUM(1)")


@given(st.text(st.sampled_from("=+-@\t\r\n;, '\"a1"), max_size=12))
def test_whatever_stands_in_a_cell_every_possible_beginning_is_text(cell):
    kept = kept_as_text(cell)
    for part in re.split(r"[;,\t\r\n]", kept):
        assert not part.lstrip().startswith(("=", "+", "-", "@"))
    assert not kept.startswith(("\t", "\r"))
    if "'" not in cell:
        assert as_it_was(kept) == cell


def test_every_cell_stands_in_quotation_marks():
    assert as_csv([["a", 'b"c']]) == b'\xef\xbb\xbf"a","b""c"\r\n'


def test_what_was_taken_along_can_be_added_again(desk, maya, ada, client, tom):
    ada.private_note, ada.greeting, ada.language = "- first\n= second", "Ada L.", "de"
    ada.save()
    file = download(desk, notes="on", separator=";").content
    before = (
        Client.objects.filter(pk=ada.pk)
        .values("name", "greeting", "language", "time_zone", "discretion")
        .get()
    )
    client.force_login(tom)
    confirm(client, upload(client, file))
    again = Client.objects.of(tom).get()
    assert {name: getattr(again, name) for name in before} == before
    assert again.private_note == "- first\n= second"
    assert again.consent_in_force().wording == ada.consent_in_force().wording


def test_that_it_was_taken_along_stands_in_the_trail_of_each_client(desk, maya, ada):
    download(desk)
    entry = AuditEntry.objects.about(ada).get()
    assert (entry.actor, entry.action) == (maya, "exported")
