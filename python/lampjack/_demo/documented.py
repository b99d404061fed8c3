"""The documented requests of every platform, ready to be posted: an account for each set of settings."""

import base64
import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

__all__ = ["Documented", "accounts", "load"]


@dataclass(frozen=True)
class Documented:
    """One request as a vendor documents it, or one that must be refused, with the answer it must get."""

    name: str
    platform: str
    account: str
    settings: dict[str, Any] = field(repr=False)
    decision: dict[str, Any] | None
    method: str
    path: str
    query: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    status: int
    answer: str | None


def load() -> list[Documented]:
    """Read the requests that ship with the package. Those for unknown chats come first, before any chat is known."""
    cases: list[dict[str, Any]] = json.loads(
        files("lampjack._demo").joinpath("documented.json").read_text("utf-8")
    )
    names: dict[str, str] = {}
    found = []
    for case in cases:
        decision = case.get("decision")
        if decision and case["platform"] != "chatlayer_offloading":
            # Elsewhere a call mutes the bot, and nobody is at the documented addresses.
            decision = {**decision, "mute": False}
        # A decision belongs to one request, so that request gets an account of its own.
        key = json.dumps([case["platform"], case["account"], case["name"] if decision else None])
        name = names.setdefault(key, f"doc-{len(names) + 1}")
        body = case["body"].encode() if "body" in case else base64.b64decode(case["body_base64"])
        found.append(
            Documented(
                case["name"],
                case["platform"],
                name,
                {**case["account"], "platform": case["platform"]},
                decision,
                case["method"],
                case["path"],
                case["query"],
                case["headers"],
                body,
                case["status"],
                case.get("answer"),
            )
        )
    return sorted(found, key=lambda one: one.status != 404)


def accounts(cases: list[Documented]) -> dict[str, dict[str, Any]]:
    """Return the configuration of the accounts the requests are for."""
    return {case.account: case.settings for case in cases}
