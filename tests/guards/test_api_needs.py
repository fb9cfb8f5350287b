"""Every verb of the API names the capability that it needs; none is open by forgetting."""

import pytest

from faces.api.serializers import has_one
from faces.api.urls import router, urlpatterns
from faces.api.views import HasNeeds
from foundation.accounts.enums import Capability

VIEWS = {name: view for name, view, _basename in router.registry}


def needed(view):
    """Return {action: what it needs} of a noun's view."""
    found = {"read": view.needs}
    if hasattr(view, "create"):
        found["create"] = view.make_needs or view.needs
    for extra in view.get_extra_actions():
        found[extra.__name__] = extra.kwargs.get("needs", view.needs)
    return found


@pytest.mark.parametrize("noun", VIEWS)
def test_every_action_names_capabilities(noun):
    for action, needs in needed(VIEWS[noun]).items():
        wanted = needs if isinstance(needs, tuple) else (needs,)
        assert wanted, f"{noun} {action}"
        assert all(isinstance(one, Capability) for one in wanted), f"{noun} {action}: say who may do it"


@pytest.mark.parametrize("noun", [noun for noun, view in VIEWS.items() if hasattr(view, "create") and noun != "tokens"])
def test_making_needs_more_than_reading(noun):
    assert VIEWS[noun].make_needs, f"{noun}: say who may make one"


@pytest.mark.parametrize("noun", VIEWS)
def test_the_capability_is_asked(noun):
    assert HasNeeds in VIEWS[noun].permission_classes


def test_single_views_ask_too():
    for pattern in urlpatterns:
        view = getattr(getattr(pattern, "callback", None), "cls", None)
        if view is not None and view not in VIEWS.values() and pattern.name != "schema":
            assert HasNeeds in view.permission_classes
            assert view.needs


@pytest.mark.django_db
def test_nobody_without_a_role_has_one():
    from tests.factories.foundation import UserFactory

    assert not has_one(UserFactory(), tuple(Capability))
