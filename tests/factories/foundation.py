"""Bureaus, sections, users and their roles, rule sets, files: what every other factory stands on."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from foundation.accounts.enums import Role
from foundation.accounts.models import RoleGrant, User
from foundation.bureaus.enums import SectionKind
from foundation.bureaus.models import Bureau, Section
from foundation.files.models import StoredFile
from foundation.rulesets.models import Measure, RuleSet, RuleValue

LONG_AGO = date(2019, 1, 1)


class BureauFactory(DjangoModelFactory):
    """A finance bureau."""

    class Meta:
        model = Bureau

    code = factory.Sequence(lambda n: f"37{n:04d}")
    name = factory.Sequence(lambda n: f"演示第{n}区财政局")
    short_name = factory.Sequence(lambda n: f"演示{n}区局")


class SectionFactory(DjangoModelFactory):
    """A section of a bureau; the performance section unless told."""

    class Meta:
        model = Section

    bureau = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"绩效管理科{n}")
    kind = SectionKind.PERFORMANCE


class UserFactory(DjangoModelFactory):
    """A user of a bureau; ``UserFactory(role=Role.CLERK)`` or ``roles=[…]`` gives roles since 2019."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"演示人员{n}")
    bureau = factory.SubFactory(BureauFactory)
    password = "!"

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        """Give one role."""
        if extracted:
            RoleGrantFactory(user=self, bureau=self.bureau, role=extracted)

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        """Give several roles."""
        for role in extracted or ():
            RoleGrantFactory(user=self, bureau=self.bureau, role=role)


class RoleGrantFactory(DjangoModelFactory):
    """A role since 2019."""

    class Meta:
        model = RoleGrant

    user = factory.SubFactory(UserFactory)
    bureau = factory.SelfAttribute("user.bureau")
    role = Role.CLERK
    started_on = LONG_AGO


class MeasureFactory(DjangoModelFactory):
    """A measure of the library."""

    class Meta:
        model = Measure

    title = factory.Sequence(lambda n: f"演示办法{n}")
    letter_number = factory.Sequence(lambda n: f"演示发〔2020〕{n}号")
    issuer = "演示财政局"
    in_force_from = date(2020, 1, 1)


class RuleSetFactory(DjangoModelFactory):
    """A rule set in force from 2019, without own values."""

    class Meta:
        model = RuleSet

    bureau = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"规则集{n}")
    effective_from = LONG_AGO


class RuleValueFactory(DjangoModelFactory):
    """A bureau's own value: give ``key`` and ``value``."""

    class Meta:
        model = RuleValue

    rule_set = factory.SubFactory(RuleSetFactory)
    key = "conflict_window_years"
    value = 3


class StoredFileFactory(DjangoModelFactory):
    """A stored file with real bytes; give ``owner_kind`` and ``owner_id``, or it is its uploader's alone."""

    class Meta:
        model = StoredFile

    bureau = factory.SelfAttribute("uploaded_by.bureau")
    uploaded_by = factory.SubFactory(UserFactory)
    owner_kind = ""
    owner_id = None
    original_name = factory.Sequence(lambda n: f"file{n}.pdf")
    content = factory.django.FileField(filename="file.pdf", data=b"%PDF-1.4 test")
    media_type = "application/pdf"
    size_bytes = 13
    sha256 = "0" * 64


def office(bureau=None):
    """Return the smallest bureau that can finish a year: two people and one leader, as a dict by word."""
    bureau = bureau or BureauFactory()
    return {
        "bureau": bureau,
        "clerk": UserFactory(bureau=bureau, role=Role.CLERK),
        "head": UserFactory(bureau=bureau, role=Role.SECTION_HEAD),
        "leader": UserFactory(bureau=bureau, role=Role.BUREAU_LEADER),
    }
