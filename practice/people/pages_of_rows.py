"""Which rows stand on a page of a list, found without reading all that a row shows."""

from typing import Any

from django.core.paginator import Page, Paginator


class ThinPaginator(Paginator):
    """Finds the rows of a page by their ids, and reads those alone, in one statement.

    Asked for both at once, PostgreSQL joins and sorts everything that each row of the list shows, for 50 of thousands.
    """

    def page(self, number: Any) -> Page:
        page = super().page(number)
        rows: Any = page.object_list
        every: Any = self.object_list
        page.object_list = every.filter(pk__in=rows.values("pk"))
        return page
