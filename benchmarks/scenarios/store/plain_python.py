"""The peer: what one would write with json and sqlite3 alone. One event, one commit, one after the other.

plain_python.py FILE rollback|wal SECONDS: prints events, seconds and the items then found in the file.
"""

import json
import sqlite3
import sys
import time

TABLES = """
CREATE TABLE conversation (
  ref TEXT PRIMARY KEY, state TEXT NOT NULL, touched TEXT NOT NULL, next_seq INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE item (
  ref TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (ref, seq)
) WITHOUT ROWID;
CREATE TABLE item_key (
  ref TEXT NOT NULL, message TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (ref, message)
) WITHOUT ROWID;
"""
CONVERSATIONS = 512  # as in events.h
PREPARED = 50_000
TIME = "2026-01-05T10:00:00.000Z"


def make_body(number: int) -> str:
    """The same text as make_body in events.h."""
    item = {
        "actor": "user",
        "timestamp": TIME,
        "message": {
            "messageType": "text",
            "text": f"Where is my order {number}?",
            "channelType": "web",
            "sender": {"id": f"s-{number % CONVERSATIONS}", "botId": "b1"},
            "timestamp": TIME,
            "id": f"m-{number}",
        },
    }
    body = {
        "event": "messages",
        "botId": "b1",
        "version": "LIVE",
        "sessionId": f"s-{number % CONVERSATIONS}",
        "timestamp": TIME,
        "messages": [item],
    }
    return json.dumps(body, separators=(",", ":"))


def open_file(path: str, journal: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(f"PRAGMA journal_mode={'WAL' if journal == 'wal' else 'TRUNCATE'}")
    db.execute(f"PRAGMA synchronous={'FULL' if journal == 'wal' else 'EXTRA'}")
    return db


def keep(db: sqlite3.Connection, body: str) -> None:
    event = json.loads(body)
    ref = f"shop:live:{event['sessionId']}"
    db.execute("BEGIN IMMEDIATE")
    row = db.execute("SELECT next_seq FROM conversation WHERE ref = ?", (ref,)).fetchone()
    seq = row[0] if row else 1
    for item in event["messages"]:
        message = item["message"]["id"]
        key = (ref, message)
        if db.execute("SELECT 1 FROM item_key WHERE ref = ? AND message = ?", key).fetchone():
            continue
        db.execute("INSERT INTO item VALUES (?, ?, ?)", (ref, seq, json.dumps(item)))
        db.execute("INSERT INTO item_key VALUES (?, ?, ?)", (ref, message, seq))
        seq += 1
    db.execute(
        "INSERT INTO conversation VALUES (?, 'bot', ?, ?) ON CONFLICT (ref) DO UPDATE "
        "SET touched = excluded.touched, next_seq = excluded.next_seq",
        (ref, event["timestamp"], seq),
    )
    db.execute("COMMIT")


def main(path: str, journal: str, seconds: float) -> None:
    db = open_file(path, journal)
    db.executescript(TABLES)
    bodies = [make_body(number) for number in range(PREPARED)]
    done = 0
    begin = time.perf_counter()
    for body in bodies:
        if time.perf_counter() - begin >= seconds:
            break
        keep(db, body)
        done += 1
    elapsed = time.perf_counter() - begin
    db.close()
    found = open_file(path, journal).execute("SELECT count(*) FROM item").fetchone()[0]
    print(done, f"{elapsed:.6f}", found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
