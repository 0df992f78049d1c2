"""The questions below a step as a page sends them, beside those that there are by now."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from practice.people.long_open_form import words_there
from practice.people.owned_admin import OwnedInlineFormSet
from resources.library import PromptKind
from resources.models import Prompt, Step
from resources.questions import lines_of

Row = dict[str, str]


class PromptFormSet(OwnedInlineFormSet):
    """Questions that another window removed, added or changed meanwhile: what was typed here stays beside them."""

    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_behind = False
        self.removed_there: list[str] = []
        self.added_there: list[str] = []
        if self.is_bound and self.management_form.is_valid():
            # Locked before the questions are read: a second press on "Save" waits for what the first one does.
            step = Step.locked(self.instance.pk) if self.instance.pk else None
            self.is_behind = step is not None and self.data.get("seen") != str(step.revision)
            self._put_beside(list(self.get_queryset()))

    def clean(self) -> None:
        super().clean()
        for form in self.forms if self.is_behind else []:
            self._tell(form)

    def _put_beside(self, questions: list[Prompt]) -> None:
        """Give every question that there is its row, in their order. A row whose question is gone becomes a new one."""
        known = {str(question.pk) for question in questions}
        posted = self._posted()
        own = {row["id"]: row for row in posted if row.get("id") in known}
        others = [row for row in posted if row.get("id") not in known]
        new = [row for row in others if not (row.get("id") and "DELETE" in row)]
        rows: list[Row] = []
        for question in questions:
            row = own.get(str(question.pk)) or _same_among(new, question)
            if row is None:
                self.added_there.append(self.add_prefix(len(rows)))
            rows.append(row or _row_of(question))
        self._take([*rows, *new], of_them_known=len(rows))

    def _posted(self) -> list[Row]:
        """The rows of the page, each by the names of its fields."""
        rows: dict[str, Row] = defaultdict(dict)
        for name in self.data:
            row, _dash, field = name.rpartition("-")
            rows[row][field] = self.data[name]
        return [rows[self.add_prefix(number)] for number in range(self.total_form_count())]

    def _take(self, rows: list[Row], of_them_known: int) -> None:
        """Go on as if the page had sent these rows, first those of questions that there are."""
        names = {self.add_prefix(number) for number in range(self.total_form_count())}
        data = self.data.copy()
        for name in self.data:
            if name.rpartition("-")[0] in names:
                del data[name]
        for number, row in enumerate(rows):
            prefix = self.add_prefix(number)
            if number >= of_them_known and row.get("id"):
                self.removed_there.append(prefix)
                row["id"] = ""
            data.update({f"{prefix}-{field}": value for field, value in row.items()})
        data[self.management_form.add_prefix("TOTAL_FORMS")] = str(len(rows))
        data[self.management_form.add_prefix("INITIAL_FORMS")] = str(of_them_known)
        self.data = data
        del self.management_form  # it is made anew, with these numbers

    def _tell(self, form: Any) -> None:
        """Say by a question what another window did with it."""
        if form.prefix in self.removed_there:
            form.add_error("text", _("There, this question was removed."))
        elif form.prefix in self.added_there:
            form.add_error("text", _("This question was added there."))
        elif form.instance.pk:
            for name in {"text", "kind", "options"} & {*form.changed_data}:
                form.add_error(name, words_there(_in_words(name, form.initial[name])))


def _row_of(question: Prompt) -> Row:
    """A question as its own page would send it."""
    options = "\n".join(question.options)
    row = {"id": question.pk, "text": question.text, "kind": question.kind, "options": options}
    return {name: str(value) for name, value in (row | {"position": question.position}).items()}


def _same_among(new: list[Row], question: Prompt) -> Row | None:
    """Take out of the new rows the one that asks the same, with this question's id, if there is one.

    A second press on "Save" sends it: its page knew no id yet.
    """
    same = next((row for row in new if _says(row) == _says(_row_of(question))), None)
    if same is None:
        return None
    new.remove(same)
    return same | {"id": str(question.pk)}


def _says(row: Row) -> tuple[str, str, list[str]]:
    """What a row asks, whatever its place."""
    kind = row.get("kind", "")
    options = [] if kind == PromptKind.TEXT else lines_of(row.get("options", ""))
    return kind, row.get("text", "").strip(), options


def _in_words(name: str, value: Any) -> str:
    """A field of a question as the page shows it."""
    if name == "kind":
        return str(PromptKind(value).label)
    return " · ".join(value) if name == "options" else str(value)
