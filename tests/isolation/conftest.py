"""Two practitioners with a row of every kind, and somebody who should see nothing of the first one's."""

import pytest

from tests.isolation.worlds import CANARY, snapshot, world_of


@pytest.fixture
def hers(maya):
    return world_of(maya, CANARY)


@pytest.fixture
def his(tom):
    return world_of(tom, "robin")


@pytest.fixture(params=["tom", "superuser"])
def intruder(request, client, hers, his):
    """A browser in which somebody else is signed in."""
    client.user = request.getfixturevalue(request.param)
    client.force_login(client.user)
    return client


@pytest.fixture(autouse=True)
def nothing_of_hers_changes(maya, hers):
    before = snapshot(maya)
    yield
    after = snapshot(maya)
    assert {name for name in before if before[name] != after[name]} == set(), (
        "something of Maya's was changed"
    )
