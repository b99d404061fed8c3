"""Lampjack connects bots to humans.

It receives the handover webhooks of chatbot platforms, turns them into one event model, tracks who owns each
conversation, and sends the agents' replies and handover actions back.
"""

import typing as _typing

from lampjack._core import (
    Event,
    Handover,
    HandoverRequested,
    Message,
    Session,
    UnknownEvent,
    __version__,
    parse,
)
from lampjack._errors import (
    ArgumentError,
    AuthError,
    ConfigError,
    ConflictError,
    HubClosedError,
    HubTimeoutError,
    InternalError,
    LampjackError,
    LeaseLostError,
    LimitError,
    NetworkError,
    NotFoundError,
    NotOwnerError,
    PayloadError,
    RefusedError,
    StaleOwnerError,
    StoreError,
    UnsupportedError,
)
from lampjack._json import Number
from lampjack._losses import Loss
from lampjack._parts import (
    Card,
    Cards,
    Choice,
    Content,
    File,
    Location,
    Option,
    Part,
    Postback,
    Start,
    Text,
    UnknownPart,
    as_text,
)
from lampjack._values import Actor, ConversationId, FrozenDict, HandoverInfo

if _typing.TYPE_CHECKING:
    from lampjack._hubs import *  # noqa: F403

__all__ = [
    "Accept",
    "Actor",
    "Answer",
    "ArgumentError",
    "AuthError",
    "Card",
    "Cards",
    "Choice",
    "Command",
    "ConfigError",
    "ConflictError",
    "Content",
    "Conversation",
    "ConversationId",
    "ConversationState",
    "DeadItem",
    "DecisionRequest",
    "Decline",
    "Delivery",
    "DeliveryChanged",
    "DeliveryState",
    "Endpoint",
    "Erased",
    "ErasedConversation",
    "Erasure",
    "Event",
    "Explanation",
    "Fact",
    "File",
    "FrozenDict",
    "Handover",
    "HandoverEnded",
    "HandoverInfo",
    "HandoverRequested",
    "Head",
    "Hub",
    "HubClosedError",
    "HubTimeoutError",
    "InternalError",
    "Item",
    "LampjackError",
    "LeaseLostError",
    "LimitError",
    "Location",
    "Loss",
    "Message",
    "NetworkError",
    "NotFoundError",
    "NotOwnerError",
    "Number",
    "Offer",
    "Option",
    "Outcome",
    "Owner",
    "OwnerChanged",
    "Part",
    "PayloadError",
    "Postback",
    "Receipt",
    "RefusedError",
    "ScriptView",
    "Session",
    "Setting",
    "SinkMessage",
    "StaleOwnerError",
    "Start",
    "Stats",
    "StoreError",
    "StuckAccount",
    "StuckConversation",
    "Subscription",
    "Text",
    "Trace",
    "TraceLine",
    "TracedDelivery",
    "UnknownEvent",
    "UnknownPart",
    "UnsupportedError",
    "User",
    "__version__",
    "as_text",
    "backup",
    "convert",
    "export",
    "migrate",
    "parse",
    "part_of_script",
    "restore",
    "script_view",
    "settings",
    "verify",
    "write",
]


if not _typing.TYPE_CHECKING:

    def __getattr__(name):
        """Import what runs a hub when it is first asked for: who parses only need not wait for asyncio."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from lampjack import _hubs

        globals().update({each: getattr(_hubs, each) for each in _hubs.__all__})
        return globals()[name]

    def __dir__():
        return sorted({*globals(), *__all__})
