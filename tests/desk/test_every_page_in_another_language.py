"""No page of the desk has a word that a translator cannot reach.

Each page is shown in a language in which every text that a catalogue would hold stands in brackets. What stands outside
of them is somebody's own or a machine's; else it is a word that stays English for ever.
"""

import re

from django.urls import resolve
from django.utils import timezone
from lxml import html

from practice.people import accounts
from practice.people.audit import Action, note
from practice.people.models import Client, Practitioner, SavedView
from tests.cast import make_practitioner
from tests.isolation import addresses
from tests.isolation.worlds import CANARY, world_of
from tests.test_every_word_can_be_translated import SAME_EVERYWHERE

WORD = re.compile(r"[^\W\d_]{3,}")
SAID = ("alt", "title", "placeholder", "aria-label", "aria-description")
#: Scripts and styles, names of icons, time zones to choose from, and what is hidden.
UNREAD = (
    "//script | //style | //template | //datalist | //*[contains(@class, 'material-symbols')] | //*[@hidden]"
)
#: What the rows of the world say, addresses and time zones.
NOT_OURS = re.compile(
    r"(?:\S*zephyrine )?\S*canarybird\S*(?: (?:note|wording|article|part|module|body|second|prompt|question|first note"
    r"|own|answer|reason|words|view|step|message))?|\S+@\S+|\S+://\S+|[A-Z]\w+/[A-Z]\w+"
)
#: Readings, questions and words that come with Interlude and that practitioners make their own.
CONTENT = {
    *("resources_module_starters", "resources_libraryprompt_changelist"),
    "replies_concernwords_change",
}
#: Texts of Django and of the skin that no catalogue of theirs has, up to 60 letters.
THEIRS = {
    *("Select action", "Select action to run", "Run", "Select value", "Click to cancel", "True", "False"),
    "This item will be deleted.",
}
#: Names: of languages, in themselves, of the cast, and what their practice has written.
NAMES = {
    *("English", "Deutsch", "Español", "Maya Lindgren", "Tom Okafor", "Noor", "Zoe", "Runs It"),
    *("Linden House", "Linden House, 4 Canal Street, 10115 Berlin"),
    "Emergency: 112 TelefonSeelsorge: 0800 111 0 111",
}
#: Emails as they go out, in the language of the client.
LETTERS = {
    *("mailing_step_preview_email", "mailing_next_preview_email", "mailing_delivery_email"),
    "replies_invite_email",
}


def bare(page):
    """The words outside of brackets that a person sees or hears."""
    tree = html.fromstring(without_brackets(page) or "<p>")
    for unread in tree.xpath(UNREAD):
        unread.drop_tree()
    said = [*tree.xpath("//text()"), *(value for name in SAID for value in tree.xpath(f"//@{name}"))]
    said += tree.xpath("//input[@type='submit' or @type='button']/@value")
    left = (" ".join(NOT_OURS.sub(" ", text).split()) for text in said)
    told = (text.removesuffix(" | Interlude").removeprefix(": ")[:60] for text in left)
    return {text for text in told if {*WORD.findall(text)} - SAME_EVERYWHERE} - THEIRS - NAMES


def without_brackets(page):
    """A page without what stands in brackets, tags and all. They may stand in each other."""
    depth, kept = 0, []
    for piece in re.split("([⟦⟧])", page):
        depth += (piece == "⟦") - (piece == "⟧")
        kept += [piece] if depth == 0 and piece != "⟧" else []
    return "".join(kept)


def look_at(browser, urls):
    """Words that nobody can translate, by the page where they stand first."""
    found = {}
    for url in (url for url in urls if resolve(url).url_name not in CONTENT | LETTERS):
        answer = browser.get(url, follow=True)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            for words in bare(answer.content.decode()):
                found.setdefault(words, url)
    return found


def test_every_page_about_a_row_can_be_translated(abroad, client, maya):
    world = world_of(maya, CANARY)
    for row in world.values():
        note(maya, Action.READ, row, world[Client])
    client.force_login(maya)
    assert look_at(client, addresses.of_rows(lambda model: world[model].pk)) == {}


def test_every_list_and_every_form_can_be_translated(abroad, client, maya):
    world = world_of(maya, CANARY)
    client.force_login(maya)
    assert look_at(client, [*addresses.of_no_row(), f"/desk/people/client/?{world[SavedView].query}"]) == {}


def test_every_page_of_an_empty_desk_can_be_translated(abroad, client, maya):
    client.force_login(maya)
    assert look_at(client, addresses.of_no_row()) == {}


def test_every_page_of_the_installation_can_be_translated(abroad, client, superuser, tom):
    noor, zoe = (make_practitioner(f"{name}@example.com", name, "Europe/London") for name in ("Noor", "Zoe"))
    Practitioner.objects.filter(pk=noor.pk).update(password="!", is_active=False)
    noor.refresh_from_db()
    accounts.invite(noor, superuser, timezone.now())
    accounts.close(zoe, superuser, True)
    client.force_login(superuser)
    for practitioner in (tom, noor, zoe):
        assert look_at(client, addresses.of_the_installation(practitioner.pk)) == {}
