"""Registers the admin pages of this room; each kind of page has its own file."""

from resources.library_admin import LibraryPromptAdmin
from resources.module_admin import ModuleAdmin, StepAdmin
from resources.review_admin import ArticleAdmin

__all__ = ["ArticleAdmin", "LibraryPromptAdmin", "ModuleAdmin", "StepAdmin"]
