"""The example of the README, against a real server on a loopback port. What stands between the marks is shown to users."""

import asyncio
import socket
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, sample
from support.http_server import served as serving

pytestmark = pytest.mark.e2e

# ---- the example ----
EXAMPLE = """
from contextlib import suppress

import lampjack as lj
from fastapi import Body, Depends, FastAPI
from lampjack.fastapi import HandoverRouter

hub = lj.Hub.from_file("lampjack.toml")

@hub.decide("shop")
async def decide(request): return lj.Accept(mute=True) if await desk.is_open() else lj.Decline("closed")

@hub.on(lj.HandoverRequested, lj.Message, lj.OwnerChanged, lj.HandoverEnded, to="desk", name="desk")
async def handle(item, conv):  # one subscription, so one order
    match item.event:
        case lj.HandoverRequested(): await opened(item, conv)
        case lj.Message(content=parts): await desk.add(conv.ref, item.seq, lj.as_text(parts))
        case lj.OwnerChanged(now=owner): await desk.owner(conv.ref, owner.agent, item.epoch)
        case lj.HandoverEnded(): await desk.end(conv.ref)

async def opened(item, conv):  # what comes after the request comes as lines
    await desk.ticket(item.id, conv.ref, await conv.transcript(up_to=item.seq))
    with suppress(lj.StaleOwnerError):  # somebody has taken it already
        await conv.notify("A colleague is joining.")

app = FastAPI(lifespan=hub.lifespan)
app.include_router(HandoverRouter(hub), prefix="/hooks")

@app.post("/desk/{ref:path}/reply")
async def reply(ref: str, text: str = Body(), epoch: int = Body(), key: str = Body(""), me=Depends(agent)) -> lj.Receipt:
    return (await hub[ref].reply(text, agent=me.id, epoch=epoch, key=key)).receipt
"""
# ---- its surroundings ----

# Shorter by a word: it also sees the requests that were declined.
EVERY_REQUEST = EXAMPLE.replace('lj.HandoverEnded, to="desk", name', "lj.HandoverEnded, name")
# Longer than its handler knows: what came meanwhile is in the transcript, too.
WHOLE_TRANSCRIPT = EXAMPLE.replace("transcript(up_to=item.seq)", "transcript()")
assert EXAMPLE not in {EVERY_REQUEST, WHOLE_TRANSCRIPT}

CONFIG = """
store = "memory:"
allow_networks = ["127.0.0.0/8"]

[account.shop]
platform = "chatlayer_offloading"
verify_token = "env:SHOP_TOKEN"
api_token = "file:api-token"
api_base = "{url}"
t_answer = 20000
pause_action = {{ action = "pause" }}
resume_action = {{ action = "resume" }}
"""


class Desk:
    """The human side's own system."""

    def __init__(self) -> None:
        self.open = True
        self.tickets: list[tuple[str, str, list[lj.Item]]] = []
        self.lines: list[tuple[str, int, str]] = []
        self.owners: list[tuple[str, str, int]] = []
        self.ended: list[str] = []
        self._changed = threading.Condition()

    async def is_open(self) -> bool:
        await asyncio.sleep(0)
        return self.open

    async def ticket(self, key: str, ref: str, transcript: list[lj.Item]) -> None:
        with self._changed:
            self.tickets.append((key, ref, transcript))
            self._changed.notify_all()

    async def add(self, ref: str, seq: int, text: str) -> None:
        with self._changed:
            self.lines.append((ref, seq, text))
            self._changed.notify_all()

    async def owner(self, ref: str, agent: str, epoch: int) -> None:
        with self._changed:
            self.owners.append((ref, agent, epoch))
            self._changed.notify_all()

    async def end(self, ref: str) -> None:
        with self._changed:
            self.ended.append(ref)
            self._changed.notify_all()

    def wait(self, condition) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, 10), (self.tickets, self.lines)


@pytest.fixture
def served(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimpleNamespace]:
    example = getattr(request, "param", EXAMPLE)
    with FakePlatform("chatlayer_offloading") as fake:
        monkeypatch.setenv("SHOP_TOKEN", "made-up-token-of-tests")
        (tmp_path / "api-token").write_text("made-up-api-token\n")
        (tmp_path / "lampjack.toml").write_text(CONFIG.format(url=fake.url))
        monkeypatch.chdir(tmp_path)
        desk = Desk()
        names = {"desk": desk, "agent": lambda: SimpleNamespace(id="dana"), "__name__": "example"}
        exec(compile(textwrap.dedent(example), "example.py", "exec"), names)
        with (
            serving(names["app"]) as port,
            httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
        ):
            yield SimpleNamespace(
                client=client, desk=desk, fake=fake, hub=names["hub"], app=names["app"]
            )


def post(served: SimpleNamespace, kind: str, **options: object) -> httpx2.Response:
    request = sample("chatlayer_offloading", kind, **options)
    return served.client.post(
        f"/hooks/shop?{request.query}", content=request.body, headers=dict(request.headers)
    )


def test_the_readme_shows_this_example():
    readme = Path(__file__).resolve().parents[2] / "README.md"
    assert EXAMPLE.strip() in readme.read_text("utf-8")
    assert len(EXAMPLE.strip().splitlines()) <= 30


@pytest.mark.parametrize(
    "served", [EXAMPLE, EVERY_REQUEST], indirect=True, ids=["to the desk", "every request"]
)
def test_a_handover_from_request_to_reply(served: SimpleNamespace):
    assert served.client.get("/hooks/shop?challenge.verifyToken=made-up-token-of-tests").json() == {
        "status": "ok"
    }

    answer = post(served, "handover_requested", text="a human please")
    assert (answer.status_code, answer.json()) == (200, {"offloadSuccess": True, "pauseBot": True})
    served.desk.wait(lambda: served.desk.tickets)
    key, ref, transcript = served.desk.tickets[0]
    assert ref == "shop:live:user-1"
    assert key
    assert any(
        lj.as_text(item.event.content) == "a human please"
        for item in transcript
        if isinstance(item.event, lj.Message)
    )
    assert "A colleague is joining." in served.fake.wait(1)[0].body.decode()

    assert post(served, "message", text="are you there?", number=5).json() == {}
    served.desk.wait(lambda: any(line[2] == "are you there?" for line in served.desk.lines))

    epoch = served.hub[ref].state().result(5).epoch
    body = {"text": "Hello, Dana here", "epoch": epoch, "key": "click-1"}
    said = served.client.post(f"/desk/{ref}/reply", json=body)
    assert said.status_code == 200
    receipt = said.json()
    assert (receipt["state"], receipt["owner"], receipt["agent"]) == ("agent", "agent", "dana")
    assert receipt["epoch"] > epoch
    assert "Hello, Dana here" in served.fake.wait(2)[1].body.decode()
    assert served.client.post(f"/desk/{ref}/reply", json=body).json()["repeated"] is True
    served.desk.wait(lambda: served.desk.owners[-1:] == [(ref, "dana", receipt["epoch"])])
    served.hub[ref].release(agent="dana").result(5)
    served.desk.wait(lambda: served.desk.ended == [ref])


def speak_before_the_transcript_is_read(
    served: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Ask for a human and go on speaking; the handler of the request is late. What was said meanwhile."""
    gate = threading.Event()
    read = lj.Conversation.transcript

    async def read_late(conv: lj.Conversation, **options: int) -> list[lj.Item]:
        await asyncio.to_thread(gate.wait, 10)
        return await read(conv, **options)

    monkeypatch.setattr(lj.Conversation, "transcript", read_late)
    post(served, "message", text="before", number=2)
    post(served, "handover_requested", text="a human please")
    texts = [f"line {n}" for n in range(5)]
    for number, text in enumerate(texts, 10):
        post(served, "message", text=text, number=number)
    gate.set()
    served.desk.wait(lambda: len(served.desk.lines) >= len(texts))
    return texts


def read_twice(served: SimpleNamespace) -> set[int]:
    _, _, transcript = served.desk.tickets[0]
    return {item.seq for item in transcript} & {line[1] for line in served.desk.lines}


def test_nothing_comes_to_the_desk_twice_and_all_in_order(
    served: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
):
    texts = speak_before_the_transcript_is_read(served, monkeypatch)
    assert [line[2] for line in served.desk.lines] == texts
    assert not read_twice(served)
    _, _, transcript = served.desk.tickets[0]
    said = [lj.as_text(one.event.content) for one in transcript if one.event.kind == "message"]
    assert "before" in said


@pytest.mark.parametrize("served", [WHOLE_TRANSCRIPT], indirect=True, ids=["all of it"])
def test_a_transcript_that_is_not_cut_at_the_request_has_the_lines_twice(
    served: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
):
    """The control of the test before."""
    texts = speak_before_the_transcript_is_read(served, monkeypatch)
    assert len(read_twice(served)) == len(texts)


def test_a_closed_desk_declines(served: SimpleNamespace):
    served.desk.open = False
    assert post(served, "handover_requested").json() == {"offloadSuccess": False, "pauseBot": False}
    assert served.hub["shop:live:user-1"].state().result(5).state == "bot"
    served.desk.open = True
    assert post(served, "handover_requested", user="user-2").json()["offloadSuccess"] is True
    served.desk.wait(lambda: served.desk.tickets)
    served.fake.wait(1)
    served.hub.drain()  # what the first request might have caused is over too
    assert [ref for _, ref, _ in served.desk.tickets] == ["shop:live:user-2"]
    assert len(served.fake.received) == 1


def test_a_wrong_token_is_refused_before_the_body_is_read(served: SimpleNamespace):
    answer = served.client.post(
        "/hooks/shop?challenge.verifyToken=not-this-one", content=b"not json"
    )
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "made-up" not in answer.text
    assert "not-this-one" not in answer.text


def test_the_api_description_lists_each_account(served: SimpleNamespace):
    paths = served.client.get("/openapi.json").json()["paths"]
    assert {"get", "post"} <= set(paths["/hooks/shop"])
    assert "/desk/{ref}/reply" in paths


def test_a_closing_slash_is_no_redirect(served: SimpleNamespace):
    request = sample("chatlayer_offloading")
    answer = served.client.post(
        f"/hooks/shop/?{request.query}", content=request.body, headers=dict(request.headers)
    )
    assert answer.status_code == 200


def test_a_large_body_is_refused_while_it_comes(served: SimpleNamespace):
    host, port = served.client.base_url.host, served.client.base_url.port
    with socket.create_connection((host, port), timeout=10) as raw:
        raw.sendall(
            b"POST /hooks/shop?challenge.verifyToken=made-up-token-of-tests HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        answer = b""
        try:
            for _ in range(64):
                raw.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it stopped listening: that is the point
        try:
            answer = raw.recv(64)
        except ConnectionResetError:
            answer = b"HTTP/1.1 413"
        assert b" 413" in answer
