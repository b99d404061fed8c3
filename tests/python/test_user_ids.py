"""Ids of end users on a channel: what cannot be one is refused when it is given."""

from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import sample_settings


def opened() -> lj.Hub:
    account = sample_settings("omnichannel")
    return lj.Hub({"store": "memory:", "account": {"line": account}}, background=False)


@pytest.mark.parametrize("user", ["", " ", "\n"])
def test_a_blank_user_is_refused(user: str):
    with opened() as hub, pytest.raises(lj.ArgumentError, match="id must not be blank"):
        hub.user("line", user)


@pytest.mark.parametrize(
    "conversation", ["", " ", True, False, 2**63, -(2**63), pytest.param(10**6000, id="huge"), 1.5]
)
def test_a_conversation_that_is_no_id_is_refused(conversation: Any):
    with opened() as hub, pytest.raises(lj.ArgumentError, match="conversation"):
        hub.user("line", "42", conversation=conversation)


@pytest.mark.parametrize("conversation", ["7", 7, 0, -5, 2**63 - 1])
def test_a_text_or_a_number_names_the_conversation(conversation: Any):
    with opened() as hub:
        said = hub.user("line", "42", conversation=conversation).say("hello").result(5)
        assert said.receipt.ref == f"line:live:{conversation}"
