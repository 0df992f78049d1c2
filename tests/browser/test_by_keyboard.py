"""The desk by keyboard alone: one always sees where one is, and gets on from everywhere."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from practice.assignments.models import Assignment
from practice.people.models import Client, Practitioner
from practice.replies.models import Reply
from resources.models import Module, Step
from tests.browser.looking import violations
from tests.browser.test_desk import desk  # noqa: F401 (a fixture)

pytestmark = pytest.mark.timeout(240)

#: A field for a day has a stop for each of its parts, and one for its calendar.
MOST_STOPS_WITHIN = 6

#: What the keyboard can reach, as the page says it. A group of radio buttons is one stop.
STOPS = """() => {
    const radios = new Set();
    const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, " +
        "[contenteditable=true], [tabindex]";
    return [...document.querySelectorAll(kinds)].filter((one) => {
        if (one.tabIndex < 0 || one.disabled || !one.checkVisibility({ visibilityProperty: true })) return false;
        if (one.type !== "radio") return true;
        if (radios.has(one.name)) return false;
        return radios.add(one.name);
    }).length;
}"""

#: Leave the field in which a page begins, so that the next stop is the first of all.
FROM_THE_TOP = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
}"""

#: Where the focus is: a number for the element, what it is, and whether one sees it there.
HERE = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    window.stops ??= new Map();
    if (!window.stops.has(one)) window.stops.set(one, window.stops.size);
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const x = box.left + Math.min(box.width, 40) / 2, y = box.top + Math.min(box.height, 40) / 2;
    const top = document.elementFromPoint(x, y), labels = [...(one.labels ?? [])];
    return {
        number: window.stops.get(one),
        what: one.outerHTML.slice(0, 160),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        onTop: !!top && [one, ...labels].some((its) => its.contains(top) || top.contains(its)),
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


def walk(page, key="Tab"):
    """Go through the page by one key until the browser's own controls would come. Returns the stops."""
    found = []
    for _ in range(600):
        page.keyboard.press(key)
        here = page.evaluate(HERE)
        if here is None:
            page.wait_for_timeout(300)  # a frame gets the focus, and gives it back, a moment later
            here = page.evaluate(HERE)
        if here is None:
            return found
        found.append(here)
        lately = {stop["number"] for stop in found[-MOST_STOPS_WITHIN:]}
        assert len(lately) > 1 or len(found) < MOST_STOPS_WITHIN, f"held at {here['what']}"
    raise AssertionError(f"no end of {page.url}; lately {[stop['what'][:60] for stop in found[-4:]]}")


def pages():
    """The pages that a day at the desk is made of."""
    maya = Practitioner.objects.get(email="maya@example.com")
    luiza = Client.objects.get(name="Luiza Andrade")
    row = Assignment.objects.filter(client=luiza).first()
    reply = Reply.objects.sent().filter(delivery__assignment__client=luiza).first()
    module = Module.objects.of(maya).first()
    step = Step.objects.filter(module=module).first()
    return {
        "index": (),
        "people_client_changelist": (),
        "people_client_add": (),
        "people_client_change": (luiza.pk,),
        "people_client_import": (),
        "assignments_assignment_changelist": (),
        "assignments_assignment_add": (),
        "assignments_assignment_change": (row.pk,),
        "mailing_delivery_changelist": (),
        "mailing_step_preview": (step.pk,),
        "replies_reply_changelist": (),
        "replies_reply_change": (reply.pk,),
        "replies_client": (luiza.pk,),
        "replies_digest": (luiza.pk,),
        "resources_module_changelist": (),
        "resources_module_change": (module.pk,),
        "resources_step_change": (step.pk,),
        "resources_article_add": (),
        "me": (),
        "away": (),
        "second_factor": (),
        "help": (),
    }


@pytest.mark.parametrize("width", [390, 1280])
def test_tab_alone_goes_through_every_page_and_is_always_seen(desk, live_server, width):  # noqa: F811
    desk.set_viewport_size({"width": width, "height": 900})
    wrong = []
    for name, args in pages().items():
        desk.goto(live_server.url + reverse(f"admin:{name}", args=args))
        desk.evaluate(FROM_THE_TOP)
        stops = walk(desk)
        wrong += [
            f"{name}: {stop}" for stop in stops if not (stop["outlined"] and stop["inView"] and stop["onTop"])
        ]
        reached, reachable = len({stop["number"] for stop in stops}), desk.evaluate(STOPS)
        if reached < reachable:
            wrong.append(f"{name}: {reachable - reached} of {reachable} are left out")
        assert walk(desk, "Shift+Tab"), f"{name}: there is no way back"
    assert wrong == [], "\n".join(wrong)


def test_the_menu_of_a_phone_is_opened_walked_and_closed_by_keyboard(desk, live_server):  # noqa: F811
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(f"{live_server.url}/desk/")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Skip to the page")).to_be_focused()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    menu = desk.get_by_role("button", name="Menu")
    expect(menu).to_be_focused()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Today")).to_be_focused()
    desk.keyboard.press("Shift+Tab")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="Today")).to_be_hidden()
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.closest('main') !== null"), (
        "what is closed is not walked through"
    )


def test_from_the_skip_link_the_next_stop_is_in_the_page(desk, live_server):  # noqa: F811
    for path in ("/desk/", "/desk/people/client/", "/desk/assignments/assignment/add/"):
        desk.goto(live_server.url + path)
        desk.evaluate(FROM_THE_TOP)
        desk.keyboard.press("Tab")
        expect(desk.get_by_role("link", name="Skip to the page")).to_be_in_viewport()
        desk.keyboard.press("Enter")
        desk.keyboard.press("Tab")
        assert desk.evaluate("document.activeElement.closest('main') !== null"), path


@pytest.mark.parametrize("width", [390, 1280])
def test_a_question_is_removed_kept_after_all_and_removed(desk, live_server, width):  # noqa: F811
    step = Step.objects.filter(prompts__isnull=False).order_by("pk").first()
    _first, *others = step.prompts.all()
    desk.set_viewport_size({"width": width, "height": 900})
    desk.goto(live_server.url + reverse("admin:resources_step_change", args=(step.pk,)))
    row = desk.locator(".form-group").first
    remove = row.get_by_role("checkbox", name="Remove this question")
    assert remove.locator("xpath=ancestor::label").bounding_box()["height"] >= 44
    for _ in range(2):
        remove.focus()
        desk.keyboard.press("Space")
        expect(row).to_contain_text("This question goes when you save.")
        assert violations(desk) == []
        desk.keyboard.press("Tab")
        keep = row.get_by_role("button", name="Keep it")
        expect(keep).to_be_focused()
        assert all(desk.evaluate(HERE)[what] for what in ("outlined", "onTop", "inView"))
        assert keep.bounding_box()["height"] >= 44
        desk.keyboard.press("Enter")
        expect(remove).to_be_focused()
        expect(remove).not_to_be_checked()
        expect(row.get_by_role("textbox", name="Question")).to_be_visible()
    desk.keyboard.press("Space")
    desk.get_by_role("button", name="Save").focus()
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    assert [*step.prompts.all()] == others


def test_a_question_that_was_just_added_is_removed(desk, live_server):  # noqa: F811
    step = Step.objects.filter(prompts__isnull=False).order_by("pk").first()
    desk.goto(live_server.url + reverse("admin:resources_step_change", args=(step.pk,)))
    rows = desk.locator(".form-group:not(.empty-form)")
    before = rows.count()
    desk.get_by_role("link", name="Add another").focus()
    desk.keyboard.press("Enter")
    expect(rows).to_have_count(before + 1)
    rows.last.get_by_role("button", name="Remove this question").focus()
    desk.keyboard.press("Enter")
    expect(rows).to_have_count(before)
