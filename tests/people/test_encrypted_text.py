"""Private notes and reflections are encrypted at rest, and fail loudly."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from practice.people.fields import CannotDecrypt
from practice.people.models import Client

SECRET = "Her mother's illness — ask gently."
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def ada_with_note(ada):
    ada.private_note = SECRET
    ada.save()
    return ada


def stored_note(client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_note FROM people_client WHERE id = %s", [client.pk])
        return cursor.fetchone()[0]


def put(client, raw):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_client SET private_note = %s WHERE id = %s", [raw, client.pk])


def test_the_database_holds_no_word_of_it(ada_with_note):
    assert "mother" not in stored_note(ada_with_note)
    assert Client.objects.get().private_note == SECRET


def test_the_same_text_twice_is_stored_differently(ada_with_note):
    before = stored_note(ada_with_note)
    ada_with_note.save()
    assert stored_note(ada_with_note) != before


def test_nothing_written_stays_nothing_and_is_not_null(ada):
    assert stored_note(ada) == ""
    assert Client.objects.get().private_note == ""


def test_a_wrong_key_is_an_error_and_not_a_blank(ada_with_note, settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(CannotDecrypt):
        Client.objects.get()


def test_a_damaged_row_is_an_error_and_not_garbage(ada_with_note):
    put(ada_with_note, stored_note(ada_with_note)[:-8] + "AAAAAAA=")
    with pytest.raises(CannotDecrypt):
        Client.objects.get()


@pytest.mark.parametrize("lookup", ["exact", "contains", "icontains", "startswith", "in", "gt"])
def test_searching_an_encrypted_text_is_an_error_and_not_an_empty_list(ada_with_note, lookup):
    with pytest.raises(TypeError, match="cannot be searched"):
        Client.objects.filter(**{f"private_note__{lookup}": "mother"}).first()


def test_many_rows_updated_at_once_are_encrypted_too(ada_with_note):
    Client.objects.update(private_note="for all")
    assert "for all" not in stored_note(ada_with_note)
    ada_with_note.private_note = "in bulk"
    Client.objects.bulk_update([ada_with_note], ["private_note"])
    assert "in bulk" not in stored_note(ada_with_note)
    assert Client.objects.get().private_note == "in bulk"


# --- manage.py rotate_encryption_keys


@pytest.fixture
def under_old_key(ada, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    ada.private_note = SECRET
    ada.save()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    return ada


def test_after_rotation_the_old_key_can_go(under_old_key, settings, capsys):
    call_command("rotate_encryption_keys")
    assert "people.Client.private_note: 1 encrypted again" in capsys.readouterr().out
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Client.objects.get().private_note == SECRET


def test_rotation_started_again_changes_nothing_more(under_old_key, capsys):
    call_command("rotate_encryption_keys")
    after_first = stored_note(under_old_key)
    call_command("rotate_encryption_keys")
    assert stored_note(under_old_key) == after_first
    assert "0 encrypted again, 1 already were" in capsys.readouterr().out


def test_rotation_takes_up_where_it_was_interrupted(under_old_key, maya, settings, capsys):
    from tests.cast import make_client

    make_client(maya, "Second", "second@example.org", "UTC")
    Client.objects.filter(name="Second").update(private_note="written after the new key came")
    call_command("rotate_encryption_keys")
    assert "1 encrypted again, 1 already were" in capsys.readouterr().out


def test_rotation_leaves_a_row_without_a_key_alone_and_names_it_without_its_text(under_old_key, maya, capsys):
    from tests.cast import make_client

    lost = make_client(maya, "Lost", "lost@example.org", "UTC")
    token = Fernet(Fernet.generate_key()).encrypt(b"nobody can read this").decode()
    put(lost, token)
    with pytest.raises(CommandError, match="1 stored text fits"):
        call_command("rotate_encryption_keys")
    printed = capsys.readouterr()
    assert f"people.Client {lost.pk}" in printed.err
    assert "nobody" not in printed.err + printed.out
    assert "Lost" not in printed.err + printed.out
    assert token == stored_note(lost)
    assert "1 encrypted again" in printed.out, "the others are rotated all the same"


def test_every_encrypted_field_of_every_room_is_rotated(db, capsys):
    call_command("rotate_encryption_keys")
    out = capsys.readouterr().out
    assert "people.Client.private_note" in out
    assert "replies.Answer.value" in out
