"""A small IMAP server for tests: one mailbox, plain, with the commands that `mailbox.py` uses."""

import re
import socketserver
import threading
from contextlib import contextmanager


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("* OK IMAP4rev1 ready")
        for line in iter(self.rfile.readline, b""):
            tag, command = line.decode().strip().split(" ", 1)
            self.server.heard.append(command)
            if command.startswith("LOGIN") and command != 'LOGIN bounces "p@ss word"':
                self.say(f"{tag} NO wrong password")
                continue
            self.answer(command)
            self.say(f"{tag} OK done")
            if command == "LOGOUT":
                return

    def answer(self, command):
        mails, seen = self.server.mails, self.server.seen
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif command.startswith("SELECT"):
            self.say(f"* {len(mails)} EXISTS")
        elif command.startswith("UID SEARCH"):
            self.say("* SEARCH " + " ".join(str(uid) for uid in range(1, len(mails) + 1) if uid not in seen))
        elif found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
            uid = int(found[1])
            content = mails[uid - 1][: int(found[2])]
            self.say(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(content)}}}")
            self.wfile.write(content)
            self.say(")")
        elif found := re.match(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", command):
            seen.add(int(found[1]))

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, mails):
        super().__init__(("127.0.0.1", 0), Session)
        self.mails, self.seen, self.heard = mails, set(), []

    def url(self, password="p%40ss%20word"):
        return f"imap://bounces:{password}@127.0.0.1:{self.server_address[1]}/INBOX/Bounces"


@contextmanager
def imap_server(*mails):
    with Server(list(mails)) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
