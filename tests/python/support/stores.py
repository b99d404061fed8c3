"""The stores that tests run on, as fixtures: `store` for each kind, `durable_store` for those that outlive their process."""

from collections.abc import Iterator

import pytest

from support.postgres_server import PostgresServer, why_not


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for all tests of the run; without PostgreSQL on the machine its tests are skipped."""
    if why := why_not():
        pytest.skip(why)
    server = PostgresServer()
    yield server
    server.close()


def _url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "memory":
        yield "memory:"
        return
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path_factory.mktemp('store') / 'handover.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    database = server.make_database()
    yield server.url(database)
    server.empty_database(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def durable_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of an empty store that outlives its process; a test that asks for it runs once for each kind."""
    yield from _url(request, tmp_path_factory)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of an empty store of each kind."""
    yield from _url(request, tmp_path_factory)
