"""Configuration: files, environment, secrets kept elsewhere, and complaints that help."""

from pathlib import Path

import pytest

import lampjack as lj
from lampjack import _config
from lampjack.testing import sample, sample_settings

TOML = """
store = "memory:"
[account.shop]
platform = "certainly"
webhook_token = "{token}"
deployment_id = "dep-1"
"""


@pytest.fixture
def toml(tmp_path: Path):
    def write(token: str, extra: str = "") -> Path:
        path = tmp_path / "lampjack.toml"
        path.write_text(TOML.format(token=token) + extra)
        return path

    return write


def accepts(hub: lj.Hub, account: str = "shop") -> bool:
    with hub:
        return hub.receive(account, **sample("certainly").arguments()).status == 200


def test_a_file_with_a_plain_token(toml):
    assert accepts(lj.Hub.from_file(toml("made-up-token-of-tests")))
    assert not accepts(lj.Hub.from_file(toml("another-token")))


def test_secrets_come_from_the_environment(toml, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOP_TOKEN", "made-up-token-of-tests")
    assert accepts(lj.Hub.from_file(toml("env:SHOP_TOKEN")))
    monkeypatch.delenv("SHOP_TOKEN")
    with pytest.raises(
        lj.ConfigError, match=r"account\.shop\.webhook_token: .*SHOP_TOKEN is not set"
    ):
        lj.Hub.from_file(toml("env:SHOP_TOKEN"))


def test_secrets_come_from_files_beside_the_configuration(toml, tmp_path: Path):
    (tmp_path / "token").write_text("made-up-token-of-tests\n")
    assert accepts(lj.Hub.from_file(toml("file:token")))
    with pytest.raises(lj.ConfigError, match="file missing cannot be read: No such file"):
        lj.Hub.from_file(toml("file:missing"))


def hub_with(token: object, **keys: object) -> lj.Hub:
    shop = {"platform": "certainly", "webhook_token": token, "deployment_id": "dep-1"}
    return lj.Hub({"store": "memory:", "account": {"shop": shop}, **keys}, background=False)


def complaint(token: object, **keys: object) -> str:
    with pytest.raises(lj.ConfigError) as caught:
        hub_with(token, **keys)
    return str(caught.value)


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("env:NOT_SET_HERE", "environment variable NOT_SET_HERE is not set"),
        ("env:EMPTY_HERE", "environment variable EMPTY_HERE is not set"),
        ("file:/nowhere/token", "file /nowhere/token cannot be read: No such file or directory"),
        (
            "file:token",
            (
                "file token has a relative path: write the absolute path, or set config_dir to the"
                " folder it is relative to"
            ),
        ),
        (["made-up-token-of-tests", " "], "must be a text that is not blank, or a list of them"),
        ("", "must be a text that is not blank, or a list of them"),
        (7, "must be a text that is not blank, or a list of them, not a number"),
    ],
)
def test_a_mapping_and_the_environment_say_the_same_of_a_secret(
    token: object, why: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("NOT_SET_HERE", raising=False)
    monkeypatch.setenv("EMPTY_HERE", "")
    message = f"account.shop.webhook_token: {why}"
    assert complaint(token) == message
    if not isinstance(token, str):
        return
    for name, value in {
        "LAMPJACK_STORE": "memory:",
        "LAMPJACK_ACCOUNT__SHOP__PLATFORM": "certainly",
        "LAMPJACK_ACCOUNT__SHOP__WEBHOOK_TOKEN": token,
        "LAMPJACK_ACCOUNT__SHOP__DEPLOYMENT_ID": "dep-1",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(lj.ConfigError) as caught:
        lj.Hub.from_env()
    assert str(caught.value) == message


@pytest.mark.parametrize("content", ["", "\n", " \n", "\t"])
def test_a_secret_file_without_a_secret_is_refused(tmp_path: Path, content: str):
    (tmp_path / "token").write_text(content)
    message = "account.shop.webhook_token: must be a text that is not blank, or a list of them"
    assert complaint("file:token", config_dir=str(tmp_path)) == message


ADDRESSES = {
    "http://api.example": (
        "plain http is not allowed; use https or list the network in allow_networks"
    ),
    "http://127.0.0.1:9000": (
        "plain http is not allowed; use https or list the network in allow_networks"
    ),
    "https://127.0.0.1:9000": "the address is in a network that is not allowed (allow_networks)",
    "https://https://api.example": "holds two addresses: give one, with https:// once",
    "https://api.example/webbot/api/webchat/dep-1/handover/webbot%3A1/": (
        "holds a part of the path that is added to it: give the address that stands before that"
        " part"
    ),
    "https://api.example/?ClaimEnd=1": "must have no query: a path is added to it",
    "api.example": "must be an http or https address without a user name",
    "": "must be an http or https address without a user name",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_can_never_be_called_is_told_at_every_door(
    address: str, toml, monkeypatch: pytest.MonkeyPatch
):
    message = f"account.shop.api_base: {ADDRESSES[address]}"
    shop = sample_settings("certainly", api_base=address)
    with pytest.raises(lj.ConfigError) as caught:
        lj.Hub({"store": "memory:", "account": {"shop": shop}})
    assert str(caught.value) == message
    with pytest.raises(lj.ConfigError) as caught:
        lj.Hub.from_file(toml("made-up-token-of-tests", f'api_base = "{address}"\n'))
    assert str(caught.value) == message
    monkeypatch.setenv("LAMPJACK_STORE", "memory:")
    for setting, value in shop.items():
        monkeypatch.setenv(f"LAMPJACK_ACCOUNT__SHOP__{setting.upper()}", value)
    with pytest.raises(lj.ConfigError) as caught:
        lj.Hub.from_env()
    assert str(caught.value) == message


def test_a_network_that_is_allowed_may_be_called():
    shop = sample_settings("certainly", api_base="http://127.0.0.1:9000")
    networks = ["127.0.0.0/8"]
    lj.Hub({"store": "memory:", "allow_networks": networks, "account": {"shop": shop}}).close()
    shop["api_base"] = "http://10.0.0.1"
    with pytest.raises(lj.ConfigError, match=r"^account\.shop\.api_base: the address is in a"):
        lj.Hub({"store": "memory:", "allow_networks": networks, "account": {"shop": shop}})


def test_literal_secrets_are_texts_as_they_stand():
    sample_request = sample("certainly").arguments()
    with hub_with("env:NOT_SET_HERE", secrets="literal") as hub:
        assert hub.receive("shop", **sample_request).status == 401
        bearer = [(n, v) for n, v in sample_request["headers"] if n.lower() != "authorization"]
        headers = [*bearer, ("authorization", "Bearer env:NOT_SET_HERE")]
        request = {**sample_request, "headers": headers, "query": b""}
        assert hub.receive("shop", **request).status == 200


def test_large_files_and_loops_are_refused(tmp_path: Path):
    (tmp_path / "token").write_bytes(b"x" * (64 * 1024 + 1))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    folder = str(tmp_path)
    assert complaint("file:token", config_dir=folder).endswith("file token is larger than 64 KiB")
    assert "symbolic links" in complaint("file:loop", config_dir=folder)
    (tmp_path / "token").write_text("made-up-token-of-tests\n")
    assert accepts(hub_with("file:token", config_dir=folder))


@pytest.mark.parametrize(
    ("value", "kind"),
    [({1, 2}, "set"), (float("nan"), "float"), (b"x", "bytes"), (object(), "object")],
)
def test_what_is_no_configuration_is_named_with_its_path(value: object, kind: str):
    assert complaint(value) == (
        "account.shop.webhook_token: may hold texts, numbers, booleans, lists and tables only, not"
        f" {kind}"
    )


def test_the_environment_alone(monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "LAMPJACK_STORE": "memory:",
        "LAMPJACK_TOTAL_MS": "5000",
        "LAMPJACK_COMPRESSED_BODIES": "true",
        "LAMPJACK_ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "LAMPJACK_ACCOUNT__SHOP__PLATFORM": "certainly",
        "LAMPJACK_ACCOUNT__SHOP__WEBHOOK_TOKEN": '["old-token", "made-up-token-of-tests"]',
        "LAMPJACK_ACCOUNT__SHOP__DEPLOYMENT_ID": "12345",
        "LAMPJACK_ACCOUNT__SHOP__MESSAGE_TAKES": "false",
        "LAMPJACK_ACCOUNT__SHOP__T_ACCEPT": "90000",
    }.items():
        monkeypatch.setenv(name, value)
    assert _config.read_environment(dict(__import__("os").environ))["account"]["shop"] == {
        "platform": "certainly",
        "webhook_token": ["old-token", "made-up-token-of-tests"],
        "deployment_id": "12345",
        "message_takes": False,
        "t_accept": 90000,
    }
    assert accepts(lj.Hub.from_env())


def test_the_environment_may_name_a_file(toml, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LAMPJACK_CONFIG", str(toml("made-up-token-of-tests")))
    assert accepts(lj.Hub.from_env())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stroe": "memory:"}, "did you mean store"),
        ({"store": "memroy:"}, "memory:"),
        ({"account": {"shop": {"platform": "certianly"}}}, "certainly"),
        (
            {"account": {"shop": sample_settings("certainly", webhok_token="x")}},
            "did you mean webhook_token",
        ),
        (
            {"account": {"shop": {"platform": "certainly", "webhook_token": "x"}}},
            r"account\.shop\.deployment_id: is required",
        ),
        (
            {"account": {"shop": {"platform": "certainly", "deployment_id": "d"}}},
            r"account\.shop\.webhook_token: is required",
        ),
        ({"account": {"Shop!": sample_settings("certainly")}}, "a-z"),
        (
            {"account": {"shop": sample_settings("certainly", t_accept="soon")}},
            r"account\.shop\.t_accept: must be a whole number from 0 to",
        ),
        ({"allow_networks": ["everything"]}, "everything|network"),
        ({"store": {1, 2}}, "texts, numbers"),
    ],
)
def test_mistakes_are_named(change: dict, message: str):
    with pytest.raises(lj.ConfigError, match=message):
        lj.Hub({"store": "memory:", **change})


def test_a_store_is_required():
    with pytest.raises(lj.ConfigError, match="store"):
        lj.Hub({"account": {"shop": sample_settings("certainly")}})


def test_complaints_never_show_a_secret():
    with pytest.raises(lj.ConfigError) as caught:
        lj.Hub(
            {
                "store": "memory:",
                "account": {
                    "shop": {
                        "platform": "certainly",
                        "webhook_token": "hush-hush",
                        "x": "hush-hush",
                    }
                },
            }
        )
    assert "hush" not in str(caught.value)


def test_unreadable_files_are_named(tmp_path: Path):
    with pytest.raises(lj.ConfigError, match=r"nothing\.toml cannot be read"):
        lj.Hub.from_file(tmp_path / "nothing.toml")
    (tmp_path / "bad.toml").write_text("store = ")
    with pytest.raises(lj.ConfigError, match="is not TOML"):
        lj.Hub.from_file(tmp_path / "bad.toml")
