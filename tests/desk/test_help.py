"""The help page: one page for everybody, with pictures that are there and addresses that open."""

import struct

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from practice.desk.help import PARTS

#: Nothing that stands on the page may weigh more.
MOST_BYTES = 150 * 1024


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def guide(desk):
    return BeautifulSoup(desk.get(reverse("admin:help")).content, "html.parser")


def pictures_of(guide):
    return [
        *((image["src"], image) for image in guide.select(".help img")),
        *((source["srcset"], source) for source in guide.select(".help source")),
    ]


def test_the_menu_leads_to_it(desk):
    menu = BeautifulSoup(desk.get(reverse("admin:index")).content, "html.parser").find(id="desk-menu")
    assert menu.find("a", string="Help")["href"] == "/desk/help/"


def test_every_part_stands_in_the_contents_and_has_its_heading(guide):
    contents = [(link["href"], link.text) for link in guide.select(".help-contents a")]
    assert contents == [(f"#{slug}", title) for slug, title in PARTS]
    assert [(heading["id"], heading.text) for heading in guide.select(".help section h2")] == [*PARTS]
    for section in guide.select(".help section"):
        assert len(section.get_text(" ", strip=True).split()) > 60


def test_every_address_on_it_opens(desk, guide):
    addresses = {link["href"] for link in guide.select(".help a")}
    assert len(addresses) > 15
    for address in addresses:
        if address.startswith("#"):
            assert guide.find(id=address[1:]), address
        else:
            assert desk.get(address).status_code == 200, address


def test_every_picture_is_there_light_enough_and_as_large_as_it_says(guide):
    found = pictures_of(guide)
    assert len(found) > 10
    for address, tag in found:
        path = finders.find(address.removeprefix(settings.STATIC_URL))
        assert path, f"{address} is missing"
        with open(path, "rb") as file:
            png = file.read()
        assert len(png) <= MOST_BYTES, address
        assert struct.unpack(">II", png[16:24]) == (int(tag["width"]), int(tag["height"])), address


def test_every_picture_is_told_in_words(guide):
    for image in guide.select(".help img"):
        assert len(image["alt"].split()) > 8, image["src"]
        assert image.find_parent("figure").figcaption.text


def test_it_says_what_must_be_said(guide):
    words = " ".join(guide.select_one(".help").get_text(" ").split())
    for said in (
        "Nobody watches this live.",
        "We can’t confirm that this email left",
        "Send to myself",
        "Before that, nothing leaves for them",
        "call the emergency number of the place where they are",
    ):
        assert said in words
    for never in ("object", "instance", "UUID", "!", "please note", "overdue", "streak"):
        assert never not in words


def test_it_is_the_same_for_everybody_and_tells_of_nobody(desk, client, tom, ada, assignment):
    mine = desk.get(reverse("admin:help")).content.decode()
    assert "Ada" not in mine
    client.force_login(tom)
    assert client.get(reverse("admin:help")).status_code == 200


def test_a_visitor_is_asked_to_sign_in(client, db):
    assert client.get(reverse("admin:help")).url.startswith(reverse("admin:login"))
