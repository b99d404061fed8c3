"""The public names of what a hub needs. `lampjack` imports them with their first use."""

from lampjack._conversation import Conversation, User
from lampjack._convert import ScriptView, convert, part_of_script, script_view, verify, write
from lampjack._decisions import Accept, DecisionRequest, Decline
from lampjack._delivery import Command, Delivery, Receipt
from lampjack._heads import Head
from lampjack._hub import Hub
from lampjack._items import (
    DeadItem,
    DeliveryChanged,
    Erased,
    Fact,
    HandoverEnded,
    Item,
    OwnerChanged,
)
from lampjack._outcome import Outcome
from lampjack._reception import Answer
from lampjack._results import (
    ConversationState,
    DeliveryState,
    Endpoint,
    ErasedConversation,
    Erasure,
    Explanation,
    Owner,
    Stats,
)
from lampjack._settings import Setting, settings
from lampjack._sinks import SinkMessage
from lampjack._stuck import StuckAccount, StuckConversation
from lampjack._traces import Offer, Subscription, Trace, TracedDelivery, TraceLine
from lampjack._upkeep import backup, export, migrate, restore

__all__ = [
    "Accept",
    "Answer",
    "Command",
    "Conversation",
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
    "Explanation",
    "Fact",
    "HandoverEnded",
    "Head",
    "Hub",
    "Item",
    "Offer",
    "Outcome",
    "Owner",
    "OwnerChanged",
    "Receipt",
    "ScriptView",
    "Setting",
    "SinkMessage",
    "Stats",
    "StuckAccount",
    "StuckConversation",
    "Subscription",
    "Trace",
    "TraceLine",
    "TracedDelivery",
    "User",
    "backup",
    "convert",
    "export",
    "migrate",
    "part_of_script",
    "restore",
    "script_view",
    "settings",
    "verify",
    "write",
]
