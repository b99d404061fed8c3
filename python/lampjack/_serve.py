"""What each process of `lampjack serve` runs: an application of its own on the one store."""

import logging
import os

import lampjack as lj
from lampjack import logs
from lampjack.asgi import App

__all__ = ["CONFIG", "PREFIX", "make_app"]

# A worker process starts with nothing but its environment.
CONFIG = "LAMPJACK_SERVE_CONFIG"
PREFIX = "LAMPJACK_SERVE_PREFIX"


def make_app() -> App:
    """Return the application for the configuration the parent process was given."""
    # A worker is a process of its own: nobody else has said where the log goes.
    logging.basicConfig(format="%(levelname)s:     %(name)s: %(message)s")
    logging.getLogger("lampjack").setLevel(logging.INFO)
    hub = lj.Hub.from_file(os.environ[CONFIG])
    logs.install(hub)
    return App(hub, prefix=os.environ[PREFIX])
