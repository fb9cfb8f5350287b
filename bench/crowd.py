"""A bureau with a register and a pool as large as a province's, written in bulk for the benches."""

import random
from datetime import date, timedelta

DAY = date(2020, 6, 1)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文辉力志永健世广义兴良海山仁波宁贵福生龙元全学祥才"
TOWNS = "济南青岛淄博枣庄东营烟台潍坊济宁泰安威海日照临沂德州聊城滨州菏泽"
TRADES = ("工程咨询", "会计师事务所", "资产评估", "绩效评价", "项目管理", "造价咨询")
BATCH = 5_000
FIELDS, BRANCHES = 8, 4


def uscc(number):
    """Return a valid code of an area that there is not."""
    from foundation.core.identifiers import uscc_check_character  # noqa: PLC0415 - after django.setup

    body = f"91379999MA{number:07d}"
    return body + uscc_check_character(body)


def fill(*, firms, experts):
    """Write a bureau with ``firms`` and ``experts`` and one panel to be seated; return (user, task, review)."""
    from foundation.accounts.enums import Role  # noqa: PLC0415 - after django.setup
    from tests.factories.assignments import ReReviewFactory, TaskFactory  # noqa: PLC0415
    from tests.factories.foundation import BureauFactory, UserFactory  # noqa: PLC0415

    dice = random.Random(20200601)
    bureau = BureauFactory()
    user = UserFactory(bureau=bureau, roles=[Role.CLERK, Role.SECTION_HEAD, Role.SUPERVISOR, Role.ADMINISTRATOR])
    task = TaskFactory(plan__bureau=bureau, clerk=user)
    review = ReReviewFactory(evaluation=TaskFactory(plan=task.plan, clerk=user, status="SUBMITTED"))
    employers = _organisations(bureau, firms + 2_000, dice)
    _firms(bureau, employers[:firms], dice)
    _experts(bureau, experts, employers[firms:], dice)
    return user, task, review


def _organisations(bureau, count, dice):
    from parties.models import Organisation  # noqa: PLC0415
    from parties.rules import sort_key_of  # noqa: PLC0415

    rows = []
    for number in range(count):
        town = dice.randrange(len(TOWNS) // 2) * 2
        name = f"{TOWNS[town : town + 2]}{_given(dice)}{_given(dice)}{dice.choice(TRADES)}有限公司"
        rows.append(
            Organisation(bureau=bureau, name=name, sort_key=sort_key_of(name), uscc=uscc(number), kind="COMPANY")
        )
    return Organisation.objects.bulk_create(rows, batch_size=BATCH)


def _given(dice):
    return dice.choice(GIVEN) + dice.choice(("", dice.choice(GIVEN)))


def _firms(bureau, organisations, dice):
    from evaluators.enums import FirmKind  # noqa: PLC0415
    from evaluators.models import Firm, FirmStanding, FirmUndertaking, LeadEvaluator  # noqa: PLC0415
    from parties.models import Person  # noqa: PLC0415

    began = date(2019, 1, 1)
    rows = [
        Firm(
            bureau=bureau, organisation=body, number=f"J{number:06d}", kind=dice.choice(FirmKind.values),
            status=_standing(dice), status_since=began, admitted_on=began,
            term_ends_on=DAY + timedelta(days=dice.randrange(1, 900)), staff_count=dice.randrange(200),
        )
        for number, body in enumerate(organisations, 1)
    ]  # fmt: skip
    Firm.objects.bulk_create(rows, batch_size=BATCH)
    standings = [FirmStanding(firm=row, status=row.status, started_on=began) for row in rows]
    FirmStanding.objects.bulk_create(standings, batch_size=BATCH)
    undertaken = [
        FirmUndertaking(firm=row, year=DAY.year, text_version="1", accepted_on=DAY, accepted_by="演示")
        for row in rows
        if dice.random() < 0.9
    ]
    FirmUndertaking.objects.bulk_create(undertaken, batch_size=BATCH)
    people = [Person(bureau=bureau, name=f"主评{number}", sort_key=f"zhuping{number}") for number in range(len(rows))]
    Person.objects.bulk_create(people, batch_size=BATCH)
    leads = [
        LeadEvaluator(firm=row, person=person, title="高级会计师", works_since=date(2010, 1, 1), started_on=began)
        for row, person in zip(rows, people, strict=True)
    ]
    LeadEvaluator.objects.bulk_create(leads, batch_size=BATCH)


def _standing(dice):
    return dice.choices(("ACTIVE", "SUSPENDED", "REMOVED", "LEFT"), (96, 2, 1, 1))[0]


def _tree(bureau):
    from foundation.taxonomy.models import Node  # noqa: PLC0415

    leaves = []
    for field in range(1, FIELDS + 1):
        root = Node.objects.create(
            bureau=bureau, tree="SPECIALTY", level=1, code=f"{field:02d}", name=f"领域{field}", path=f"{field:02d}"
        )
        for branch in range(1, BRANCHES + 1):
            code = f"{root.code}{branch:02d}"
            middle = Node.objects.create(
                bureau=bureau, tree="SPECIALTY", level=2, code=code, name=f"行业{code}", path=f"{root.path}/{code}",
                parent=root,
            )  # fmt: skip
            for leaf in range(1, BRANCHES + 1):
                own = f"{code}{leaf:02d}"
                leaves.append(
                    Node.objects.create(
                        bureau=bureau, tree="SPECIALTY", level=3, code=own, name=f"专业{own}",
                        path=f"{middle.path}/{own}", parent=middle,
                    )
                )  # fmt: skip
    return leaves


def _experts(bureau, count, employers, dice):
    from experts.models import Expert, ExpertSpecialty, ExpertStanding, ExpertUndertaking  # noqa: PLC0415
    from parties.models import Employment, Person  # noqa: PLC0415
    from parties.rules import sort_key_of  # noqa: PLC0415

    began, leaves = date(2019, 1, 1), _tree(bureau)
    for start in range(0, count, BATCH):
        numbers = range(start + 1, min(start + BATCH, count) + 1)
        names = [dice.choice(SURNAMES) + _given(dice) for _number in numbers]
        people = Person.objects.bulk_create(
            Person(bureau=bureau, name=name, sort_key=sort_key_of(name), born_on=date(dice.randrange(1948, 1990), 3, 1))
            for name in names
        )
        rows = Expert.objects.bulk_create(
            Expert(
                bureau=bureau, person=person, number=f"ZJ{number:07d}", title="高级会计师",
                title_level=dice.choice(("SENIOR", "INTERMEDIATE")), status=_standing(dice), status_since=began,
                admitted_on=began, term_ends_on=DAY + timedelta(days=dice.randrange(1, 900)),
            )
            for number, person in zip(numbers, people, strict=True)
        )  # fmt: skip
        ExpertStanding.objects.bulk_create(
            ExpertStanding(expert=row, status=row.status, started_on=began) for row in rows
        )
        ExpertUndertaking.objects.bulk_create(
            ExpertUndertaking(expert=row, year=DAY.year, text_version="1", accepted_on=DAY)
            for row in rows
            if dice.random() < 0.9
        )
        ExpertSpecialty.objects.bulk_create(
            ExpertSpecialty(expert=row, node=node, is_main=place == 0)
            for row in rows
            for place, node in enumerate(dice.sample(leaves, 2))
        )
        Employment.objects.bulk_create(
            Employment(person=person, organisation=dice.choice(employers), started_on=date(2012, 1, 1))
            for person in people
        )
