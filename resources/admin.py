"""Registers the admin pages of this room; each kind of page has its own file."""

from resources.library_admin import LibraryPromptAdmin
from resources.module_admin import ModuleAdmin
from resources.review_admin import ArticleAdmin
from resources.step_admin import StepAdmin

__all__ = ["ArticleAdmin", "LibraryPromptAdmin", "ModuleAdmin", "StepAdmin"]
