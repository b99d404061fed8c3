"""What a conversion loses, found without the core: the body is read again, and both canonical forms are compared."""

import json
from collections.abc import Iterator
from typing import Any

import lampjack as lj
from lampjack import _core

ROWS = {row[0]: row for row in _core.describe_platforms()}
# What belongs to the canonical form itself.
OURS = {"v", "id", "platform", "warnings"}
# What a part's type says without any word.
OF_TYPE = {"type", "kind", "style", "layout", "media"}
Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Each value of the canonical form with its place; members of free-form objects are one value each."""
    whole = (
        place[-1:] in {("parameters",), ("raw",)}
        or place[-2:] == ("handover", "payload")
        or place[-2:-1] in {("extra",), ("session",)}
    )
    if isinstance(value, dict) and not whole:
        for name, one in value.items():
            yield from places(one, (*place, name))
    elif isinstance(value, list) and not whole:
        for number, one in enumerate(value):
            yield from places(one, (*place, number))
    else:
        yield place, value


def said_by(events: list[dict[str, Any]]) -> dict[Place, Any]:
    """What one event says; of several that a body became, the first with the content of all."""
    event = {key: value for key, value in events[0].items() if key not in OURS}
    content = [part for one in events for part in one.get("content", [])]
    if content or "content" in event:
        event["content"] = content
    event.get("conversation", {}).pop("account", None)
    for item in event.get("handover", {}).get("transcript", []):
        for key in set(item) - {"content", "sent_at", "actor"}:
            del item[key]
        item["actor"] = {"role": item["actor"]["role"]}
        for part in item.get("content", []):
            part.pop("extra", None)
    return dict(places(event))


def as_data(event: lj.Event) -> dict[str, Any]:
    return json.loads(event.to_json(), parse_int=str, parse_float=str)


def read_again(platform: str, body: bytes) -> list[dict[str, Any]]:
    for path in ("", *(endpoint[2] for endpoint in ROWS[platform][3])):
        try:
            return [as_data(event) for event in lj.parse(platform, body, path=path)]
        except lj.PayloadError:
            continue
    raise AssertionError("nobody understands the body")


def is_implied(place: Place, value: Any) -> bool:
    """A live conversation is what any conversation is that nobody calls a rehearsal."""
    return place == ("conversation", "mode") and value == "live"


def field_of(place: Place) -> str:
    """The place as a loss names it: without indices, and of a free-form object only the object."""
    names = [name for name in place if isinstance(name, str)]
    for free in ("extra", "session", "transcript"):
        if free in names[:-1]:
            names = names[: names.index(free) + 1]
    return ".".join(names)


Told = dict[tuple[int | None, str], lj.Loss]


def loss_of(place: Place, losses: Told) -> lj.Loss | None:
    if place[0] == "content":
        return losses.get((int(place[1]), field_of(place[2:])))
    return losses.get((None, field_of(place)))


def stands_elsewhere(place: Place, value: Any, after: dict[Place, Any], losses: Told) -> bool:
    """Whether a loss of the whole part covers the place, and what it says stands in another part."""
    if place[0] != "content" or len(place) < 3:
        return False
    if (int(place[1]), "type") not in losses and (None, "content") not in losses:
        return False
    words = [str(one) for where, one in after.items() if where[0] == "content"]
    return str(place[-1]) in OF_TYPE or any(str(value) in text for text in words)


def without_dropped_parts(
    event: dict[str, Any], told: tuple[lj.Loss, ...]
) -> tuple[dict[str, Any], Told]:
    """The event without the parts of which nothing is left, and its losses by the parts' new numbers."""
    dropped = {loss.part for loss in told if loss.field == "type" and loss.what == "missing"}
    kept = [number for number in range(len(event.get("content", []))) if number not in dropped]
    losses: Told = {
        (None if loss.part is None else kept.index(loss.part), loss.field): loss
        for loss in told
        if loss.part not in dropped
    }
    if "content" in event:
        event = {**event, "content": [event["content"][number] for number in kept]}
    return event, losses


def converts_and_tells(event: lj.Event, platform: str) -> bool:
    """Convert the event and hold what is told against what the body gives back."""
    try:
        body, told = lj.convert(event, platform)
    except lj.UnsupportedError:
        return False
    assert len({(loss.part, loss.field) for loss in told}) == len(told), "one loss for each place"
    data, losses = without_dropped_parts(as_data(event), told)
    before = said_by([data])
    after = said_by(read_again(platform, body))
    for place, value in before.items():
        if after.get(place) == value or is_implied(place, value):
            continue
        covered = loss_of(place, losses) or stands_elsewhere(place, value, after, losses)
        assert covered, f"{field_of(place)} is lost and not told: {told}"
    check_inventions(before, after, losses)
    check_words(told, before, after)
    return True


def check_inventions(before: dict[Place, Any], after: dict[Place, Any], losses: Told) -> None:
    """What the body says and the event does not is told, but for what only the vendor has a name for."""
    joined = (None, "content") in losses
    for place, value in after.items():
        if place in before or is_implied(place, value) or "extra" in place or "session" in place:
            continue
        if (place[-1], value) == ("state", "ready"):  # what a file with a link is
            continue
        if place[0] == "content" and (joined or (int(place[1]), "type") in losses):
            continue
        shown = before.get(("actor", "display_name")) == value  # the one place for names
        covered = loss_of(place, losses) or (shown and (None, "actor.display_name") in losses)
        assert covered, f"{field_of(place)} is made up and not told: {losses}"


def check_words(
    told: tuple[lj.Loss, ...], before: dict[Place, Any], after: dict[Place, Any]
) -> None:
    """No loss of the event's own places is told of what was not there, or is there as it was."""
    was = {field_of(place) for place in before if place[0] != "content"}
    stays = {field_of(place) for place in after if place[0] != "content"}
    for loss in told:
        assert loss.what in {"missing", "changed", "made_up", "file_not_ready"}
        assert bool(loss.before) == (loss.field == "type")
        if loss.part is not None or loss.field == "content":
            continue
        assert (loss.field in was) == (loss.what != "made_up"), loss
        if loss.what == "missing" and not loss.field.endswith("extra"):
            assert loss.field not in stays, loss
        if loss.what == "made_up" and loss.field != "sent_at":  # a request's time is no message's
            assert loss.field in stays, loss
