"""Tells the parts of a web page that are not the article: menus, share bars, sign-ups, pictures, forms."""

import re

from django.utils.translation import gettext_noop
from lxml.etree import _Comment, _ProcessingInstruction
from lxml.html import HtmlElement

from resources import boilerplate
from resources.blocks import count_words

UNSEEN = {"script", "style", "template", "head", "link", "meta", "noscript", "title"}
PICTURE = gettext_noop("A picture: emails carry words only")
VIDEO = gettext_noop("A video or another embedded thing: emails carry words only")
FORM = gettext_noop("A form or a button")
ASIDE = gettext_noop("A box beside the text")
FOOT = gettext_noop("The foot of the article")
HIDDEN = gettext_noop("Hidden on the page")
CHROME_TAGS = {
    "nav": boilerplate.NAVIGATION,
    "form": FORM,
    "button": FORM,
    "select": FORM,
    "aside": ASIDE,
    "footer": FOOT,
    "iframe": VIDEO,
    "video": VIDEO,
    "audio": VIDEO,
    "object": VIDEO,
    "embed": VIDEO,
}
# Words in the class or id of an element.
CHROME_NAMES = {
    boilerplate.SHARE: "share sharing sharedaddy shares social socials addtoany",
    boilerplate.COMMENTS: "comments comment disqus respond",
    boilerplate.RELATED: "related recommended jp-relatedposts",
    boilerplate.NEWSLETTER: "newsletter subscribe subscription signup optin mailchimp",
    boilerplate.NAVIGATION: "breadcrumb breadcrumbs pagination navigation toc menu skip-link",
    boilerplate.TAGS: "tags categories taglist",
    boilerplate.ABOUT: "bio author-box authorbox author-bio",
    boilerplate.BYLINE: "byline dateline entry-meta post-meta article-meta meta",
    gettext_noop("A notice of the page"): "cookie cookies consent popup modal banner",
    boilerplate.ADVERTISEMENT: "advert advertisement ad ads promo sponsored cta",
}
REASON_OF_NAME = {name: reason for reason, names in CHROME_NAMES.items() for name in names.split()}
LARGEST_CHROME = 0.4


def is_text(node: HtmlElement) -> bool:
    """Whether a node is an element that a reader can see, not a comment or a script."""
    return not isinstance(node, _Comment | _ProcessingInstruction) and node.tag not in UNSEEN


def chrome_reason(element: HtmlElement, total: int) -> str:
    """Why an element is the page's and not the article's, by its tag or its name, or ""."""
    if element.tag in CHROME_TAGS:
        return CHROME_TAGS[element.tag]
    if element.tag in ("body", "main", "article", "p", "li") or (
        element.tag[:1] == "h" and element.tag[1:].isdigit()
    ):
        return ""
    style = (element.get("style") or "").replace(" ", "").lower()
    reason = HIDDEN if "display:none" in style or element.get("hidden") is not None else ""
    for name in f"{element.get('class') or ''} {element.get('id') or ''}".lower().split():
        words = [name, *re.split(r"[-_]+", name)]
        reason = reason or next((REASON_OF_NAME[word] for word in words if word in REASON_OF_NAME), "")
    if not reason or reason == boilerplate.COMMENTS:
        return reason
    return reason if count_words(" ".join(element.itertext())) <= max(LARGEST_CHROME * total, 8) else ""
