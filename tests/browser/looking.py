"""Looking at a page as somebody would who cannot see it, or has a narrow screen."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

#: What axe looks for. Of what is in order it keeps little: gathering that takes as long as looking.
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def press(page: Page, name: str, role: str = "button", **options) -> None:
    """Press what leads to another page (`options` as for get_by_role) and be there: right after a click the old page is
    sometimes gone and the new one not yet made."""
    with page.expect_navigation():
        page.get_by_role(role, name=name, **options).click()


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds on this page: rule and the first places."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", WCAG)
    return [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]


def fits(page: Page) -> bool:
    """Nothing lies beyond the right edge."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def check(page: Page, state: str) -> None:
    """Fails unless everybody can use this page."""
    assert violations(page) == [], state
    assert fits(page), f"{state}: something lies beyond the right edge"
