"""Lampjack connects bots to humans.

It receives the handover webhooks of chatbot platforms, turns them into one event model, tracks who owns each
conversation, and sends the agents' replies and handover actions back.
"""

from lampjack._consumers import SinkMessage
from lampjack._conversation import Conversation, User
from lampjack._convert import convert, verify, write
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
from lampjack._decisions import Accept, DecisionRequest, Decline
from lampjack._delivery import Command, Delivery, Receipt
from lampjack._errors import (
    ArgumentError,
    AuthError,
    ConfigError,
    ConflictError,
    HubClosedError,
    HubTimeoutError,
    InternalError,
    LampjackError,
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
from lampjack._hub import Hub
from lampjack._items import (
    DeadItem,
    DeliveryChanged,
    Erased,
    Fact,
    HandoverEnded,
    Item,
    Owner,
    OwnerChanged,
)
from lampjack._losses import Loss
from lampjack._outcome import Outcome
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
from lampjack._reception import Answer
from lampjack._upkeep import backup, export, migrate
from lampjack._values import Actor, ConversationId, FrozenDict, HandoverInfo

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
    "DeadItem",
    "DecisionRequest",
    "Decline",
    "Delivery",
    "DeliveryChanged",
    "Erased",
    "Event",
    "Fact",
    "File",
    "FrozenDict",
    "Handover",
    "HandoverEnded",
    "HandoverInfo",
    "HandoverRequested",
    "Hub",
    "HubClosedError",
    "HubTimeoutError",
    "InternalError",
    "Item",
    "LampjackError",
    "LimitError",
    "Location",
    "Loss",
    "Message",
    "NetworkError",
    "NotFoundError",
    "NotOwnerError",
    "Option",
    "Outcome",
    "Owner",
    "OwnerChanged",
    "Part",
    "PayloadError",
    "Postback",
    "Receipt",
    "RefusedError",
    "Session",
    "SinkMessage",
    "StaleOwnerError",
    "Start",
    "StoreError",
    "Text",
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
    "verify",
    "write",
]
