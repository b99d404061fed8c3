"""Every golden case through the C ABI gives the same bytes as the files say and as Python gives."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

try:
    import lampjack as lj
    from lampjack import _core
except ImportError:  # only the C side was built
    lj = None  # type: ignore[assignment]

DATA = Path(__file__).resolve().parents[1] / "data"
UNDECIDED, DECLINE, ACCEPT, ACCEPT_MUTED = "-1", "0", "1", "2"


@dataclass(frozen=True)
class Case:
    folder: Path
    request: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def platform(self) -> str:
        return self.folder.parent.name

    @property
    def body(self) -> bytes:
        return (self.folder / "body.raw").read_bytes()

    @property
    def is_read(self) -> bool:
        """Whether the case says what its body means: not what is refused before a byte is read, or has no body."""
        unread = self.request.get("error") == "auth" or self.request["method"] == "GET"
        return bool(self.body) and not unread

    @property
    def decision(self) -> str:
        decision = self.request.get("decision")
        if not decision:
            return UNDECIDED
        if not decision.get("accepted"):
            return DECLINE
        return ACCEPT_MUTED if decision.get("mute") else ACCEPT


def all_cases() -> list[Case]:
    paths = sorted(DATA.glob("*/*/request.json"))
    return [Case(path.parent, json.loads(path.read_text("utf-8"))) for path in paths]


CASES = all_cases()
READ = [case for case in CASES if case.is_read]
ACCEPTED = [case for case in READ if not case.request.get("error")]
ROUNDTRIP = [case for case in ACCEPTED if case.request.get("roundtrip")]
CONVERTED = [case for case in CASES if (case.folder / "converted.jsonl").exists()]
ANSWERED = [case for case in CASES if (case.folder / "answer.json").exists()]


def each(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


class Program(Protocol):
    """The fixture `golden`."""

    def run(self, *words: str | Path) -> tuple[int, bytes]: ...


def run_body(golden: Program, verb: str, case: Case) -> tuple[int, bytes]:
    path, query = case.request["path"], case.request["query"]
    body = case.folder / "body.raw"
    return golden.run(verb, case.platform, path, query, body, case.request["direction"])


def in_python(case: Case) -> list[Any]:
    return lj.parse(
        case.platform,
        case.body,
        path=case.request["path"],
        query=case.request["query"],
        account="golden",
    )


def exactly(text: bytes) -> Any:
    """JSON with the digits of its numbers and without the order of its keys."""
    return json.loads(text, parse_int=lambda d: ("n", d), parse_float=lambda d: ("n", d))


def test_there_are_cases_of_every_platform():
    assert len({case.platform for case in ROUNDTRIP}) >= 3
    assert len(READ) > len(ROUNDTRIP) > 50


@each(READ)
def test_c_reads_what_the_case_says(case: Case, golden: Program):
    error = case.request.get("error")
    if error:
        expected = (1, f"error {error}\n".encode())
    else:
        expected = (0, (case.folder / "expected.jsonl").read_bytes())
    assert run_body(golden, "events", case) == expected


@each(ROUNDTRIP)
def test_c_writes_back_what_it_read(case: Case, golden: Program):
    for verb in ("write", "rewrite"):
        status, body = run_body(golden, verb, case)
        assert status == 0, body
        assert exactly(body) == exactly(case.body)


@pytest.mark.skipif(lj is None, reason="the Python package is not installed")
@each(ACCEPTED)
def test_python_reads_the_same_bytes(case: Case, golden: Program):
    lines = "".join(event.to_json() + "\n" for event in in_python(case))
    assert run_body(golden, "events", case) == (0, lines.encode())


@pytest.mark.skipif(lj is None, reason="the Python package is not installed")
@each(ROUNDTRIP)
def test_python_writes_the_same_bytes(case: Case, golden: Program):
    body = lj.write(case.platform, in_python(case), case.request["direction"])
    assert run_body(golden, "write", case) == (0, body)


def converted_in_python(event: Any, platform: str) -> bytes:
    try:
        body, losses = _core.convert(event, platform)
    except lj.LampjackError as error:
        return f"error {error.code}\n".encode()
    return losses.encode() + b"\n" + body + b"\n"


@pytest.mark.skipif(lj is None, reason="the Python package is not installed")
@pytest.mark.parametrize("platform", sorted({case.platform for case in CASES}))
@each(ACCEPTED)
def test_c_and_python_convert_alike(case: Case, platform: str, golden: Program):
    lines = b"".join(converted_in_python(event, platform) for event in in_python(case))
    path, query = case.request["path"], case.request["query"]
    body, direction = case.folder / "body.raw", case.request["direction"]
    given = golden.run("convert", case.platform, path, query, body, direction, platform)
    assert given == (0, lines)


def printed_lines(printed: bytes, platform: str) -> Iterator[str]:
    """What the program prints of each event: an error, or losses and body, as the case's file has it."""
    lines = iter(printed.decode().split("\n")[:-1])
    for line in lines:
        if line.startswith("error "):
            yield f'{{"to":"{platform}","error":"{line.removeprefix("error ")}"}}'
        else:
            yield f'{{"to":"{platform}","losses":{line},"body":{next(lines)}}}'


@each(CONVERTED)
def test_c_converts_to_what_the_case_says(case: Case, golden: Program):
    path, query = case.request["path"], case.request["query"]
    body, direction = case.folder / "body.raw", case.request["direction"]
    found: list[str] = []
    for platform in sorted({one.platform for one in CASES} - {case.platform}):
        status, printed = golden.run(
            "convert", case.platform, path, query, body, direction, platform
        )
        assert status == 0
        found += printed_lines(printed, platform)
    assert found == (case.folder / "converted.jsonl").read_text("utf-8").split("\n")[:-1]


@each(ANSWERED)
def test_c_gives_the_documented_answer(case: Case, golden: Program, tmp_path: Path):
    request = case.request
    expected = json.loads((case.folder / "answer.json").read_text("utf-8"))
    account = {**request.get("account", {}), "platform": case.platform}
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"store": "memory:", "account": {"golden": account}}), "utf-8")
    headers = [word for pair in request.get("headers", {}).items() for word in pair]
    given, printed = golden.run(
        "answer",
        config,
        request["method"],
        request["path"],
        request["query"],
        case.folder / "body.raw",
        case.decision,
        *headers,
    )
    assert given == 0, printed
    head, _, body = printed.partition(b"\n\n")
    status, *lines = head.decode().split("\n")
    assert int(status) == expected["status"], body
    found = dict(line.split(": ", 1) for line in lines)
    assert {k: v for k, v in found.items() if k in expected.get("headers", {})} == expected.get(
        "headers", {}
    )
    if "body" in expected:
        assert body == expected["body"].encode()


def test_the_comparison_sees_a_changed_digit():
    assert exactly(b"[1.10]") != exactly(b"[1.1]")
