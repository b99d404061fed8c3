"""The parts a message is made of, and what may be said where content is expected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, TypeAlias

from lampjack._errors import ArgumentError, PayloadError
from lampjack._given import as_json, as_list
from lampjack._json import Number
from lampjack._values import EMPTY, FrozenDict

__all__ = [
    "Card",
    "Cards",
    "Choice",
    "Content",
    "File",
    "Location",
    "Option",
    "Part",
    "Postback",
    "Start",
    "Text",
    "UnknownPart",
    "as_text",
    "content_json",
]


class _Value:
    """What parts, cards and options share. Values are immutable and compare by what they hold."""

    __slots__ = ()
    _keys: ClassVar[tuple[str, ...]]  # in the order of the canonical form

    def __post_init__(self) -> None:
        extra = self.extra  # type: ignore[attr-defined]
        if type(extra) is not FrozenDict:
            if not isinstance(extra, Mapping):
                raise ArgumentError(f"extra must be a mapping, not {type(extra).__name__}")
            object.__setattr__(self, "extra", FrozenDict(extra))

    def to_dict(self) -> dict[str, Any]:
        """Return the canonical JSON form as a dict; what is absent is left out."""
        out: dict[str, Any] = {}
        for key in self._keys:
            value = getattr(self, key)
            if isinstance(value, tuple):
                if value or key in {"cards", "options"}:
                    out[key] = [_dict_of(item, key) for item in value]
            elif value is not None:
                out[key] = value
        if self.extra:  # type: ignore[attr-defined]
            out["extra"] = dict(self.extra)  # type: ignore[attr-defined]
        return out

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class _Part(_Value):
    __slots__ = ()
    type: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Return the canonical JSON form as a dict; what is absent is left out."""
        return {"type": self.type, **_Value.to_dict(self)}

    def to_json(self) -> str:
        """Return the canonical JSON form."""
        from lampjack import _core

        return _core.normalise_content(as_json(self.to_dict(), "the part"))[1:-1]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read the canonical JSON form; `PayloadError` for anything else."""
        return cls.from_json(as_json(data, "data"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read the canonical JSON form; `PayloadError` for anything else."""
        from lampjack import _core

        parts = _core.read_parts(text)
        if len(parts) != 1 or not isinstance(parts[0], cls):
            raise PayloadError(f"this is not the JSON of one {cls.__name__}")
        return parts[0]


def _dict_of(value: object, name: str) -> dict[str, Any]:
    """Return the canonical form of a part, card or option; a mapping is that form."""
    if isinstance(value, _Value):
        return value.to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    raise ArgumentError(f"{name} cannot hold {type(value).__name__}")


def _as_options(values: "Iterable[Option | str]") -> "tuple[Option, ...]":
    return tuple(
        Option(title=value, payload=value) if isinstance(value, str) else value
        for value in as_list(values, "options")
    )


def _fill(value: Any, *members: Any) -> None:
    """Set the fields of a frozen value in their order."""
    for field, member in zip(fields(value), members, strict=True):
        object.__setattr__(value, field.name, member)
    _Value.__post_init__(value)


@dataclass(frozen=True, slots=True, repr=False)
class Option(_Value):
    """A button or quick reply.

    `kind` is `reply`, `postback`, `url`, `phone`, `share`, `location` or `unknown`. `payload` is opaque: it goes back to
    the platform byte for byte.
    """

    title: str | None = None
    payload: str | None = None
    kind: str = "reply"
    url: str | None = None
    phone: str | None = None
    image_url: str | None = None
    target: str | None = None
    extra: Mapping[str, Any] = EMPTY

    _keys: ClassVar = ("kind", "title", "payload", "url", "phone", "image_url", "target")
    __match_args__: ClassVar = ("title", "payload")

    def __repr__(self) -> str:
        return f"<Option {self.kind}>"


@dataclass(frozen=True, slots=True, repr=False, init=False)
class Card(_Value):
    """One card of a carousel or list."""

    title: str | None = None
    subtitle: str | None = None
    image_url: str | None = None
    url: str | None = None
    options: tuple[Option, ...] = ()
    extra: Mapping[str, Any] = EMPTY

    _keys: ClassVar = ("title", "subtitle", "image_url", "url", "options")
    __match_args__: ClassVar = ("title", "subtitle")

    def __init__(
        self,
        title: str | None = None,
        subtitle: str | None = None,
        *,
        image_url: str | None = None,
        url: str | None = None,
        options: Iterable[Option | str] = (),
        extra: Mapping[str, Any] = EMPTY,
    ) -> None:
        _fill(self, title, subtitle, image_url, url, _as_options(options), extra)

    def to_dict(self) -> dict[str, Any]:
        """Return the canonical JSON form as a dict; what is absent is left out."""
        out = _Value.to_dict(self)
        if not self.options:
            del out["options"]
        return out

    def __repr__(self) -> str:
        return f"<Card with {len(self.options)} options>"


@dataclass(frozen=True, slots=True, repr=False)
class Text(_Part):
    """Plain text."""

    text: str
    extra: Mapping[str, Any] = EMPTY

    type: ClassVar[str] = "text"
    _keys: ClassVar = ("text",)
    __match_args__: ClassVar = ("text",)

    def __repr__(self) -> str:
        return f"<Text of {len(self.text or '')} characters>"


@dataclass(frozen=True, slots=True, repr=False, init=False)
class Choice(_Part):
    """A question with options; a str among the options is a reply whose payload is its title.

    `style` is `quick_replies` or `buttons`.
    """

    text: str | None = None
    options: tuple[Option, ...] = ()
    style: str = "quick_replies"
    extra: Mapping[str, Any] = EMPTY

    type: ClassVar[str] = "choice"
    _keys: ClassVar = ("text", "style", "options")
    __match_args__: ClassVar = ("text", "options")

    def __init__(
        self,
        text: str | None = None,
        options: Iterable[Option | str] = (),
        style: str = "quick_replies",
        extra: Mapping[str, Any] = EMPTY,
    ) -> None:
        _fill(self, text, _as_options(options), style, extra)

    def __repr__(self) -> str:
        return f"<Choice of {len(self.options)} options>"


@dataclass(frozen=True, slots=True, repr=False, init=False)
class Cards(_Part):
    """Cards side by side (`layout="carousel"`) or one below the other (`"list"`)."""

    cards: tuple[Card, ...] = ()
    layout: str = "carousel"
    options: tuple[Option, ...] = ()
    extra: Mapping[str, Any] = EMPTY

    type: ClassVar[str] = "cards"
    _keys: ClassVar = ("layout", "cards", "options")
    __match_args__: ClassVar = ("cards",)

    def __init__(
        self,
        cards: Iterable[Card] = (),
        layout: str = "carousel",
        options: Iterable[Option | str] = (),
        extra: Mapping[str, Any] = EMPTY,
    ) -> None:
        _fill(self, tuple(as_list(cards, "cards")), layout, _as_options(options), extra)

    def to_dict(self) -> dict[str, Any]:
        """Return the canonical JSON form as a dict; what is absent is left out."""
        out = _Part.to_dict(self)
        if not self.options:
            del out["options"]
        return out

    def __repr__(self) -> str:
        return f"<Cards: {len(self.cards)}>"


@dataclass(frozen=True, slots=True, repr=False)
class File(_Part):
    """A file by its address; `media` is `image`, `video`, `audio` or `file`, `size` its bytes."""

    url: str | None = None
    media: str = "file"
    name: str | None = None
    mime: str | None = None
    size: int | None = None
    state: str | None = None
    vendor_id: str | None = None
    extra: Mapping[str, Any] = EMPTY

    type: ClassVar[str] = "file"
    _keys: ClassVar = ("url", "media", "name", "mime", "size", "state", "vendor_id")
    __match_args__: ClassVar = ("url", "media")

    def __repr__(self) -> str:
        return f"<File {self.media}>"


@dataclass(frozen=True, slots=True, repr=False)
class Location(_Part):
    """A place on earth, in degrees."""

    latitude: float | Number
    longitude: float | Number
    title: str | None = None
    extra: Mapping[str, Any] = EMPTY

    type: ClassVar[str] = "location"
    _keys: ClassVar = ("latitude", "longitude", "title")
    __match_args__: ClassVar = ("latitude", "longitude")


@dataclass(frozen=True, slots=True, repr=False, unsafe_hash=False)
class Postback(_Part):
    """A pressed button. `payload` is what the button carried, byte for byte; a button's id where the vendor has ids."""

    payload: str | None = None
    title: str | None = None
    target: str | None = None
    parameters: Any = None
    extra: Mapping[str, Any] = EMPTY

    type: ClassVar[str] = "postback"
    _keys: ClassVar = ("title", "payload", "target", "parameters")
    __match_args__: ClassVar = ("payload",)

    def __hash__(self) -> int:
        """`parameters` is free JSON and may have no hash."""
        return hash((self.payload, self.title, self.target))


@dataclass(frozen=True, slots=True, repr=False)
class Start(_Part):
    """The user opened the conversation."""

    extra: Mapping[str, Any] = EMPTY

    type: ClassVar[str] = "start"
    _keys: ClassVar = ()
    __match_args__: ClassVar = ()


@dataclass(frozen=True, slots=True, repr=False)
class UnknownPart(_Part):
    """Something the vendor does not document: `raw` is its JSON as Python values."""

    raw: Any = None
    extra: Mapping[str, Any] = EMPTY

    type: ClassVar[str] = "unknown"
    _keys: ClassVar = ("raw",)
    __match_args__: ClassVar = ("raw",)

    def to_dict(self) -> dict[str, Any]:
        """Return the canonical JSON form as a dict; `raw` may be None."""
        extra = {"extra": dict(self.extra)} if self.extra else {}
        return {"type": self.type, "raw": self.raw, **extra}

    def __hash__(self) -> int:
        """`raw` is free JSON and may have no hash."""
        return hash("unknown")


Part: TypeAlias = Text | Choice | Cards | File | Location | Postback | Start | UnknownPart
# A mapping is a part in its canonical form, as `to_dict()` gives it.
Content: TypeAlias = str | Part | Mapping[str, Any] | Iterable[str | Part | Mapping[str, Any]]

for _class in (Card, Cards, Choice, File, Location, Option, Postback, Start, Text, UnknownPart):
    _class.__module__ = "lampjack"


def content_json(content: Content) -> str:
    """Return content given by a user as a canonical JSON array. What a part must hold is checked by the core."""
    return as_json([_part_dict(part) for part in _given_parts(content)], "content")


def _given_parts(content: object) -> Iterable[object]:
    if isinstance(content, str | _Part | Mapping):
        return (content,)
    if isinstance(content, Iterable) and not isinstance(content, bytes | bytearray | memoryview):
        return content
    raise _no_content(content)


def _part_dict(part: object) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if isinstance(part, _Part | Mapping):
        return _dict_of(part, "content")
    raise _no_content(part)


def _no_content(value: object) -> ArgumentError:
    return ArgumentError(
        "content is a text (str), a part, a dict that is a part, or a list of these, "
        f"not {type(value).__name__}"
    )


def as_text(content: Content) -> str:
    """Return content as plain text by the rules platforms without buttons, cards and files get it."""
    from lampjack import _core

    return _core.as_text(content_json(content))
