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
    assert accepts(lj.Hub.from_file(toml("made-up-token")))
    assert not accepts(lj.Hub.from_file(toml("another-token")))


def test_secrets_come_from_the_environment(toml, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOP_TOKEN", "made-up-token")
    assert accepts(lj.Hub.from_file(toml("env:SHOP_TOKEN")))
    monkeypatch.delenv("SHOP_TOKEN")
    with pytest.raises(
        lj.ConfigError, match=r"account\.shop\.webhook_token: .*SHOP_TOKEN is not set"
    ):
        lj.Hub.from_file(toml("env:SHOP_TOKEN"))


def test_secrets_come_from_files_beside_the_configuration(toml, tmp_path: Path):
    (tmp_path / "token").write_text("made-up-token\n")
    assert accepts(lj.Hub.from_file(toml("file:token")))
    with pytest.raises(lj.ConfigError, match="missing cannot be read"):
        lj.Hub.from_file(toml("file:missing"))


def test_the_environment_alone(monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "LAMPJACK_STORE": "memory:",
        "LAMPJACK_TOTAL_MS": "5000",
        "LAMPJACK_COMPRESSED_BODIES": "true",
        "LAMPJACK_ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "LAMPJACK_ACCOUNT__SHOP__PLATFORM": "certainly",
        "LAMPJACK_ACCOUNT__SHOP__WEBHOOK_TOKEN": '["old-token", "made-up-token"]',
        "LAMPJACK_ACCOUNT__SHOP__DEPLOYMENT_ID": "12345",
        "LAMPJACK_ACCOUNT__SHOP__MESSAGE_TAKES": "false",
        "LAMPJACK_ACCOUNT__SHOP__T_ACCEPT": "90000",
    }.items():
        monkeypatch.setenv(name, value)
    assert _config.read_environment(dict(__import__("os").environ))["account"]["shop"] == {
        "platform": "certainly",
        "webhook_token": ["old-token", "made-up-token"],
        "deployment_id": "12345",
        "message_takes": False,
        "t_accept": 90000,
    }
    assert accepts(lj.Hub.from_env())


def test_the_environment_may_name_a_file(toml, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LAMPJACK_CONFIG", str(toml("made-up-token")))
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
