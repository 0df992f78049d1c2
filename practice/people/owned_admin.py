"""The one owner-scoped admin base, and the only place that imports the admin skin's classes.

Scoping `get_queryset` alone is not enough: selects, filters, prefilled and posted ids, unique-address errors and
"does not exist" redirects tell as much. Everything that can carry another practitioner's row is closed here, and what
cannot be closed here is refused by `manage.py check`.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core import checks
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin as SkinnedModelAdmin
from unfold.admin import StackedInline as SkinnedStackedInline
from unfold.admin import TabularInline as SkinnedTabularInline
from unfold.admin import checkbox as skinned_checkbox
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminRadioSelectWidget as RadioSelect
from unfold.widgets import UnfoldAdminTextareaWidget as Textarea
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from practice.people import audit
from practice.people.fields import encrypted_fields
from practice.people.ownership import owned_model, practitioner_of
from practice.people.pages_of_rows import ThinPaginator

__all__ = [
    "InstallationAdmin",
    "OwnedAdmin",
    "OwnedForm",
    "OwnedRelatedFilter",
    "OwnedStackedInline",
    "OwnedTabularInline",
    "RadioSelect",
    "TextInput",
    "Textarea",
]


#: What a filter offers at most.
MOST_CHOICES = 30

# --- Forms --------------------------------------------------------------------------------------


def offer_own_rows(form: forms.BaseForm, owner: Any) -> None:
    """Leave only the owner's rows in every choice of a form: another's id is then as wrong as one that is nobody's."""
    for field in form.fields.values():
        if (
            isinstance(field, forms.ModelChoiceField)
            and field.queryset is not None
            and owned_model(field.queryset.model)
        ):
            field.queryset = field.queryset.of(owner)  # type: ignore[attr-defined]


class OwnedForm(forms.ModelForm):
    """A form that knows the owner before it validates, so that "one client per address" is asked of their rows only."""

    owner: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_own_rows(self, self.owner)
        if self.instance.pk is None and self._meta.model.owner_path == "practitioner":
            self.instance.practitioner = self.owner

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"practitioner"}  # type: ignore[misc]


class OwnedInlineFormSet(PaginationInlineFormSet):
    """Rows below a parent. Also the hidden id of each row is a choice, and would tell which ids are taken."""

    owner: Any = None

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        super().add_fields(form, index)
        offer_own_rows(form, self.owner)


class OwnedRelatedFilter(admin.RelatedFieldListFilter):
    """A list filter by a related row that offers own rows only. Taken by itself for every relation to owned rows.

    Hundreds of rows are no choice: then it offers only the one that the address names, and the search finds the others.
    """

    def field_choices(self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[Any]:
        model = field.related_model
        ordering = self.field_admin_ordering(field, request, model_admin)
        rows = model.objects.of(practitioner_of(request)).order_by(*(ordering or model._meta.ordering))
        rows = rows.defer(*(secret.name for secret in encrypted_fields(model)))
        offered = list(rows[: MOST_CHOICES + 1])
        if len(offered) > MOST_CHOICES:
            offered = rows.filter(
                pk__in=[pk for pk in self.lookup_val or () if pk.isdecimal() and len(pk) < 19]
            )
        return [(row.pk, str(row)) for row in offered]

    def has_output(self) -> bool:
        return bool(self.lookup_val) or super().has_output()


admin.FieldListFilter.register(
    lambda field: field.is_relation and owned_model(field.related_model) is not None,
    OwnedRelatedFilter,
    take_priority=True,
)


# --- Pages --------------------------------------------------------------------------------------


class OwnedScope:
    """What admin pages and inlines share: own rows only, and nobody else's permission."""

    model: Any
    opts: Any

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).of(practitioner_of(request))  # type: ignore[misc]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*(super().get_exclude(request, obj) or ()), "practitioner"]  # type: ignore[misc]

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        user = practitioner_of(request)
        return bool(user.is_active) and (obj is None or obj.pk is None or obj.owner_id() == user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(practitioner_of(request).is_active)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Refuse, at start, what would show another practitioner's rows."""
        return [*super().check(**kwargs), *(checks.Error(leak, obj=type(self)) for leak in self._leaks())]  # type: ignore[misc]

    def _leaks(self) -> list[str]:
        # Django looks up the name behind a raw id without asking whose row it is.
        return ["raw_id_fields tells names by id: use autocomplete_fields."] if self.raw_id_fields else []  # type: ignore[attr-defined]


class OwnedInlineScope(OwnedScope):
    """What both kinds of inline share."""

    formset = OwnedInlineFormSet
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        formset.owner = practitioner_of(request)  # the class was made for this request alone
        return formset

    def _leaks(self) -> list[str]:
        own = issubclass(self.formset, OwnedInlineFormSet)
        return [*super()._leaks(), *([] if own else ["formset must be an OwnedInlineFormSet."])]


class OwnedStackedInline(OwnedInlineScope, SkinnedStackedInline):
    """Rows of the same practitioner below their parent."""


class OwnedTabularInline(OwnedInlineScope, SkinnedTabularInline):
    """Rows of the same practitioner below their parent, as a table."""


class OwnedAdmin(OwnedScope, SkinnedModelAdmin):
    """Base of every admin page over rows that belong to a practitioner. Another's row is a 404."""

    form = OwnedForm
    view_on_site = False
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50
    paginator = ThinPaginator
    #: What an empty list says: what will come here, and what to do next.
    when_empty: str | Promise = ""
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = False

    @admin.display(description=SkinnedModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Any) -> SafeString:
        # The skin's own goes through a template for every row, and calls each of them "Select record".
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="{}" aria-label="{}">',
            *(ACTION_CHECKBOX_NAME, obj.pk, skinned_checkbox.attrs["class"]),
            _("Select “%(row)s”") % {"row": self.called(obj)},
        )

    def called(self, obj: Any) -> str:
        """What tells a row from the others of a list."""
        return str(obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.owner = practitioner_of(request)  # the class was made for this request alone
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and obj.owner_path == "practitioner":
            obj.practitioner = practitioner_of(request)
        if obj.owner_id() != practitioner_of(request).pk:
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        # One button that says what happens, instead of three.
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def own_or_404(self, request: HttpRequest, pk: object) -> Any:
        """The practitioner's own row with this id. Raises Http404 for another's, a missing one, and a garbled id."""
        obj = self.get_object(request, str(pk))
        if obj is None:
            raise Http404
        return obj

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        self.own_or_404(request, object_id)  # before anything is said about what may be deleted
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], Any, set[Any], list[Any]]:
        # What hangs below a row goes with it, whatever may be deleted alone. Counting what has a page says enough.
        _, counts, _, protected = super().get_deleted_objects(objs, request)
        known = {str(model._meta.verbose_name_plural) for model in self.admin_site._registry}
        return [], {name: count for name, count in counts.items() if str(name) in known}, set(), protected

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        # Django redirects to the home page with a message; a 404 tells nothing and is the same everywhere.
        raise Http404

    def _leaks(self) -> list[str]:
        leaks = super()._leaks()
        if not issubclass(self.form, OwnedForm):
            leaks.append("form must be an OwnedForm.")
        if self.list_editable:
            leaks.append("list_editable tells which ids are taken: use actions.")
        leaks += [
            f"list_filter {filter_!r} may offer others' rows."
            for filter_ in self.list_filter
            if not _is_safe(filter_)
        ]
        return leaks


def _is_safe(list_filter: Any) -> bool:
    """Whether a filter offers fixed choices or own rows. (A plain name gets a safe one, except across a relation.)"""
    if isinstance(list_filter, str):
        return "__" not in list_filter
    safe = (
        OwnedRelatedFilter,
        admin.RelatedOnlyFieldListFilter,
        admin.ChoicesFieldListFilter,
        admin.BooleanFieldListFilter,
        admin.DateFieldListFilter,
        admin.EmptyFieldListFilter,
        admin.SimpleListFilter,
    )
    return issubclass(list_filter[1] if isinstance(list_filter, tuple) else list_filter, safe)


class InstallationAdmin(SkinnedModelAdmin):
    """Base of the few pages about the installation itself: for superusers only."""

    view_on_site = False
    show_facets = admin.ShowFacets.NEVER
    warn_unsaved_form = True
    compressed_fields = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(practitioner_of(request).is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(practitioner_of(request).is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(practitioner_of(request).is_superuser)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    # Whatever changes the installation stands in its audit trail, too.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        audit.note(practitioner_of(request), audit.Action.ADDED, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        audit.note(practitioner_of(request), audit.Action.CHANGED, obj)
        return super().log_change(request, obj, message)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        raise Http404
