"""How the tests are run: on every core, with what belongs together on one of them."""

import os

import pytest


@pytest.mark.xdist_group("together")
def test_groups_stay_on_one_worker(request):
    """Without its suffix a group is spread over the workers, and each would start a browser and load a year."""
    if "PYTEST_XDIST_WORKER" not in os.environ or request.config.getoption("loadgroup") is not True:
        pytest.skip("the tests run in one process")
    assert request.node.nodeid.endswith("@together")


def test_what_touches_no_database_is_known_as_such(request):
    assert request.node.get_closest_marker("anywhere")


@pytest.mark.django_db
def test_what_touches_the_database_runs_on_both(request):
    assert not request.node.get_closest_marker("anywhere")
