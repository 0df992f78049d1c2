"""Many clients from a list, in a real browser on a phone: what was left out is downloaded, corrected and added."""

import csv

import pytest
from playwright.sync_api import expect

from practice.people.models import Client
from tests.browser.looking import fits, press, violations
from tests.browser.test_desk import desk  # noqa: F401 (a fixture)

LIST = (
    "Name;E-Mail;Ort\n"
    "Jörg Müller;joerg@example.org;Berlin\n"
    '"Ines\nPrado";ines@example.org;Lisbon\n'
    "=1+1;noor at example;Lisbon\n"
    '"Notes, and a comma";kei@example.org;Tokyo\n'
)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_list_is_read_corrected_and_added_on_a_phone(desk, live_server, tmp_path, encoding):  # noqa: F811
    before = Client.objects.count()
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(f"{live_server.url}/desk/people/client/")
    desk.get_by_text("Many at once").click()
    press(desk, "Add clients from a list", role="link")
    (tmp_path / "list.csv").write_bytes(LIST.encode(encoding))
    desk.get_by_label("Or choose a file").set_input_files(tmp_path / "list.csv")
    assert desk.get_by_label("Where they live").input_value() == "Europe/Berlin", "a file's name is no place"
    desk.get_by_role("button", name="Read this list").click()
    expect(desk.get_by_text("2 rows are left out.")).to_be_visible()
    assert fits(desk)
    assert violations(desk) == []

    with desk.expect_download() as download:
        desk.get_by_role("button", name="Download the rows left out").click()
    path = download.value.path()
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = [row["E-Mail"] for row in csv.DictReader(file, delimiter=";")]
    assert lines == ["ines@example.org", "noor at example"]

    desk.get_by_role("button", name="Add these 2 clients").click()
    expect(desk.get_by_text("2 clients are added. Nothing was sent to anyone.")).to_be_visible()
    assert Client.objects.count() == before + 2
    assert Client.objects.filter(name="Jörg Müller", time_zone="Europe/Berlin").exists()
