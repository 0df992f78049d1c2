"""Mail scanners open every link, some a thousand times. Looking changes no row."""

from itertools import cycle, islice

from django.db import connection

from practice.replies.models import Reply
from tests.replies.paper import typed


def everything():
    """The content of every table."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {table: rows(cursor, table) for table in tables}


def rows(cursor, table):
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return sorted(map(repr, cursor.fetchall()))


def test_a_thousand_visits_to_every_link_change_no_row(phone, other_browser, link):
    phone.post(link, typed(phone.get(link), "Sent."))
    phone.post(link, typed(phone.get(f"{link}?another"), "Draft.") | {"save": "1"})
    before = everything()
    assert before["replies_reply"]
    pages = (
        "",
        "?another",
        f"?draft={Reply.objects.first().pk}",
        "draft/",
        "pace/",
        "stop/",
        "stop/?what=all",
        "address/?alone=no",
    )
    visits = cycle((page, method, browser) for page in pages for method in ("get", "head")
                   for browser in (phone, other_browser))  # fmt: skip
    for page, method, browser in islice(visits, 1000):
        response = getattr(browser, method)(link + page)
        assert response.status_code == (405 if page == "draft/" else 200)
    assert everything() == before
    assert not other_browser.cookies


def test_a_visit_before_anything_is_set_up_makes_no_row_either(phone, delivery, practice):
    practice.delete()
    before = everything()
    assert phone.get(f"/n/{delivery.token}/").status_code == 200
    assert phone.get("/n/nothing/").status_code == 404
    assert everything() == before
