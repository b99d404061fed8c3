"""What the package exports is sorted, complete, and says where it belongs."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import lampjack as lj
from lampjack import _core, _errors


def isort_order(name: str) -> tuple[int, str]:
    """Constants, classes, functions: as the linter sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


PRIVATE = {name for _, name, _ in pkgutil.iter_modules(lj.__path__)}


def test_all_is_sorted_and_is_what_the_module_offers():
    assert lj.Hub  # with it come the names that a hub needs
    public = {name for name in vars(lj) if not name.startswith("_")} - PRIVATE - {"logging"}
    assert lj.__all__ == sorted(lj.__all__)
    assert set(lj.__all__) - {"__version__"} == public


@pytest.mark.parametrize(
    "name", sorted(PRIVATE - {"__main__", "_core", "_demo", "fastapi", "chatlayer_app_app"})
)
def test_every_module_lists_what_it_offers(name: str):
    module = importlib.import_module(f"lampjack.{name}")
    if not hasattr(module, "__all__"):
        pytest.skip("a package of another kind")
    assert list(module.__all__) == sorted(module.__all__, key=isort_order)
    for member in module.__all__:
        assert hasattr(module, member)


def test_public_classes_belong_to_the_package():
    wrong = [
        name
        for name in lj.__all__
        if isinstance(cls := getattr(lj, name), type) and cls.__module__ != "lampjack"
    ]
    assert not wrong


def test_every_error_of_the_core_has_its_exception():
    for code, number, retryable, name, meaning in _core.ERRORS:
        cls = getattr(_errors, name)
        assert issubclass(cls, lj.LampjackError)
        assert number > 0
        assert meaning
        assert isinstance(cls.retryable, bool)
        if code == cls.code:
            assert cls.retryable == retryable
        assert hasattr(lj, name)


def test_the_tree_drawn_in_the_docstring_is_the_tree():
    drawn = re.findall(r"^([│ ├└─]*)(\w+(?:Error))", _errors.__doc__ or "", re.MULTILINE)
    stack: list[str] = []
    for indent, name in drawn:
        depth = len(indent) // 4
        del stack[depth:]
        if stack:
            assert getattr(_errors, name).__mro__[1].__name__ == stack[-1], name
        stack.append(name)
    assert {name for _, name in drawn} == set(_errors.__all__)


def test_importing_needs_nothing_but_the_standard_library():
    source = "".join(
        p.read_text("utf-8")
        for p in Path(lj.__path__[0]).glob("*.py")
        if p.stem not in {"fastapi", "_demo"}
    )
    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))
    assert imported <= {*__import__("sys").stdlib_module_names, "lampjack"}
