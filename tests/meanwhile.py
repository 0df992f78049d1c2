"""What another window does while a page is being made."""

from contextlib import contextmanager

from django.db import connection


@contextmanager
def meanwhile(asked, act):
    """Do `act` right after the database has answered the first question that has these words in it."""
    done = []

    def listen(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if asked in sql and not done:
            done.append(sql)
            act()
        return answer

    with connection.execute_wrapper(listen):
        yield
    assert done, "nothing of the kind was asked"
