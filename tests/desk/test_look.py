"""The palette: the same in the settings and in the styles, and readable in light and dark."""

import re
from pathlib import Path

import pytest

from practice.desk import look

CSS = (Path(__file__).resolve().parents[2] / "static/desk/desk.css").read_text("utf-8")


def variables(selector):
    block = re.search(re.escape(selector) + r" \{(.*?)\n\}", CSS, re.DOTALL)[1]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


LIGHT, DARK = variables(":root"), variables(":root.dark")


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "teal", "clay-ink"])
@pytest.mark.parametrize("ground", ["paper", "sheet", "shade"])
def test_words_can_be_read(scheme, ink, ground):
    assert contrast(scheme[ink], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_on_buttons_and_edges_of_fields_can_be_seen(scheme):
    assert contrast(scheme["on-teal"], scheme["teal"]) >= 4.5
    assert contrast(scheme["clay-ink"], scheme["clay-shade"]) >= 4.5
    for ground in ("paper", "sheet"):
        assert contrast(scheme["edge"], scheme[ground]) >= 3
        assert contrast(scheme["clay"], scheme[ground]) >= 3


def test_settings_and_styles_have_the_same_colours():
    names = {
        "paper": look.PAPER,
        "ink": look.INK,
        "teal": look.TEAL,
        "clay": look.CLAY,
        "soft": look.SOFT_INK,
    }
    dark = {
        "paper": look.DARK_PAPER,
        "ink": look.DARK_INK,
        "teal": look.DARK_TEAL,
        "clay": look.DARK_CLAY,
        "soft": look.DARK_SOFT_INK,
    }
    assert {name: LIGHT[name] for name in names} == {name: colour.lower() for name, colour in names.items()}
    assert {name: DARK[name] for name in dark} == {name: colour.lower() for name, colour in dark.items()}


def test_every_place_in_the_menu_can_be_opened(client, superuser):
    client.force_login(superuser)
    entries = [*look.PLACES, *look.INSTALLATION]
    page = client.get("/desk/").content.decode()
    for title, _ in entries:
        assert f">{title}</a>" in page
    from django.urls import reverse

    for _, name in entries:
        assert client.get(reverse(name), follow=True).status_code == 200, name


def test_only_who_runs_the_installation_is_offered_its_pages(client, tom):
    client.force_login(tom)
    assert "Practitioners</a>" not in client.get("/desk/").content.decode()
