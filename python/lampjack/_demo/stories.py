"""The scripted stories: one a platform, over real HTTP, with a scripted agent called Dana."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import lampjack as lj
from lampjack._demo.documented import Documented
from lampjack._demo.service import Service
from lampjack._demo.timeline import Timeline
from lampjack.testing import FakePlatform, SampleRequest, sample

__all__ = ["Stories"]


class Stories:
    """Plays the vendors' side of every story against the service."""

    def __init__(
        self, service: Service, platforms: Mapping[str, FakePlatform], line: Timeline
    ) -> None:
        self._service = service
        self._hub = service.hub
        self._platforms = platforms
        self._line = line
        address = urlsplit(service.url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port)

    # ---- HTTP towards the service ----

    def _send(self, account: str, request: SampleRequest | Documented) -> tuple[int, str]:
        path = "/hooks/" + account + ("" if request.path == "/" else request.path)
        headers = dict(request.headers)
        self._connection.request(
            request.method,
            path + (f"?{request.query}" if request.query else ""),
            request.body,
            headers,
        )
        response = self._connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")

    def _post(self, account: str, kind: str = "message", **options: Any) -> tuple[int, str]:
        return self._send(account, sample(self._platforms[account].platform, kind, **options))

    # ---- The stories ----

    def documented(self, cases: list[Documented]) -> None:
        """Post every documented request, good and bad, and compare each answer."""
        answered = accepted = refused = 0
        for case in cases:
            status, body = self._send(case.account, case)
            if status == case.status and (case.answer is None or body == case.answer):
                answered += 1
            else:
                self._line.say(
                    case.platform,
                    case.name,
                    f"answered {status} {body[:80]}, expected {case.status}",
                )
            accepted += status == 200
            refused += status != 200
        self._line.say(
            "all four",
            "",
            f"{len(cases)} documented requests: {accepted} accepted, {refused} refused as they must be",
        )
        self._line.count("documented_requests", len(cases), len(cases))
        self._line.count("documented_answers", answered, len(cases))
        self._line.count("documented_accepted", accepted, sum(case.status == 200 for case in cases))
        self._line.count("documented_refused", refused, sum(case.status != 200 for case in cases))

    def chatlayer(self) -> None:
        """Offload, take over, reply through a 503, a stale reply, reply then release."""
        fake, say = self._platforms["shop"], self._say("chatlayer", "session-1")
        health = self._send("shop", SampleRequest("GET", "/", sample("chatlayer_offloading").query))
        say(f"health check answered {health[1]}")
        self._post("shop", user="session-1", text="hi", number=1)
        before = self._hub.stats().duplicates
        self._post("shop", user="session-1", text="hi", number=1)
        duplicates = self._hub.stats().duplicates - before
        say("a message came twice and was applied once")
        status, body = self._post(
            "shop", "handover_requested", user="session-1", text="a human please", number=2
        )
        say(f"bot → requested, answered {body}")
        self._requested("shop:live:session-1")
        conv = self._hub["shop:live:session-1"]
        taken = conv.take("dana").result(5)
        say("requested → agent: Dana took over")
        fake.respond.append((503, b"{}"))
        conv.reply("Hello from Dana!", agent="dana").result(5).sent(15).result(16)
        retried = len(fake.received)
        say(f"the platform answered 503, the reply was sent again: {retried} calls, delivered")
        conv.take("lee", force=True, supervisor=True).result(5)
        stale = 0
        try:
            conv.reply("Am I late?", agent="dana", epoch=taken.receipt.epoch).result(5)
        except lj.StaleOwnerError:
            stale = 1
            say("Lee took it by force; Dana's reply was refused: stale owner")
        conv.reply("Lee here. Goodbye!", agent="lee").result(5)
        conv.release(agent="lee").result(5)
        calls = fake.wait(retried + 2)
        order = ["Goodbye" in calls[-2].body.decode(), "resume" in calls[-1].body.decode()]
        say("Lee replied and released: the reply arrived first, then the bot was resumed")
        self._post_bot("session-1", 9)
        say(f"the bot speaks again: agent → {self._state('shop:live:session-1')}")
        counts = self._line.count
        counts("chatlayer_health_ok", int(health == (200, '{"status":"ok"}')), 1)
        counts("chatlayer_duplicates", duplicates, 1)
        counts(
            "chatlayer_offload_accepted",
            int((status, body) == (200, '{"offloadSuccess":true,"pauseBot":true}')),
            1,
        )
        counts("chatlayer_calls_for_first_reply", retried, 2)
        counts("chatlayer_stale_replies_refused", stale, 1)
        counts("chatlayer_reply_before_return", sum(order), 2)
        counts("chatlayer_back_to_bot", int(self._state("shop:live:session-1") == "bot"), 1)

    def _post_bot(self, user: str, number: int) -> None:
        request = sample("chatlayer_offloading", user=user, number=number)
        body = json.loads(request.body)
        body["messages"] = [
            {"actor": "bot", "timestamp": body["timestamp"], "message": {"text": "I am back."}}
        ]
        self._send("shop", SampleRequest(query=request.query, body=json.dumps(body).encode()))

    def certainly(self) -> None:
        """Claim, GET handover, both directions, GET takeover."""
        fake, user = self._platforms["claims"], "webbot:00000000-0000-4000-8000-000000000003"
        ref, say = f"claims:live:{user}", self._say("certainly", "webbot:…0003")
        self._post("claims", "handover_requested", user=user, text="agent")
        self._requested(ref)
        say("claim webhook: bot → requested")
        conv = self._hub[ref]
        conv.take("dana").result(5)
        say(f"Dana took over: {fake.wait(1)[0].method} …/handover/…/ silenced the bot")
        self._post("claims", user=user, text="my parcel is late", number=5)
        self._at_desk(ref, "my parcel is late")
        say("the user's message reached the desk")
        conv.reply("I am looking into it.", agent="dana").result(5)
        reply = fake.wait(2)[1]
        say(f"Dana's reply arrived: {reply.method} {reply.json()}")
        conv.release(agent="dana").result(5)
        takeover = fake.wait(3)[2]
        say(f"released: {takeover.method} …/takeover/…/ woke the bot")
        self._line.count("certainly_handover_calls", int(fake.received[0].method == "GET"), 1)
        self._line.count(
            "certainly_replies_arrived",
            int(reply.json() == {"message": "I am looking into it."}),
            1,
        )
        self._line.count("certainly_takeover_calls", int("/takeover/" in takeover.path), 1)

    def omnichannel(self) -> None:
        """A user's words to the bot and back, a transfer, an agent, and the bot again."""
        fake, ref, say = (
            self._platforms["inbox"],
            "inbox:live:4211",
            self._say("omnichannel", "chat 4211"),
        )
        user = self._hub.user("inbox", "4211", first_name="Robin")
        user.say("hello").result(5)
        forwarded = fake.wait(1)[0].json()
        say(f"the user said hello: forwarded to the platform as {forwarded['event']}")
        self._post("inbox", user="4211", text="Hi, I am a bot.")
        self._shown(ref, "Hi, I am a bot.")
        say("the bot's answer was shown to the user")
        status, _ = self._post("inbox", "handover_requested", user="4211", text="wants a human")
        self._requested(ref)
        say("the bot's External Request: bot → requested")
        conv = self._hub[ref]
        conv.take("dana").result(5)
        user.say("are you human?").result(5)
        self._at_desk(ref, "are you human?")
        say("agent: the user's words go to Dana, not to the bot")
        conv.reply("Yes, I am Dana.", agent="dana").result(5).sent(10).result(11)
        self._shown(ref, "Yes, I am Dana.")
        say("Dana's reply was shown to the user")
        conv.release(agent="dana").result(5)
        held = len(fake.received)
        user.say("thanks").result(5)
        fake.wait(held + 1)
        say("released: the user's words go to the bot again")
        self._line.count(
            "omnichannel_forwarded_before", int(forwarded["message"]["text"] == "hello"), 1
        )
        self._line.count("omnichannel_transfer_status", status, 200)
        self._line.count("omnichannel_forwarded_while_agent", held - 1, 0)
        self._line.count("omnichannel_forwarded_after", len(fake.received) - held, 1)
        self._line.count("omnichannel_shown", sum(r == ref for r, _ in self._service.shown), 2)

    def app(self) -> None:
        """Subscribe, receive, send, offload, agent, release by way of the target address."""
        fake, ref, say = self._platforms["app"], "app:live:user-77", self._say("app", "user-77")
        relay = dict(sample("chatlayer_app").headers)

        def post(path: str, body: object) -> tuple[int, str]:
            return self._send(
                "app",
                SampleRequest(
                    path=path, headers=tuple(relay.items()), body=json.dumps(body).encode()
                ),
            )

        subscribed = post("/subscribe", {"targetUrl": f"{fake.url}/target"})[0]
        request = {
            "request": {
                "method": "POST",
                "query": {},
                "headers": {},
                "content": {"from": "user-77", "text": "hi bot"},
            }
        }
        status, array = post("/receive", request)
        items = json.loads(array) if status == 200 else []
        say(f"performReceive: {len(items)} message for the bot")
        self._post("app", user="user-77", text="Hello, user")
        self._shown(ref, "Hello, user")
        say("performSend: the bot's message was shown to the user")
        self._post("app", "handover_requested", user="user-77", text="agent")
        self._requested(ref)
        say("performOffload: a human is wanted")
        conv = self._hub[ref]
        conv.take("dana").result(5)
        fake.wait(1)  # the action that silences the bot
        conv.reply("Dana speaking.", agent="dana").result(5).sent(10).result(11)
        self._shown(ref, "Dana speaking.")
        say("Dana's reply was shown to the user")
        conv.release(agent="dana").result(5)
        muted, returned = (one.body.replace(b" ", b"") for one in fake.wait(2)[:2])
        say("released: the target address got the action that wakes the bot")
        self._line.count("app_subscribed", subscribed, 200)
        self._line.count("app_received_items", len(items), 1)
        self._line.count("app_shown", sum(r == ref for r, _ in self._service.shown), 2)
        self._line.count("app_mute_actions", muted.count(b'"to":"agent"'), 1)
        self._line.count("app_return_actions", returned.count(b'"to":"bot"'), 1)

    def refused(self) -> None:
        """A wrong token and broken JSON."""
        request = sample("chatlayer_offloading")
        wrong, _ = self._send(
            "shop", SampleRequest(query="challenge.verifyToken=guess", body=request.body)
        )
        broken, _ = self._send("shop", SampleRequest(query=request.query, body=request.body[:-1]))
        self._line.say("chatlayer", "", f"a wrong token is answered {wrong}, broken JSON {broken}")
        self._line.count("wrong_token_status", wrong, 401)
        self._line.count("broken_json_status", broken, 400)

    # ---- What the stories wait for ----

    def _say(self, platform: str, who: str) -> Any:
        return lambda what: self._line.say(platform, who, what)

    def _state(self, ref: str) -> str:
        found = [one for one in self._hub.conversations(limit=1000) if one.ref == ref]
        return found[0].state if found else "unknown"

    def _requested(self, ref: str) -> None:
        self._service.wait(lambda: ref in self._service.requested, "the handover request")

    def _at_desk(self, ref: str, text: str) -> None:
        self._service.wait(lambda: (ref, text) in self._service.desk, "the line at the desk")

    def _shown(self, ref: str, text: str) -> None:
        self._service.wait(lambda: (ref, text) in self._service.shown, "the message at the widget")
