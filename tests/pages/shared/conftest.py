"""A clerk, a stranger, and pages to try the machinery on."""

import copy
from datetime import date

import pytest
from django.contrib.auth.hashers import make_password

from foundation.accounts.enums import Role
from foundation.accounts.models import RoleGrant, User
from foundation.bureaus.models import Bureau


@pytest.fixture(autouse=True)
def _tags(settings):
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"].setdefault("libraries", {})["gp"] = "faces.pages.shared.templatetags.gp"
    settings.TEMPLATES = templates


@pytest.fixture
def bureau(db):
    return Bureau.objects.create(code="370112", name="济南市历城区财政局", short_name="历城区财政局", is_demo=True)


@pytest.fixture
def clerk(bureau):
    user = User.objects.create(
        username="clerk", name="王砚清", bureau=bureau, password=make_password("a long password 1")
    )
    RoleGrant.objects.create(user=user, bureau=bureau, role=Role.CLERK, started_on=date(2020, 1, 1))
    return user


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client
