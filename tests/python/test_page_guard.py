"""The demo's page and its commands: for its own script under its own name, and for no other site's page."""

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.testclient import TestClient

from lampjack._demo.service import PLAYED, Service
from lampjack.testing import FakePlatform

HERE = "http://127.0.0.1:8000"
REF = "shop:live:user-1"
TAKE = {"ref": REF, "agent": "you"}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with ExitStack() as stack:
        platforms = {name: stack.enter_context(FakePlatform(of)) for name, of in PLAYED.items()}
        made = Service(platforms, [], 0)
        stack.callback(made.hub.close)
        platforms["shop"].send(made.hub, "shop", "handover_requested", text="a human please")
        yield made


@pytest.fixture
def client(service: Service) -> TestClient:
    """As the page's own script asks; without a lifespan, so that nothing is sent."""
    return TestClient(service.app, base_url=HERE, raise_server_exceptions=False)


def state(service: Service) -> str:
    return next(one.state for one in service.hub.conversations() if one.ref == REF)


def take(client: TestClient, headers: dict[str, str], **more: Any) -> Any:
    given = {"json": TAKE} | more
    return client.post("/desk/take", headers=headers, **given)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:8001"}, 403),
        ({"origin": "https://127.0.0.1:8000"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 403),
        ({"host": "evil.example:8000", "origin": "http://evil.example:8000"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": ""}, 415),
    ],
)
def test_no_other_page_gives_a_command(
    service: Service, client: TestClient, headers: dict[str, str], status: int
):
    answer = take(client, headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert state(service) == "requested"


def test_no_command_stands_in_the_address(service: Service, client: TestClient):
    answer = client.post(f"/desk/take?ref={REF}&agent=you", headers={"origin": "https://e.example"})
    assert answer.status_code == 403
    assert client.post(f"/desk/take?ref={REF}&agent=you").status_code == 415
    assert state(service) == "requested"


@pytest.mark.parametrize("path", ["/", "/desk/conversations", f"/desk/transcript?ref={REF}"])
def test_nothing_is_read_under_another_name_or_by_another_page(client: TestClient, path: str):
    assert client.get(path, headers={"host": "evil.example:8000"}).status_code == 421
    assert client.get(path, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.get(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get(path).status_code == 200, "the control"
    for host in ("localhost:8000", "[::1]:8000", "127.0.0.1"):
        assert client.get(path, headers={"host": host}).status_code == 200


def test_a_link_may_lead_to_the_page(client: TestClient):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=headers).status_code == 200


def test_the_browser_runs_what_stands_in_the_page_and_nothing_else(client: TestClient):
    answer = client.get("/")
    policy = dict(
        one.strip().split(" ", 1)
        for one in answer.headers["content-security-policy"].split(";")
        if " " in one.strip()
    )
    for kind in ("script", "style"):
        [source] = re.findall(rf"<{kind}>(.*?)</{kind}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert policy[f"{kind}-src"] == f"'sha256-{digest}'"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in str(policy)
    assert not re.search(r"\s(on\w+|style)=", answer.text), "no attribute that the policy forbids"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_framework_shows_no_pages_of_its_own(client: TestClient, path: str):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'{"ref":"nonsense"}', 400),
        (b'{"ref":"shop:live:nobody"}', 404),
        (b'{"ref":"nobody:live:user-1"}', 404),
        (rb'{"ref":"\ud800"}', 400),
        (b'{"ref":1}', 400),
        (b"{}", 400),
        (b"[]", 400),
        (b"no json", 400),
        (b"[" * 50_000, 400),
        (b'{"ref":"' + b"x" * (70 << 10) + b'"}', 413),
    ],
)
def test_a_wrong_command_is_no_fault_of_the_server(
    service: Service, client: TestClient, content: bytes, status: int
):
    answer = client.post(
        "/desk/take", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == status
    assert state(service) == "requested"


@pytest.mark.parametrize("ref", ["nonsense", "", "nobody:live:user-1", "shop:live:%00"])
def test_a_wrong_ref_is_no_fault_of_the_server(client: TestClient, ref: str):
    assert client.get(f"/desk/transcript?ref={ref}").status_code in {400, 404}
    assert client.post("/desk/fly", json=TAKE).status_code == 404


def test_what_platforms_send_is_not_the_pages(client: TestClient):
    answer = client.post("/hooks/shop", headers={"host": "vendor.example"}, content=b"{}")
    assert answer.status_code == 401
    assert "content-security-policy" not in answer.headers


def test_the_page_itself_gives_commands(service: Service, client: TestClient):
    headers = {"origin": HERE, "sec-fetch-site": "same-origin"}
    answer = take(client, headers)
    assert answer.status_code == 200, answer.text
    assert state(service) == "agent"
    said = {**TAKE, "text": "Hello, this is you"}
    assert client.post("/desk/reply", json=said, headers=headers).status_code == 200
    other = {**said, "agent": "somebody else"}
    refused = client.post("/desk/reply", json=other, headers=headers)
    assert refused.status_code == 409
    assert refused.json()["detail"], "what the page shows"
