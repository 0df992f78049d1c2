"""The reflection page: reading, questions, a draft that keeps itself, and one button that sends."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from practice.mailing import personal
from practice.mailing.models import Delivery
from practice.replies import address
from practice.replies.forms import ReflectionForm
from practice.replies.leaving import see_other
from practice.replies.models import Reply, ReplyQuerySet
from practice.replies.private import private_page, render
from practice.replies.sheet import Sheet
from practice.replies.writing import write


def find_open(request: HttpRequest, token: str) -> Delivery | None:
    """The delivery of an open link; also of one that expired while its page was open and being written on."""
    if delivery := Delivery.objects.by_token(token):
        return delivery
    delivery = Delivery.objects.by_token_even_expired(token) if request.method == "POST" else None
    return delivery if delivery and Sheet.unseal(request.POST.get("sheet", ""), delivery) else None


@private_page(find_open)
@require_http_methods(["GET", "HEAD", "POST"])
def reflection(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Show the reading and its questions; take a draft ("Save for later") or a reflection ("Send"); give one back."""
    if request.method != "POST":
        return _page(request, delivery)
    if "take_back" in request.POST:
        return _take_back(request, delivery)
    return _save(request, delivery) if "save" in request.POST else _send(request, delivery)


def _page(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    own = own_replies(request, delivery)
    done = _asked_for(request, "done", own)
    if done and (done.sent_at or done.kept_at):
        return _done_page(request, delivery, done)
    if begun := _begun(request, own):
        return _draft_page(request, delivery, begun, state="saved" if "saved" in request.GET else "draft")
    if own.exists() and "another" not in request.GET:
        return _sent_page(request, delivery, own.sent())
    sheet = Sheet.blank(delivery)
    return _writing_page(request, delivery, sheet, ReflectionForm(sheet.questions))


@private_page(find_open)
@require_POST
def draft(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Keep what is on the page as a draft, by itself or because a button was pressed ("save"). Answers with the sheet
    that the page carries from now on, or that the page was sent and nothing was typed since."""
    sheet = _sheet(request, delivery)
    reply = _keep(request, delivery, sheet, pressed="save" in request.POST)
    if reply and reply.sent_at:
        return JsonResponse({"state": "sent"})
    continued = Sheet.continuing(reply, reply.page) if reply else sheet
    state = "only here" if _is_only_here(request, delivery, sheet) else "saved"
    return JsonResponse({"state": state, "sheet": continued.seal(delivery)})


def own_replies(request: HttpRequest, delivery: Delivery) -> ReplyQuerySet:
    """What this browser session wrote to this email. Anybody else with the link sees nothing of it."""
    return delivery.replies.filter(pk__in=request.session.get("replies", []))


def _send(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    sheet = _sheet(request, delivery)
    form = ReflectionForm(sheet.questions, request.POST, sending=True)
    if not form.is_valid():
        # What does not fit is kept all the same, as a draft.
        reply = _keep(request, delivery, sheet, pressed=True)
        sheet = Sheet.continuing(reply, reply.page) if reply else sheet
        return _writing_page(request, delivery, sheet, form, status=422)
    now, typed = timezone.now(), _typed(request)
    reply = write(delivery, sheet, form.values(), now, choice=form.choice(), send=True, typed=typed)
    _remember(request, reply)
    if reply is None:
        return _sent_page(request, delivery, delivery.replies.none(), just_now=True)
    if _finds_it_again(request, delivery):
        return see_other(f"{request.path}?done={reply.pk}")
    return _done_page(request, delivery, reply, only_here=_is_only_here(request, delivery, sheet))


def _save(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    sheet = _sheet(request, delivery)
    reply = _keep(request, delivery, sheet, pressed=True)
    if reply and _finds_it_again(request, delivery):
        asked = f"done={reply.pk}" if reply.sent_at else f"saved&draft={reply.pk}#writing"
        return see_other(f"{request.path}?{asked}")
    only_here = _is_only_here(request, delivery, sheet)
    if reply and reply.sent_at:
        return _sent_page(request, delivery, delivery.replies.filter(pk=reply.pk), only_here=only_here)
    if reply:
        state = "only here" if only_here else "perhaps only here"
        return _draft_page(request, delivery, reply, reply.page, state=state)
    return _writing_page(request, delivery, sheet, ReflectionForm(sheet.questions))


def _finds_it_again(request: HttpRequest, delivery: Delivery) -> bool:
    """Whether this browser can be led on to what it wrote. What it reads in answer to a form instead, it sends again at
    a press of Back, even once the page was left; but where it keeps no cookies, or the link is over by now, it would
    come to an empty page."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and delivery.link_expires_at > timezone.now()


def _is_only_here(request: HttpRequest, delivery: Delivery, sheet: Sheet) -> bool:
    """Whether nothing will lead this browser back to what is on its page: the link is over by now, or the cookie that
    came with the draft on it did not come back. At the first save nobody can know that yet."""
    is_open = delivery.link_expires_at > timezone.now()
    return not is_open or (sheet.reply is not None and settings.SESSION_COOKIE_NAME not in request.COOKIES)


def _take_back(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Make a draft again of what this browser sent, if nobody has opened it yet."""
    asked_for = request.POST["take_back"]
    reply = next((one for one in own_replies(request, delivery) if str(one.pk) == asked_for), None)
    if reply is None:
        sheet = Sheet.blank(delivery)
        return _writing_page(request, delivery, sheet, ReflectionForm(sheet.questions), state="not yours")
    if reply.sent_at and not delivery.replies.filter(pk=reply.pk).take_back():
        return _sent_page(request, delivery, delivery.replies.filter(pk=reply.pk), stays=True)
    return _draft_page(request, delivery, reply, state="taken back")


def _keep(request: HttpRequest, delivery: Delivery, sheet: Sheet, *, pressed: bool) -> Reply | None:
    form = ReflectionForm(sheet.questions, request.POST)
    form.is_valid()
    now, typed = timezone.now(), _typed(request)
    reply = write(delivery, sheet, form.values(), now, choice=form.choice(), pressed=pressed, typed=typed)
    _remember(request, reply)
    return reply


def _remember(request: HttpRequest, reply: Reply | None) -> None:
    """Let this browser session, and no other, see this reply again."""
    if reply:
        others = [pk for pk in request.session.get("replies", []) if pk != reply.pk]
        request.session["replies"] = [*others, reply.pk]


def _sheet(request: HttpRequest, delivery: Delivery) -> Sheet:
    return Sheet.unseal(request.POST.get("sheet", ""), delivery) or Sheet.blank(delivery)


def _typed(request: HttpRequest) -> int:
    """How much had been typed on the page that sends this, as it counts; without scripts it does not."""
    said = request.POST.get("typed", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _begun(request: HttpRequest, own: ReplyQuerySet) -> Reply | None:
    """The draft to carry on with: the one asked for, else the last one saved."""
    drafts = own.drafts().order_by("-saved_at", "-pk")
    return _asked_for(request, "draft", drafts) or drafts.first()


def _asked_for(request: HttpRequest, name: str, own: ReplyQuerySet) -> Reply | None:
    """The one of these that the address names, if it does."""
    asked_for = request.GET.get(name, "")
    return next((reply for reply in own if str(reply.pk) == asked_for), None) if asked_for else None


def _draft_page(
    request: HttpRequest, delivery: Delivery, begun: Reply, page: str = "", state: str = "draft"
) -> HttpResponse:
    """The page on which a draft is carried on with; a new one, unless it is named."""
    sheet = Sheet.continuing(begun, page)
    form = ReflectionForm(sheet.questions, saved=begun.values(), choice=begun.choice())
    return _writing_page(request, delivery, sheet, form, state=state, begun=begun)


def _writing_page(
    request: HttpRequest,
    delivery: Delivery,
    sheet: Sheet,
    form: ReflectionForm,
    status: int = 200,
    *,
    state: str = "",
    begun: Reply | None = None,
) -> HttpResponse:
    """`state` says how this page came about: "draft", "saved", "perhaps only here" or "only here" (saved, but it may be
    that nothing leads back to it), "taken back", "not yours", or "" for a new one."""
    own = own_replies(request, delivery)
    context = {
        "form": form,
        "note": personal.notes_of([delivery]).get(delivery.pk),
        "sheet": sheet.seal(delivery),
        "typed": _typed(request),
        "state": state,
        "begun": begun,
        "sent": own.sent(),
        "other_drafts": [reply for reply in own.drafts() if reply.pk != sheet.reply],
    }
    return render(request, "reflection.html", delivery, context, status)


def _done_page(
    request: HttpRequest, delivery: Delivery, reply: Reply, *, only_here: bool = False
) -> HttpResponse:
    """Thanks for what was sent, or kept for themselves."""
    if not reply.sent_at:
        return render(request, "kept.html", delivery, {"reply": reply, "only_here": only_here})
    replies = delivery.replies.filter(pk=reply.pk)
    return _sent_page(request, delivery, replies, just_now=True, only_here=only_here)


def _sent_page(
    request: HttpRequest,
    delivery: Delivery,
    replies: ReplyQuerySet,
    *,
    just_now: bool = False,
    stays: bool = False,
    only_here: bool = False,
) -> HttpResponse:
    """What was sent, and how far it has come. `stays` where it could not be taken back; `only_here` where this browser
    will not be known again, and so cannot take it back."""
    shown = list(replies.prefetch_related("answers"))
    context = {
        "sent": shown,
        "has_shared_words": any(reply.has_shared_words() for reply in shown),
        "may_be_taken_back": set(replies.unopened().values_list("pk", flat=True)),
        "just_now": just_now,
        "only_here": only_here,
        "stays": stays,
        "asks_of_address": address.asks(delivery, timezone.now()),
        "was_last": bool(personal.last_ones([delivery])),
    }
    return render(request, "sent.html", delivery, context)
