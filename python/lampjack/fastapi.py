"""FastAPI integration: `app.include_router(HandoverRouter(hub), prefix="/hooks")`, `add_error_handlers(app)`."""

from collections.abc import Awaitable, Callable
from typing import Any

try:
    from fastapi import APIRouter, FastAPI, Request, Response
    from fastapi.responses import JSONResponse
    from fastapi.routing import APIRoute
    from starlette.routing import Match
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "lampjack.fastapi needs FastAPI: pip install 'lampjack[fastapi]'", name=missing.name
    ) from None

from lampjack._errors import (
    ArgumentError,
    ConflictError,
    HubClosedError,
    HubTimeoutError,
    LampjackError,
    LeaseLostError,
    LimitError,
    NetworkError,
    NotFoundError,
    PayloadError,
    RefusedError,
    StoreError,
)
from lampjack._http import TOO_LARGE, peer_of, read_body
from lampjack._hub import Hub
from lampjack._log import log_event
from lampjack._reception import Answer
from lampjack._results import Endpoint

__all__ = ["HandoverRouter", "add_error_handlers"]


_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

# The first that fits.
_STATUSES: tuple[tuple[type[LampjackError], int, str], ...] = (
    (ArgumentError, 400, "Bad Request"),
    (PayloadError, 400, "Bad Request"),
    (RefusedError, 409, "Conflict"),
    (LeaseLostError, 409, "Conflict"),
    (NotFoundError, 404, "Not Found"),
    (LimitError, 429, "Too Many Requests"),
    (NetworkError, 502, "Bad Gateway"),
    (HubTimeoutError, 504, "Gateway Timeout"),
    (ConflictError, 503, "Service Unavailable"),
    (StoreError, 503, "Service Unavailable"),
    (HubClosedError, 503, "Service Unavailable"),
)


def _respond(answer: Answer) -> Response:
    return Response(answer.body, answer.status, headers=dict(answer.headers))


def _endpoint(hub: Hub, entry: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    account: str = entry.account
    pattern: str = entry.path
    limit: int = entry.max_body

    async def take(request: Request) -> Response:
        scope = request.scope
        body = await read_body(scope["headers"], request.receive, limit)
        if body is None:
            return _respond(TOO_LARGE)
        path = pattern
        if "{" in pattern:  # the segments as they came, percent-encoding included
            raw: str = (
                (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").rstrip("/")
            )
            path = "/" + "/".join(raw.split("/")[-pattern.count("/") :])
        answer = await hub.submit(
            account,
            method=scope["method"],
            path=path,
            query=scope["query_string"],
            headers=scope["headers"],
            body=body,
            peer=peer_of(scope),
        )
        return _respond(answer)

    return take


def _elsewhere(hub: Hub, account: str = "") -> Callable[[Request], Awaitable[Response]]:
    async def refuse(request: Request) -> Response:
        asked = account or request.path_params["account"]
        path = "/" + request.path_params.get("rest", "")
        return _respond(await hub.submit(asked, method=request.method, path=path))

    return refuse


class _Unclaimed(APIRoute):
    """What no account has. It is asked last: routes of the application's own below the same prefix come first."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        match, child = super().matches(scope)
        if match is Match.NONE:
            return match, child
        path, root = scope["path"], scope.get("root_path", "")
        asked = f"/{child['path_params']['account']}/{child['path_params'].get('rest', '')}"
        if path.removeprefix(root).rstrip("/") == asked.rstrip("/"):
            return Match.NONE, {}  # without a prefix all of the application is below it
        return Match.PARTIAL, child


class HandoverRouter(APIRouter):
    """One route for each account and path, so that OpenAPI lists what each vendor calls.

    What else is asked for below an account is refused in the hub's words: 404, or 405 with the methods that are taken.
    So is an account below the router's prefix that nobody has, unless another route of the application takes the request;
    a 405, or a redirect for a slash, of other routes below the prefix becomes that 404. Without a prefix what no account has is
    the application's. Bodies are read raw and within the path's limit; answers are sent byte for byte. Give `lifespan=hub.lifespan` to the
    application: FastAPI passes no lifespan on to routers that users mount.
    """

    def __init__(self, hub: Hub, **options: Any) -> None:
        super().__init__(**{"tags": ["lampjack"], **options})
        entries = hub.urls()
        for entry in entries:
            self._add(hub, entry)
        for account in dict.fromkeys(entry.account for entry in entries):
            for path in (f"/{account}", f"/{account}/{{rest:path}}"):
                self.add_api_route(
                    path, _elsewhere(hub, account), methods=_METHODS, include_in_schema=False
                )
        for path in ("/{account}", "/{account}/{rest:path}"):
            self.add_api_route(
                path,
                _elsewhere(hub),
                methods=_METHODS,
                include_in_schema=False,
                route_class_override=_Unclaimed,
            )

    def _add(self, hub: Hub, entry: Endpoint) -> None:
        account, path, method = entry.account, entry.path.rstrip("/"), entry.method
        common: dict[str, Any] = {
            "methods": [method],
            "response_class": Response,
            "response_model": None,
            "name": f"lampjack {account} {method} {path or '/'}",
        }
        endpoint = _endpoint(hub, entry)
        body = {
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        }
        self.add_api_route(
            f"/{account}{path}",
            endpoint,
            summary=f"{account}: {entry.meaning or entry.platform}",
            description=f"Called by {entry.platform}.",
            operation_id="_".join(
                f"{account}_{method}{path}".replace("{", "").replace("}", "").split("/")
            ).lower(),
            openapi_extra=body if method == "POST" else None,
            **common,
        )
        # A vendor's form may insist on a closing slash; a redirect would lose the body.
        self.add_api_route(f"/{account}{path}/", endpoint, include_in_schema=False, **common)


def _status_of(error: LampjackError) -> tuple[int, str] | None:
    if error.code == "too_large":  # as where the hub answers for itself
        return 413, "Content Too Large"
    if error.code == "key_conflict":  # the caller's to resolve, unlike a conflict in the store
        return 409, "Conflict"
    return next((entry[1:] for entry in _STATUSES if isinstance(error, entry[0])), None)


def _problem(error: LampjackError) -> dict[str, Any]:
    known = _status_of(error)
    if known is None:  # the caller can do nothing about it; the log has it
        log_event("request.failed", error=type(error).__name__, reason=error)
        return {"title": "Internal Server Error", "status": 500, "code": "internal"}
    status, title = known
    problem: dict[str, Any] = {
        "title": title,
        "status": status,
        "code": error.code,
        "detail": error.message,
    }
    if isinstance(error, RefusedError):
        problem |= {"owner": error.owner, "agent": error.agent, "epoch": error.epoch}
    return problem


async def _answer_error(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, LampjackError)  # noqa: S101  registered for nothing else
    problem = _problem(error)
    return JSONResponse(
        problem,
        problem["status"],
        headers={"retry-after": "1"} if problem["status"] in {429, 503} else None,
        media_type="application/problem+json",
    )


def add_error_handlers(app: FastAPI) -> None:
    """Answer what your own routes raise of this package's errors with problem documents (RFC 9457).

    An `ArgumentError` or a `PayloadError` is 400: what your caller gave makes no sense; 413 when it is too large. A
    `RefusedError` is 409 and tells `code`, `owner`, `agent` and `epoch` as they are now; a `ConflictError` about a key
    (`code` `key_conflict`) and a `LeaseLostError` are 409; `NotFoundError` is 404, `LimitError` 429, `NetworkError` 502, `HubTimeoutError` 504; a store that cannot be used now or a closed hub is 503.
    Any other `LampjackError` is 500 without details, and logged.
    """
    app.add_exception_handler(LampjackError, _answer_error)


HandoverRouter.__module__ = add_error_handlers.__module__ = "lampjack.fastapi"
