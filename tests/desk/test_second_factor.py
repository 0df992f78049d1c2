"""The second factor: setting it up, signing in with it, recovery codes, and a practice that requires it."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from practice.desk import second_factor
from tests.cast import PASSWORD
from tests.meanwhile import meanwhile

PAGE = "/desk/me/second-factor/"
LOGIN = "/desk/login/?next=/desk/me/"
CODE = "/desk/login/code/"


def code_of(app, later=0):
    """What the app shows, or shows that many half minutes later."""
    app.refresh_from_db()
    totp = app.totp()
    totp.time += later * totp.step
    return f"{totp.token():06}"


def wrong(app):
    """Six digits that the app shows neither now nor in a minute."""
    fit = {code_of(app, later) for later in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in fit)


@pytest.fixture
def app(maya):
    """Maya's app, set up."""
    second_factor.begin(maya)
    app = second_factor.being_set_up(maya)
    app.recovery_codes = second_factor.switch_on(app)
    return app


def give_password(client, password=PASSWORD):
    return client.post(LOGIN, {"username": "maya@example.com", "password": password})


def give_code(client, code):
    return client.post(CODE, {"code": code})


def is_signed_in(client):
    return client.get("/desk/").status_code == 200


def secret_on(page):
    return BeautifulSoup(page.content, "html.parser").find(class_="desk-secret").text.replace(" ", "")


def confirm(client, code, password=PASSWORD):
    return client.post(PAGE, {"act": "confirm", "password": password, "code": code})


# --- Setting it up


def test_looking_at_the_page_makes_no_secret(client, maya):
    client.force_login(maya)
    client.get(PAGE)
    assert second_factor.being_set_up(maya) is None


def test_it_is_set_up_with_a_picture_or_letters_and_one_code(client, maya):
    client.force_login(maya)
    page = client.post(PAGE, {"act": "begin"}, follow=True)
    app = second_factor.being_set_up(maya)
    assert secret_on(page) == app.secret
    assert b'src="data:image/svg+xml' in page.content
    assert second_factor.of(maya) is None, "nothing is asked for before a code was given"

    page = confirm(client, code_of(app))
    codes = [code.text for code in BeautifulSoup(page.content, "html.parser").select(".desk-codes code")]
    assert len(set(codes)) == 10
    assert second_factor.of(maya) == app
    assert codes[0] not in client.get(PAGE).content.decode(), "they are shown once"


def test_a_second_press_changes_nothing_and_says_how_to_come_by_recovery_codes(client, maya):
    client.force_login(maya)
    client.post(PAGE, {"act": "begin"})
    code = code_of(second_factor.being_set_up(maya))
    confirm(client, code)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert b"If you have not seen your recovery codes" in confirm(client, code).content
    assert set(StaticToken.objects.values_list("token", flat=True)) == kept
    assert b"If you have not seen" not in client.get(PAGE).content


def test_so_does_one_that_comes_before_the_first_is_answered(client, maya):
    client.force_login(maya)
    client.post(PAGE, {"act": "begin"})
    code = code_of(second_factor.being_set_up(maya))
    with meanwhile('NOT "desk_codeapp"."confirmed"', lambda: confirm(client, code)):
        page = confirm(client, code).content.decode()
    assert "If you have not seen your recovery codes" in page
    assert "This code does not fit" not in page


def test_a_wrong_first_code_switches_nothing_on(client, maya):
    client.force_login(maya)
    client.post(PAGE, {"act": "begin"})
    page = confirm(client, wrong(second_factor.being_set_up(maya)))
    assert b"This code does not fit" in page.content
    assert second_factor.of(maya) is None


def test_setting_it_up_asks_for_the_password_and_spends_no_code_on_a_wrong_one(client, maya):
    client.force_login(maya)
    client.post(PAGE, {"act": "begin"})
    code = code_of(second_factor.being_set_up(maya))
    assert b"This is not your password" in confirm(client, code, password="something-else").content
    assert client.post(PAGE, {"act": "confirm", "code": code}).status_code == 200
    assert second_factor.of(maya) is None
    confirm(client, code)
    assert second_factor.of(maya)


def test_the_database_alone_tells_no_secret(app):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM desk_codeapp")
        (row,) = cursor.fetchall()
    assert app.secret not in map(str, row)
    assert app.secret in app.config_url


def test_secrets_are_encrypted_again_when_the_keys_change(app, settings):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    call_command("rotate_encryption_keys")
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    assert second_factor.of(app.user).secret == app.secret


# --- Signing in


def test_a_password_alone_signs_nobody_in(client, app):
    assert give_password(client).url == CODE
    assert not is_signed_in(client)
    page = client.get(CODE).content.decode()
    assert 'autocomplete="one-time-code"' in page


def test_a_code_signs_in_and_leads_to_where_one_wanted_to_go(client, app):
    give_password(client)
    assert give_code(client, code_of(app)).url == "/desk/me/"
    assert is_signed_in(client)


def test_a_code_without_a_password_is_worth_nothing(client, app):
    assert give_code(client, code_of(app)).url == reverse("admin:login")
    assert not is_signed_in(client)


def test_a_code_works_once(client, app):
    code = code_of(app)
    give_password(client)
    give_code(client, code)
    client.logout()
    give_password(client)
    assert b"does not fit" in give_code(client, code).content


def test_a_recovery_code_signs_in_once_however_it_is_typed(client, app):
    give_password(client)
    give_code(client, app.recovery_codes[0].upper().replace("-", " "))
    assert is_signed_in(client)
    client.logout()
    give_password(client)
    give_code(client, app.recovery_codes[0])
    assert not is_signed_in(client)


def test_after_a_wrong_code_even_a_right_one_has_to_wait(client, app):
    give_password(client)
    for _ in range(3):
        app.refresh_from_db()
        app.throttling_failure_timestamp = None
        app.save()
        give_code(client, wrong(app))
    page = give_code(client, code_of(app)).content.decode()
    assert "wait 4 seconds" in page
    assert not is_signed_in(client)


@pytest.mark.parametrize("kind", ["app", "recovery code"])
def test_however_many_wrong_codes_nobody_waits_longer_than_five_minutes(client, app, kind):
    device = app if kind == "app" else StaticDevice.objects.get()
    give_password(client)
    for _ in range(30):
        type(device).objects.update(throttling_failure_timestamp=None)
        give_code(client, wrong(app) if kind == "app" else "aaaaa-aaaaa")
    code = code_of(app) if kind == "app" else app.recovery_codes[0]
    assert 240 < second_factor.seconds_to_wait(app.user, code) <= 300
    assert "wait 5 minutes" in give_code(client, code).content.decode()

    long_ago = timezone.now() - timedelta(minutes=5)
    type(device).objects.update(throttling_failure_timestamp=long_ago)
    assert give_code(client, code).status_code == 302


def test_a_password_that_was_changed_meanwhile_needs_to_be_given_again(client, maya, app):
    give_password(client)
    maya.set_password("something-else-entirely")
    maya.save()
    assert give_code(client, code_of(app)).url == reverse("admin:login")


def test_somebody_who_may_no_longer_sign_in_is_stopped_at_the_code(client, maya, app):
    give_password(client)
    maya.is_active = False
    maya.save()
    give_code(client, code_of(app))
    assert not is_signed_in(client)


def test_the_password_waits_ten_minutes_for_its_code(client, app):
    give_password(client)
    session = client.session
    session["halfway"]["at"] -= 601
    session.save()
    assert give_code(client, code_of(app)).url == reverse("admin:login")


def test_a_code_of_anothers_app_does_not_fit(client, app, tom):
    second_factor.begin(tom)
    toms = second_factor.being_set_up(tom)
    second_factor.switch_on(toms)
    give_password(client)
    give_code(client, code_of(toms))
    assert not is_signed_in(client)


# --- Recovery codes, and switching it off


def test_recovery_codes_are_not_kept_as_they_are(app):
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert not kept & {code.replace("-", "") for code in app.recovery_codes}


def test_new_recovery_codes_ask_for_a_code_and_replace_the_old_ones(client, maya, app):
    client.force_login(maya)
    client.post(PAGE, {"act": "codes", "code": ""})
    assert second_factor.accept(maya, app.recovery_codes[0])
    page = client.post(PAGE, {"act": "codes", "code": code_of(app)})
    new = BeautifulSoup(page.content, "html.parser").select(".desk-codes code")[0].text
    assert not second_factor.accept(maya, app.recovery_codes[1])
    StaticToken.objects.first().device.throttle_reset()
    assert second_factor.accept(maya, new)


@pytest.mark.parametrize("missing", ["password", "code"])
def test_switching_off_asks_for_the_password_and_a_code(client, maya, app, missing):
    client.force_login(maya)
    client.post(PAGE, {"act": "off", "password": PASSWORD, "code": code_of(app)} | {missing: "123"})
    assert second_factor.of(maya)


def test_switched_off_the_password_is_enough_again(client, maya, app):
    client.force_login(maya)
    client.post(PAGE, {"act": "off", "password": PASSWORD, "code": code_of(app)})
    client.logout()
    assert give_password(client).url == "/desk/me/"


def test_who_lost_everything_is_helped_by_whoever_runs_the_installation(client, app):
    call_command("forget_second_factor", "Maya@example.com")
    assert give_password(client).url == "/desk/me/"


# --- A practice that requires it


def test_where_it_is_required_nothing_else_is_open_without_it(client, maya, ada, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    give_password(client)
    for name, args in (
        ("index", []),
        ("me", []),
        ("people_client_change", [ada.pk]),
        ("password_change", []),
    ):
        assert client.get(reverse(f"admin:{name}", args=args)).url == PAGE
    assert b"Ada" not in client.get(PAGE).content

    client.post(PAGE, {"act": "begin"})
    confirm(client, code_of(second_factor.being_set_up(maya)))
    assert is_signed_in(client)


def test_where_it_is_required_nobody_switches_it_off(client, app, settings, maya):
    settings.SECOND_FACTOR_REQUIRED = True
    give_password(client)
    give_code(client, app.recovery_codes[0])
    client.post(PAGE, {"act": "off", "password": PASSWORD, "code": code_of(app)})
    assert second_factor.of(maya)


def test_a_browser_signed_in_by_password_before_it_was_set_up_signs_in_again(client, maya, app, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(maya)
    assert client.get("/desk/").url == reverse("admin:login")
    assert client.get(PAGE).url.startswith(reverse("admin:login"))
