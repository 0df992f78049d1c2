"""A connection that is driven directly: whole replies, whatever pieces they come in, and nobody waits for another."""

import socket
import threading
import time
from contextlib import ExitStack

import pytest

from practice.mailing.wire import LONGEST_REPLY, Wire, gather


@pytest.fixture
def pair():
    """Makes pairs: a wire, and the server's end of it."""
    with ExitStack() as stack:

        def make(patience=5.0):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            ours = stack.enter_context(socket.create_connection(listener.getsockname()))
            theirs, _ = listener.accept()
            return Wire(ours, patience), stack.enter_context(theirs)

        yield make


def test_replies_that_come_together_are_heard_one_by_one(pair):
    wire, server = pair()
    server.sendall(b"250 2.1.0 Ok\r\n250-first\r\n250 second\r\n354 go on\r\n")
    wire.say(b"MAIL\r\nRCPT\r\nDATA\r\n", replies=3)
    assert [wire.hear() for _ in range(3)] == [(250, "2.1.0 Ok"), (250, "first\nsecond"), (354, "go on")]


def test_a_reply_that_comes_in_pieces_is_heard_whole(pair):
    wire, server = pair()

    def answer():
        for piece in (b"25", b"0-one", b"\r\n250", b" two\r", b"\n"):
            server.sendall(piece)
            time.sleep(0.01)

    threading.Thread(target=answer).start()
    wire.say(b"NOOP\r\n", replies=1)
    assert wire.hear() == (250, "one\ntwo")


@pytest.mark.parametrize("said", [b"what?\r\n", b"\r\n", b"2\xff0 ok\r\n"])
def test_what_is_no_reply_has_no_code(pair, said):
    wire, server = pair()
    server.sendall(said)
    wire.say(b"NOOP\r\n", replies=1)
    assert wire.hear()[0] == -1


def test_a_reply_without_an_end_is_given_up(pair):
    wire, server = pair()
    threading.Thread(target=server.sendall, args=(b"250-on and on\r\n" * (LONGEST_REPLY // 8),)).start()
    wire.say(b"NOOP\r\n", replies=1)
    with pytest.raises(ConnectionError, match="no end"):
        wire.hear()


def test_what_was_heard_before_the_server_hung_up_is_not_lost(pair):
    wire, server = pair()
    server.sendall(b"421 4.7.0 enough\r\n")
    server.shutdown(socket.SHUT_WR)
    wire.say(b"MAIL\r\nRCPT\r\nDATA\r\n", replies=3)
    assert wire.hear() == (421, "4.7.0 enough")
    with pytest.raises(ConnectionError, match="hung up"):
        wire.hear()


def test_a_silent_server_takes_nobody_else_s_time(pair):
    """One server says nothing. Another takes a long text slowly, and answers after the first was given up."""
    silent, _nobody = pair(patience=0.5)
    slow, server = pair(patience=0.5)
    text = b"x" * 20_000_000

    def read_slowly():
        read = 0
        while read < len(text):
            read += len(server.recv(1_000_000))
            time.sleep(0.03)
        server.sendall(b"250 2.0.0 queued\r\n")

    threading.Thread(target=read_slowly).start()
    silent.say(b"NOOP\r\n", replies=1)
    slow.say(text, replies=1)
    gather([silent, slow])
    assert slow.hear() == (250, "2.0.0 queued")
    with pytest.raises(TimeoutError):
        silent.hear()


def test_it_says_how_much_went_out(pair):
    wire, _server = pair(patience=0.2)
    wire.say(b"x" * 50_000_000, replies=1)
    with pytest.raises(TimeoutError):
        wire.hear()
    assert 0 < wire.went_out < 50_000_000
