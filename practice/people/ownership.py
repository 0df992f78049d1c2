"""Who may see whom. A practitioner sees their own rows; of another's they learn not even that it exists."""

from typing import Any, ClassVar, Self, cast

from django.db import models
from django.http import HttpRequest


class OwnedQuerySet(models.QuerySet[Any, Any]):
    """A queryset of rows that belong to one practitioner, by the path that the model names in `owner_path`."""

    def of(self, practitioner: Any) -> Self:
        """Only the rows of this practitioner. There is no exception for superusers: they run the installation."""
        path = cast(type[Owned], self.model).owner_path
        return self.filter(**{path: practitioner.pk})


class Owned(models.Model):
    """Base of every model whose rows belong to a practitioner."""

    #: The lookup from this model to its practitioner, such as "client__practitioner".
    owner_path: ClassVar[str] = "practitioner"

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True

    def owner_id(self) -> int | None:
        """The id of the practitioner this row belongs to, found along `owner_path`."""
        row: Any = self
        *path, last = self.owner_path.split("__")
        for name in path:
            row = getattr(row, name)
        return cast("int | None", getattr(row, f"{last}_id"))


def owned_model(model: type[models.Model] | None) -> type[Owned] | None:
    """The model if its rows are owned, else None."""
    return model if model is not None and issubclass(model, Owned) else None


def is_for_a_list(request: HttpRequest) -> bool:
    """Whether a list of rows at the desk is asked for, and not the page of one of them."""
    here = request.resolver_match
    return here is not None and str(here.url_name).endswith("_changelist")


def practitioner_of(request: HttpRequest) -> Any:
    """The signed-in practitioner."""
    return request.user
