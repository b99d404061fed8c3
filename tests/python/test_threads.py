"""Many threads at once: shared views, parsing, receiving and commanding."""

import threading
from collections.abc import Callable

import lampjack as lj
from lampjack.testing import sample, sample_settings

THREADS = 8


def together(work: Callable[[int], None]) -> None:
    failures: list[BaseException] = []
    barrier = threading.Barrier(THREADS)

    def run(number: int) -> None:
        try:
            barrier.wait(20)
            work(number)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert not failures


def test_views_of_one_batch_are_read_by_all():
    body = sample("chatlayer_offloading", "handover_requested", text="one text").body
    for _ in range(50):
        event = lj.parse("chatlayer_offloading", body, account="shop")[0]
        first = event.to_json()

        def read(_: int, event: lj.Event = event, first: str = first) -> None:
            assert event.handover.transcript[0].content == (lj.Text("one text"),)
            assert event.to_json() == first
            assert event.conversation is event.conversation
            assert event.id in first

        together(read)


def test_views_outlive_their_thread():
    kept: list[lj.Event] = []

    def parse(number: int) -> None:
        for n in range(200):
            body = sample("certainly", user=f"u-{number}", text=f"text {number} {n}").body
            kept.extend(lj.parse("certainly", body))

    together(parse)
    assert len({lj.as_text(event.content) for event in kept}) == THREADS * 200


def outcome(command: lj.Command) -> lj.Receipt | lj.RefusedError:
    try:
        return command.result(20).receipt
    except lj.RefusedError as error:
        return error


def test_one_conversation_has_one_owner_whoever_asks_first():
    hub = lj.Hub(
        {
            "store": "memory:",
            "account": {"shop": sample_settings("chatlayer_offloading", t_answer=20_000)},
        },
        background=False,
    )
    hub.decide()(lambda request: lj.Accept(mute=True))
    winners: list[str] = []

    def fight(number: int) -> None:
        for n in range(20):
            user = f"user-{n}"
            request = sample("chatlayer_offloading", "handover_requested", user=user)
            assert hub.receive("shop", **request.arguments()).status == 200
            taken = outcome(hub[f"shop:live:{user}"].take(f"agent-{number}"))
            if isinstance(taken, lj.Receipt):
                winners.append(taken.ref)
            else:
                assert (taken.code, taken.owner) == ("not_owner", "agent")

    together(fight)
    assert sorted(winners) == sorted(f"shop:live:user-{n}" for n in range(20))
    assert hub.stats().handovers >= 20
    hub.close()
