"""Items read from their JSON form, whatever the order of its members."""

import json
import re
from pathlib import Path
from typing import Any

import lampjack as lj
from lampjack._items import Item, dead_items_from_json, items_from_json

EVENT = (
    '{"v":1,"id":"00112233445566778899aabbccddeeff","kind":"message","platform":"certainly","conversation":{"account":"shop",'
    '"mode":"live","id":"user-1"},"actor":{"role":"user"},"content":[{"type":"text","text":"say ,\\"event\\":{} and }"}],'
    '"extra":{"exact":1.10,"long":12345678901234567890123}}'
)
HEAD: dict[str, Any] = {
    "id": "a-1",
    "seq": 1,
    "epoch": 2,
    "episode": 0,
    "state": "bot",
    "to": "desk",
    "flags": ["late"],
    "ref": "shop:live:user-1",
    "account": "shop",
    "received_at": "2026-01-05T10:00:00.000Z",
    "attempt": 3,
}


def texts_of_item() -> list[str]:
    """The same item with its event last, first and in the middle."""
    members = [f"{json.dumps(key)}:{json.dumps(value)}" for key, value in HEAD.items()]
    event = f'"event":{EVENT}'
    orders = ([*members, event], [event, *members], [*members[:4], event, *reversed(members[4:])])
    return ["{" + ",".join(order) + "}" for order in orders]


def test_the_order_of_the_members_does_not_matter():
    items = [Item.from_json(text) for text in texts_of_item()]
    assert items[0] == items[1] == items[2]
    assert (items[0].seq, items[0].attempt, items[0].flags) == (1, 3, {"late"})


def test_an_event_keeps_its_digits_and_texts_that_look_like_members():
    for item in items_from_json("[" + ",".join(texts_of_item()) + "]"):
        assert isinstance(item.event, lj.Message)
        assert item.event.to_json() == EVENT
        assert lj.as_text(item.event.content) == 'say ,"event":{} and }'


def test_a_fact_is_read_by_its_type():
    text = json.dumps({**HEAD, "fact": {"type": "erased"}}, separators=(",", ":"))
    assert isinstance(Item.from_json(text).event, lj.Erased)


def test_a_dead_item_may_come_before_its_reason():
    end = '"subscription":"desk","reason":"ValueError","died_at":"2026-01-05T10:00:00.000Z"'
    (dead,) = dead_items_from_json(f'[{{"item":{texts_of_item()[0]},{end}}}]')
    assert (dead.subscription, dead.reason, dead.item.seq) == ("desk", "ValueError", 1)
    assert dead_items_from_json("[]") == []


def test_the_reasons_of_a_delivery_are_the_words_that_the_core_writes():
    core = Path(__file__).resolve().parents[2] / "cpp" / "src"
    engine = "\n".join(path.read_text("utf-8") for path in sorted(core.glob("engine/*.[ch]*")))
    words = set(re.findall(r'last_error = "(\w+)"', engine)) - {"erased"}  # no fact tells of it
    words |= {
        word
        for name in ("Rerouted", "BehindCall", "TimedOut", "Credentials")
        for word in re.findall(rf'string_view k{name} = "(\w+)"', engine)
    }
    client = (core / "transport" / "http_client.h").read_text("utf-8")
    words |= set(re.findall(r'case FailureKind::\w+: return "(\w+)"', client))
    words |= {"refused_in_body", "unreadable_body", "status", "discarded"}
    assert len(words) >= 17
    told = lj.DeliveryChanged.reason.__doc__ or ""
    assert [word for word in sorted(words) if f"`{word}" not in told] == []
