"""Finding a firm or an expert: by Chinese name, initials, a piece of a code; on the lists and in the one box."""

import pytest
from django.urls import reverse

from foundation.accounts.enums import Role
from parties.rules import sort_key_of
from tests.factories.assignments import ExpertFactory, FirmFactory, OrganisationFactory, PersonFactory
from tests.factories.foundation import BureauFactory, UserFactory

pytestmark = pytest.mark.django_db
FIRM, EXPERT = "济南国强绩效评价有限公司", "欧阳静"


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def desk(client, bureau):
    client.force_login(UserFactory(bureau=bureau, role=Role.SECTION_HEAD))
    return client


def firm(bureau, name, uscc):
    body = OrganisationFactory(bureau=bureau, name=name, sort_key=sort_key_of(name), uscc=uscc)
    return FirmFactory(bureau=bureau, organisation=body)


def expert(bureau, name):
    return ExpertFactory(bureau=bureau, person=PersonFactory(bureau=bureau, name=name, sort_key=sort_key_of(name)))


@pytest.fixture
def world(bureau):
    firm(bureau, FIRM, "91350100M000100Y43")
    firm(bureau, "青岛明达会计师事务所", "91110108551385082Q")
    expert(bureau, EXPERT)
    expert(bureau, "王伟")
    firm(BureauFactory(), "济南国强绩效评价有限公司分所", "913724394X35QDYPK0")


@pytest.mark.parametrize("text", ["国强", "济南 评价", "jngq", "JNGQ", "jinanguoqiang", "M000100", "0Y43"])
def test_firm_is_found_by_name_initials_pinyin_and_a_piece_of_its_code(desk, world, text):
    found = desk.get(reverse("pages:firms"), {"q": text}).context["object_list"]
    boxed = desk.get(reverse("pages:search"), {"q": text}).context["groups"] if " " not in text else None

    assert [row.organisation.name for row in found] == [FIRM]
    assert boxed is None or [[hit.title for hit, _url in group["hits"]] for group in boxed] == [[FIRM]]


@pytest.mark.parametrize("text", ["欧阳", "阳静", "oyj", "OYJ", "ouyang"])
def test_expert_is_found_by_name_initials_and_pinyin(desk, world, text):
    found = desk.get(reverse("pages:experts"), {"q": text}).context["object_list"]
    boxed = desk.get(reverse("pages:search"), {"q": text}).context["groups"]

    assert [row.person.name for row in found] == [EXPERT]
    assert [[hit.title for hit, _url in group["hits"]] for group in boxed] == [[EXPERT]]


@pytest.mark.parametrize("text", ["%", "_", "国_", "䶮䶮"])
def test_signs_of_the_query_language_find_nothing(desk, world, text):
    assert not desk.get(reverse("pages:firms"), {"q": text}).context["object_list"]
    assert not desk.get(reverse("pages:experts"), {"q": text}).context["object_list"]
