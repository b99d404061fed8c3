"""`lampjack.logs`: what is left of the lines of web servers and frameworks."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
import lampjack.logs
from lampjack.logs import RedactFilter, install
from lampjack.testing import sample_settings

TOKEN = "s3cret-token-4711"


@pytest.fixture
def hub() -> Iterator[lj.Hub]:
    accounts = {name: sample_settings("omnichannel") for name in ("shop", "shop-2024x")}
    made = lj.Hub({"store": "memory:", "account": accounts}, background=False)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (*lampjack.logs._LOGGERS, lampjack.logs._SCOPES)]
    before = {one: (list(one.filters), list(one.handlers), one.propagate) for one in loggers}
    yield
    for one, (filters, handlers, propagate) in before.items():
        one.filters, one.handlers, one.propagate = filters, handlers, propagate


def written(
    logger: str, message: object, *arguments: Any, formatter: Any = None, **more: Any
) -> str:
    """The line that a handler of that logger writes."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(formatter)
    one = logging.getLogger(logger)
    one.propagate = False
    one.addHandler(handler)
    one.error(message, *arguments, **more)
    one.removeHandler(handler)
    return text.getvalue().removesuffix("\n")


class Atoms(dict[str, Any]):
    """As gunicorn has them: what is missing is `-`."""

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(key) if key in self else "-"


def test_a_line_of_each_server_is_redacted(hub: lj.Hub):
    install(hub)
    uvicorn_line = '%s - "%s %s HTTP/%s" %d'
    path = f"/hooks/shop/{TOKEN}/send_message?token={TOKEN}"
    assert written("uvicorn.access", uvicorn_line, "1.2.3.4:5", "POST", path, "1.1", 200) == (
        '1.2.3.4:5 - "POST /hooks/shop/[redacted]/send_message?[redacted] HTTP/1.1" 200'
    )
    gunicorn_line = '%(h)s %(l)s "%(r)s" %(s)s "%(f)s" "%(a)s"'
    atoms = Atoms(
        h="1.2.3.4", r=f"POST {path} HTTP/1.1", s="200", f=f"https://u:{TOKEN}@h/x?{TOKEN}"
    )
    assert written("gunicorn.access", gunicorn_line, atoms) == (
        '1.2.3.4 - "POST /hooks/shop/[redacted]/send_message?[redacted] HTTP/1.1" 200 '
        '"https://h/x?[redacted]" "-"'
    )
    line = '1.2.3.4 - - [01/Dec/2026 10:00:00] "%s" %s %s'
    assert written("werkzeug", line, f"POST {path} HTTP/1.1", 200, "-") == (
        '1.2.3.4 - - [01/Dec/2026 10:00:00] "POST /hooks/shop/[redacted]/send_message?[redacted] HTTP/1.1" 200 -'
    )
    assert written("werkzeug", f'1.2.3.4 - - "\x1b[33mPOST {path} HTTP/1.1\x1b[0m" 404 -') == (
        '1.2.3.4 - - "\x1b[33mPOST /hooks/shop/[redacted]/send_message?[redacted] HTTP/1.1\x1b[0m" 404 -'
    )
    assert written("django.server", '"%s" %s %s', f"POST {path} HTTP/1.1", "200", "2") == (
        '"POST /hooks/shop/[redacted]/send_message?[redacted] HTTP/1.1" 200 2'
    )
    assert written("django.request", "%s: %s", "Not Found", f"/hooks/shop/{TOKEN}") == (
        "Not Found: /hooks/shop/[redacted]"
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/hooks/shop/messages", "/hooks/shop/messages"),
        ("/hooks/shop-2024x/abcdef/bot_api_webhook/", "/hooks/shop-2024x/[redacted]/bot_api_webhook/"),
        ("/hooks/shop/send_message", "/hooks/shop/send_message"),
        ("/desk/shop:live:user-1/reply", "/desk/[redacted]/reply"),
        ("/desk/shop%3Alive%3Auser/reply", "/desk/[redacted]/reply"),
        ("/a/0123456789abcdef", "/a/[redacted]"),
        ("/v1/" + "a" * 40, "/v1/[redacted]"),
        ("//shop//x?y", "//shop//x?[redacted]"),
        ('/x?a="b"c', "/x?[redacted]"),
        ("/x#fragment", "/x#[redacted]"),
        ("see (https://user:pw@h:1/p?q=1), then", "see (https://h:1/p?[redacted]), then"),
        ("http://127.0.0.1:8000 (Press CTRL+C to quit)", "http://127.0.0.1:8000 (Press CTRL+C to quit)"),
        ("1/2 and/or text/html 01/Dec/2026 100% really ? yes", "1/2 and/or text/html 01/Dec/2026 100% really ? yes"),
    ],
)  # fmt: skip
def test_what_reads_like_a_route_stays(hub: lj.Hub, text: str, left: str):
    install(hub)
    assert written("uvicorn.error", text) == left
    assert written("uvicorn.error", "%s", text) == left


def test_without_a_hub_a_place_of_tokens_is_no_account():
    install()
    assert written("uvicorn.error", "/hooks/abc/send_message") == "/hooks/[redacted]/send_message"


def test_a_traceback_keeps_places_and_loses_messages():
    install()
    try:
        try:
            raise KeyError(TOKEN)
        except KeyError as cause:
            raise ValueError(f"no {TOKEN}") from cause
    except ValueError as error:
        line = written("uvicorn.error", "Exception in ASGI application\n", exc_info=error)
        other = written("gunicorn.error", "Error handling request %s", f"/x?{TOKEN}", exc_info=True)
        third = written("django.request", error, extra={"request": TOKEN, "status_code": 500})
    assert TOKEN not in line + other + third
    for text in (line, other):
        assert "\nValueError\n" in text
        assert f"{Path(__file__).name}:" in text
        assert "\nKeyError" in text
    assert third == "ValueError"


def test_what_a_formatter_needs_of_a_record_is_there():
    """uvicorn's own takes the five arguments apart."""
    from uvicorn.logging import AccessFormatter

    install()
    formatter = AccessFormatter(
        '%(client_addr)s "%(request_line)s" %(status_code)s', use_colors=False
    )
    arguments = ("1.2.3.4:5", "GET", f"/x?token={TOKEN}", "1.1", 404)
    line = written("uvicorn.access", '%s - "%s %s HTTP/%s" %d', *arguments, formatter=formatter)
    assert line == '1.2.3.4:5 "GET /x?[redacted] HTTP/1.1" 404 Not Found'


def test_a_wrong_format_does_no_harm(hub: lj.Hub):
    install(hub)
    assert written("gunicorn.access", "%(none)s and %(h)d", {"h": "x"}) == "%(none)s and %(h)d"


def test_it_may_be_installed_again_and_learns_accounts(hub: lj.Hub):
    install()
    install(hub)
    install(hub)
    (one,) = [f for f in logging.getLogger("uvicorn.access").filters if isinstance(f, RedactFilter)]
    assert one.accounts == {"shop", "shop-2024x"}
    assert written("uvicorn.asgi", "scope={'headers': ...}") == "", "every header would stand there"
    assert len(logging.getLogger("uvicorn.asgi").filters) == 1


def test_a_configuration_may_name_the_filter():
    import logging.config

    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"redact": {"()": "lampjack.logs.RedactFilter"}},
            "loggers": {"werkzeug": {"filters": ["redact"]}},
        }
    )
    assert written("werkzeug", f"GET /x?{TOKEN}") == "GET /x?[redacted]"


def test_a_servers_own_configuration_keeps_the_filters():
    """uvicorn configures its loggers when it starts, after the application was imported."""
    import uvicorn

    install()
    uvicorn.Config(lambda: None, log_level="info")
    assert written("uvicorn.access", "GET %s", f"/x?{TOKEN}") == "GET /x?[redacted]"


def test_it_is_loaded_with_its_first_use_only():
    command = "import sys, lampjack; print('lampjack.logs' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
