"""What an operator does with a store as a whole: schema, backup, restore, export."""

import os
from pathlib import Path
from typing import BinaryIO

from lampjack import _core
from lampjack._errors import ArgumentError
from lampjack._given import as_path

__all__ = ["backup", "export", "migrate", "restore"]


def migrate(store: str, *, create: bool = False) -> None:
    """Bring the schema of the store at that URL to this release's; with `create` make the store where there is none.

    Nothing happens when it is that already. `ConfigError` for a store of a newer release, and without `create` where
    there is no store yet; `StoreError` when it cannot be reached now. Stop the services of other releases first, unless the changelog says otherwise.
    """
    _core.migrate(store, create)


def backup(store: str, to: str | os.PathLike[str]) -> None:
    """Copy what is committed to the new file `to`, while the store is in use.

    For `sqlite:`; `sqlite:` + that file opens the copy. Other kinds of stores raise `ConfigError`, which names their own
    tool.
    """
    _core.backup(store, as_path(to, "to"))


def restore(backup: str | os.PathLike[str], store: str) -> None:
    """Make the file that `backup()` wrote the store at that URL, after reading it through.

    Nothing is overwritten: `ConfigError` while there is a file at the store's path, in use or not. Stop the services
    first, and start them afterwards: they go on where the backup was made. What was waiting to be sent then is sent again.
    """
    _core.restore(store, as_path(backup, "backup"))


def export(store: str, to: str | os.PathLike[str] | BinaryIO) -> int:
    """Write each conversation, followed by its items, to `to` as JSON lines; return how many lines.

    What belongs to no conversation is among them, as the conversation `account:live:~unattributed`. Works on any store
    while it is in use. The lines hold what people said: keep them accordingly.
    """
    if isinstance(to, str | os.PathLike):
        path = Path(as_path(to, "to"))
        # Only its owner may read what people said.
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            try:
                return export(store, file)
            except BaseException:
                path.unlink(missing_ok=True)  # a part is no export, and must not be in the way
                raise
    if not hasattr(to, "write"):
        raise ArgumentError(f"to must be a path or an open file, not {type(to).__name__}")
    return _core.export_store(store, lambda line: to.write(line + b"\n"))
