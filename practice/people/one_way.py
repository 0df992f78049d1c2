"""A form that takes one thing in one of several ways, such as pasted or as a file."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext


class OneWayForm(forms.Form):
    """What was typed stays when it cannot be read. Subclasses name their ways, and read."""

    #: The fields of which one is to be filled, and what is said when none is, or several: marked with gettext_noop.
    ways: ClassVar[tuple[str, ...]]
    nothing: ClassVar[str]
    too_many: ClassVar[str]
    #: What `read` raises; its message is shown, translated if there is a translation of it.
    unreadable: ClassVar[type[Exception]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in self.ways if data.get(name)]
        if len(given) != 1:
            if not self.errors:
                said = self.too_many if given else self.nothing
                self.add_error(given[-1] if given else self.ways[0], gettext(said))
            return data
        try:
            self.read(given[0], data)
        except self.unreadable as why:
            self.add_error(given[0], gettext(str(why)))
        return data

    def read(self, way: str, data: dict[str, Any]) -> None:
        """Keep what was given in this way, the name of its field."""
        raise NotImplementedError
