"""What the hub's reads return: named fields, and for one release what a dict gave."""

import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

import lampjack as lj
import lampjack.testing

STATE: dict[str, Any] = {
    "ref": "shop:live:user-1",
    "tag": "9f2c",
    "account": "shop",
    "bot": "b1",
    "mode": "live",
    "id": "user-1",
    "state": "agent",
    "epoch": 3,
    "episode": 1,
    "owner": {"kind": "agent", "agent": "dana"},
    "muted": "yes",
    "sync": "confirmed",
    "user": {"role": "user", "first_name": "Secretta"},
    "items": 7,
    "touched_at": "2026-01-05T10:00:00.250Z",
}
DELIVERY: dict[str, Any] = {
    "id": "d1",
    "action": "reply",
    "status": "pending",
    "epoch": 3,
    "agent": "dana",
    "attempts": 0,
    "created_at": "2026-01-05T10:00:00.000Z",
    "next_at": "2026-01-05T10:00:01.007Z",
    "ref": "shop:live:user-1",
}
EXPLANATION: dict[str, Any] = {
    "allowed": False,
    "rule": "R3",
    "code": "not_owner",
    "why": "another agent owns the conversation",
    "owner": {"kind": "bot"},
    "epoch": 3,
    "allowed_now": ["take", "notify"],
}
ENDPOINT: dict[str, Any] = {
    "account": "shop",
    "platform": "certainly",
    "side": "desk",
    "method": "POST",
    "url": "https://example.org/shop/claim",
    "path": "/claim",
    "max_body": 1 << 20,
    "meaning": "",
}
ERASURE: dict[str, Any] = {
    "account": "shop",
    "log": "empty",
    "conversations": [
        {"ref": "shop:live:user-1", "items": 7, "deliveries": 2, "dead_letters": 1, "epoch": 4}
    ],
}
CASES = [
    (lj.ConversationState, STATE),
    (lj.StuckConversation, {**STATE, "why": ["return_fails"], "last_error": "x", "last_code": 0}),
    (
        lj.StuckAccount,
        {"account": "bank", "why": ["no_hub"], "items": 2, "deliveries": 1, "timers": 0},
    ),
    (lj.DeliveryState, DELIVERY),
    (lj.Explanation, EXPLANATION),
    (lj.Endpoint, ENDPOINT),
    (lj.Erasure, ERASURE),
]
by_class = pytest.mark.parametrize(("cls", "data"), CASES, ids=[cls.__name__ for cls, _ in CASES])


def test_fields_have_types_and_absent_ones_a_plain_value():
    state = lj.ConversationState.from_dict(STATE)
    assert state.owner == lj.Owner("agent", "dana")
    assert state.touched_at == datetime(2026, 1, 5, 10, 0, 0, 250_000, UTC)
    assert (state.draining, state.end_reason) == ("", "")
    delivery = lj.DeliveryState.from_dict(DELIVERY)
    assert (delivery.last_code, delivery.last_error, delivery.ended_at) == (None, "", None)
    assert lj.Explanation.from_dict(EXPLANATION).allowed_now == ("take", "notify")
    assert lj.Erasure.from_dict(ERASURE).conversations[0].items == 7


@by_class
def test_the_json_form_comes_back(cls: Any, data: dict[str, Any]):
    assert cls.from_dict(data).to_dict() == data


@by_class
def test_for_one_release_a_result_is_read_as_the_dict_it_was(cls: Any, data: dict[str, Any]):
    result = cls.from_dict(data)
    with pytest.warns(PendingDeprecationWarning, match="is used as a dict"):  # noqa: PT031
        assert {key: result[key] for key in data} == data
        assert set(result.keys()) == set(data) == set(result)
        assert dict(result) == data == {**result}
        assert "nothing" not in result
        assert result.get("nothing", 5) == 5
        with pytest.raises(KeyError):
            result["nothing"]
    assert result == data
    assert result != {**data, "more": 1}


def test_a_key_whose_value_is_null_is_absent():
    told = {**DELIVERY, "last_code": None, "ended_at": None, "vendor_answer": None}
    delivery = lj.DeliveryState.from_dict(told)
    assert (delivery.last_code, delivery.ended_at, delivery.vendor_answer) == (None, None, "")
    assert delivery.to_dict() == DELIVERY
    with pytest.warns(PendingDeprecationWarning):
        assert delivery["last_code"] is None


def test_what_is_absent_is_no_key():
    delivery = lj.DeliveryState.from_dict(DELIVERY)
    with pytest.warns(PendingDeprecationWarning, match="is used as a dict"):  # noqa: PT031
        assert "last_code" not in delivery
        assert delivery.get("ended_at") is None


def test_use_as_a_dict_warns_of_its_end():
    delivery = lj.DeliveryState.from_dict(DELIVERY)
    with pytest.warns(PendingDeprecationWarning, match="DeliveryState is used") as seen:  # noqa: PT031
        assert delivery["id"] == "d1"
        assert delivery.get("id") == "d1"
        assert "id" in delivery
    assert {warning.filename for warning in seen} == {__file__}


@by_class
def test_what_a_newer_core_tells_is_kept(cls: Any, data: dict[str, Any]):
    result = cls.from_dict({**data, "made_up": [1]})
    assert result.extra == {"made_up": [1]}
    assert result.to_dict() == {**data, "made_up": [1]}
    assert result != cls.from_dict(data)


@by_class
def test_a_repr_names_no_person(cls: Any, data: dict[str, Any]):
    shown = repr(cls.from_dict(data))
    assert shown.startswith(f"<{cls.__name__} ")
    for secret in ("user-1", "Secretta", "dana"):
        assert secret not in shown


@by_class
def test_results_are_immutable_values(cls: Any, data: dict[str, Any]):
    result = cls.from_dict(data)
    assert result == cls.from_dict(data)
    assert hash(result) == hash(cls.from_dict(data))
    assert pickle.loads(pickle.dumps(result)) == copy.deepcopy(result) == result
    with pytest.raises(AttributeError):
        result.extra = {}


def test_every_read_returns_what_the_core_tells_and_nothing_unknown():
    settings = lj.testing.sample_settings("certainly", api_base="http://127.0.0.1:1")
    config = {"store": "memory:", "account": {"shop": settings}, "allow_networks": ["127.0.0.0/8"]}
    with lj.Hub(config, background=False) as hub:
        hub.decide()(lambda request: lj.Accept())
        request = lj.testing.sample("certainly", "handover_requested", user="user-1")
        assert hub.receive("shop", **request.arguments()).status == 200
        conv = hub["shop:live:user-1"]
        delivery = conv.reply("Hello", agent="dana").result(5)
        told = [
            conv.state().result(5),
            conv.explain("take", agent="eve").result(5),
            *conv.deliveries().result(5),
            delivery.status().result(5),
            hub.stats(),
            *hub.conversations(),
            *hub.urls("https://example.org"),
            *[
                i.event.details
                for i in conv.transcript().result(5)
                if isinstance(i.event, lj.DeliveryChanged)
            ],
            hub.erase("shop", "user-1", force=True),
        ]
    assert len({type(one) for one in told}) == 6
    assert [one for one in told if one.extra] == []
