"""A page as a PDF, with WeasyPrint where it is installed: the optional extra `pdf`."""

from importlib.util import find_spec


class CannotMakePdf(RuntimeError):
    """WeasyPrint is not installed, or lacks a library of the system."""


def is_installed() -> bool:
    """Whether WeasyPrint is there. It is imported only when a PDF is asked for: that takes a second."""
    return find_spec("weasyprint") is not None


def ensure_installed() -> None:
    """Raises CannotMakePdf where it is not there."""
    if not is_installed():
        raise CannotMakePdf


def pdf_of(html: str) -> bytes:
    """The page as a PDF. Nothing is fetched for it, from anywhere. Raises CannotMakePdf."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise CannotMakePdf from error
    made: bytes = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=())).write_pdf()
    return made
