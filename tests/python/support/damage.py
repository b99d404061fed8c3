"""What went wrong: what was acknowledged, held against what the store, the handlers and the platform have."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import lampjack as lj
from lampjack.testing import Received
from support.service_process import Place
from support.traffic import Said, ref_of, texts_in


@dataclass
class Damage:
    """Empty lists when all is well."""

    lost: list[str] = field(default_factory=list)  # acknowledged, and not in the log
    doubled: list[str] = field(default_factory=list)  # more than once in the log
    unhandled: list[str] = field(default_factory=list)
    handled_twice: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)  # an acknowledged reply the platform never got
    sent_twice: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)

    def kinds(self) -> set[str]:
        return {name for name, found in vars(self).items() if found}


def _compare(wanted: list[str], found: Iterable[str], missing: list[str], twice: list[str]) -> None:
    counts = Counter(found)
    missing += [text for text in wanted if counts[text] == 0]
    twice += [text for text in wanted if counts[text] > 1]


def texts_of_log(hub: lj.Hub, user: str) -> list[str]:
    texts: list[str] = []
    after = 0
    while items := hub[ref_of(user)].transcript(after=after).result(60):
        after = items[-1].seq
        texts += [
            lj.as_text(item.event.content) for item in items if isinstance(item.event, lj.Message)
        ]
    return texts


def first_times(texts: Iterable[str], wanted: set[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text in wanted))


def look_for_damage(
    hub: lj.Hub, place: Place, received: list[Received], said: dict[str, Said]
) -> Damage:
    damage = Damage()
    handled = [(line["text"], line["item"]) for line in place.ledger("handled")]
    at_platform = [text for request in received for text in texts_in(request)]
    for user, spoken in said.items():
        stored = texts_of_log(hub, user)
        _compare(spoken.messages, stored, damage.lost, damage.doubled)
        # A handler's effect is known by its item's id; here each text is one item.
        _compare(spoken.messages, (t for t, _ in handled), damage.unhandled, damage.handled_twice)
        _compare(spoken.replies, at_platform, damage.unsent, damage.sent_twice)
        for wanted, found in ((spoken.messages, stored), (spoken.replies, at_platform)):
            if first_times(found, set(wanted)) != [text for text in wanted if text in set(found)]:
                damage.out_of_order.append(user)
    return damage
