"""Leave this page: the session ends, and what comes next could be on anybody's screen."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from practice.people.models import Practice
from practice.replies.private import with_headers

SEE_OTHER = 303


def see_other(address: str) -> HttpResponse:
    """Lead on to this address, in place of an answer to the form."""
    response = HttpResponseRedirect(address)
    response.status_code = SEE_OTHER
    return response


# As on the pages it leaves, no cookie is asked for; and the session's own never comes along from another site.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """A POST ends the session. A GET shows an empty page that leads on to the practice's neutral one.

    Not there at once: browsers hold what follows a form to the page's policy, which lets it go nowhere else.
    """
    if request.method == "POST":
        request.session.flush()
        return with_headers(see_other(request.path))
    practice = Practice.objects.first() or Practice()
    return with_headers(render(request, "reflection/elsewhere.html", {"practice": practice}))
