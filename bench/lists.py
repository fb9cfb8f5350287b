"""Lists, searches and eligibility with 20,000 firms and 200,000 experts, beside plain OFFSET and COUNT.

Run ``python -m bench.lists [--firms N] [--experts N] [--keep NAME]``. The database is a new one beside the one that
``DATABASE_URL`` names; ``--keep`` leaves it there and fills it only once, ``--only eligibility`` leaves the lists out.
Times are medians of three whole requests through the test client (view, queries, template), the seconds of the
processor among them, which other work on the machine stretches less; what stands beside them is asked once.
"""

import argparse
import os
import random
import resource
import statistics
import time
from datetime import date, timedelta
from urllib.parse import quote

DAY = date(2020, 6, 1)
FIRMS, EXPERTS, DEEP = 20_000, 200_000, 1_000
ROUNDS = 3
SEARCHES = {
    "firms": (
        ("name, two characters", "国强"),
        ("initials", "jnz"),
        ("code, fragment", "0001234"),
        ("nothing", "䶮䶮"),
    ),
    "experts": (("name", "欧阳"), ("full name", "王伟"), ("surname", "王"), ("initials", "wxy"), ("nothing", "䶮䶮")),
}
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文辉力志永健世广义兴良海山仁波宁贵福生龙元全学祥才"
TOWNS = "济南青岛淄博枣庄东营烟台潍坊济宁泰安威海日照临沂德州聊城滨州菏泽"
TRADES = ("工程咨询", "会计师事务所", "资产评估", "绩效评价", "项目管理", "造价咨询")
BATCH = 5_000
FIELDS, BRANCHES = 8, 4


def main():
    """Print one line per request."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=FIRMS)
    parser.add_argument("--experts", type=int, default=EXPERTS)
    parser.add_argument("--keep", default="", help="name of a database that stays")
    parser.add_argument("--only", choices=["lists", "eligibility"], help="what is timed; everything unless told")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    os.environ.setdefault("GONGPING_DEMO_DAY", DAY.isoformat())
    import django  # noqa: PLC0415 - the settings are named now

    django.setup()
    from django.db import connection  # noqa: PLC0415 - the same

    if asked.keep:
        connection.settings_dict["TEST"]["NAME"] = asked.keep
    connection.creation.create_test_db(verbosity=0, serialize=False, keepdb=bool(asked.keep))
    try:
        measure(asked)
    finally:
        if not asked.keep:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def measure(asked):
    """Fill the database where it is empty, and time everything."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    from assignments.models import EvaluationTask, ReReviewTask  # noqa: PLC0415
    from foundation.accounts.models import User  # noqa: PLC0415

    if not User.objects.exists():
        before = time.perf_counter()
        fill(firms=asked.firms, experts=asked.experts)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"filled in {time.perf_counter() - before:.0f} s", flush=True)
    user = User.objects.get(grants__role="CLERK", username__startswith="user")
    print(f"{connection.vendor}: {asked.firms:,} firms, {asked.experts:,} experts")
    print(f"{'request':44}{'ms':>8}{'CPU ms':>8}{'queries':>9}{'plain ms':>10}{'CPU ms':>8}", flush=True)
    if asked.only != "eligibility":
        lists(user)
        searches(user)
    if asked.only != "lists":
        explorer(user, EvaluationTask.objects.get(status="PLANNED"), ReReviewTask.objects.get())


def timed(ask, *, rounds=ROUNDS):
    """Return (median milliseconds, median milliseconds of the processor, queries) of ``ask``."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    spent, busy, queries = [], [], []

    def note(execute, sql, params, many, context):
        queries[-1] += 1
        return execute(sql, params, many, context)

    for _round in range(rounds):
        queries.append(0)
        before, busy_before = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(note):
            ask()
        spent.append((time.perf_counter() - before) * 1000)
        busy.append((time.process_time() - busy_before) * 1000)
    return statistics.median(spent), statistics.median(busy), queries[-1]


def told(name, ask, *, plain=None, rounds=ROUNDS):
    """Print one line and return its milliseconds."""
    ask()  # what is loaded only once
    spent, busy, queries = timed(ask, rounds=rounds)
    beside = "{:10.1f}{:8.1f}".format(*timed(plain, rounds=1)) if plain else ""
    print(f"{name:44}{spent:8.1f}{busy:8.1f}{queries:9}{beside}", flush=True)
    return spent


def opened(user, address):
    """Return a function that asks for the address and insists on an answer."""
    from django.test import Client  # noqa: PLC0415 - after django.setup

    client = Client()
    client.force_login(user)

    def ask():
        response = client.get(address)
        if response.status_code != 200:
            raise AssertionError((address, response.status_code))
        return response

    return ask


def pages():
    """Return the two lists: (noun, view class, address)."""
    from django.urls import reverse  # noqa: PLC0415 - after django.setup

    from faces.pages.bureau.experts import ExpertList  # noqa: PLC0415
    from faces.pages.bureau.firms import FirmList  # noqa: PLC0415

    return (
        ("firms", FirmList, reverse("pages:firms")),
        ("experts", ExpertList, reverse("pages:experts")),
    )


def lists(user):
    """Time first and deep pages in every order, and the API."""
    from faces.pages.shared.keyset import keyset_page  # noqa: PLC0415 - after django.setup

    for noun, view, address in pages():
        rows = rows_of(view, user)
        deep = min(DEEP, rows.count() // view.page_size - 1)
        for sort in view.sorts:
            key = keyset_page(rows, order=sort.order, size=deep * view.page_size).after
            plain = [counted_by_offset(view, rows, sort, number * view.page_size) for number in (0, deep)]
            first = told(f"{noun} by {sort.name}, page 1", opened(user, f"{address}?sort={sort.name}"), plain=plain[0])
            far = f"{address}?sort={sort.name}&after={key}"
            last = told(f"{noun} by {sort.name}, page {deep:,}", opened(user, far), plain=plain[1])
            print(f"{'':4}deep / first = {last / first:.2f}")
        told(f"API {noun}, page 1", opened(user, f"/api/v1/{noun}/"))


def rows_of(view, user):
    """Return the rows of a list as the view asks for them."""
    from django.test import RequestFactory  # noqa: PLC0415 - after django.setup

    page = view()
    page.setup(RequestFactory().get("/"))
    page.request.user = user
    return page.rows()


def counted_by_offset(view, rows, sort, offset):
    """Return the plain way to make the same page: COUNT(*), one COUNT per box, OFFSET."""

    def ask():
        rows.count()
        for facet in view.facets:
            for value, _label in facet.choices(rows) if callable(facet.choices) else facet.choices:
                rows.filter(facet.condition([value])).count()
        list(rows.order_by(*sort.order, "pk")[offset : offset + view.page_size])

    return ask


def searches(user):
    """Time what people type: on the lists, and in the one box for everything."""
    from django.urls import reverse  # noqa: PLC0415 - after django.setup

    for noun, view, address in pages():
        for what, text in SEARCHES[noun]:
            plain = found_by_filter(view, rows_of(view, user), text)
            told(f"search {noun}: {what}", opened(user, f"{address}?q={quote(text)}"), plain=plain)
    for what, text in SEARCHES["experts"]:
        told(f"search everything: {what}", opened(user, f"{reverse('pages:search')}?q={quote(text)}"))


def found_by_filter(view, rows, text):
    """Return the plain way to search: the condition itself in every COUNT."""
    from django.db.models import Q  # noqa: PLC0415 - after django.setup

    condition = Q()
    for name in view.search_fields:
        condition |= Q(**{f"{name}__icontains": text})
    return counted_by_offset(view, rows.filter(condition), view.sorts[0], 0)


def explorer(user, task, review):
    """Time the question who may be drawn, for everybody, and its page."""
    from django.urls import reverse  # noqa: PLC0415 - after django.setup

    from assignments.selectors.eligibility import expert_eligibility, firm_eligibility, pool_answers  # noqa: PLC0415

    told("eligibility of every firm", lambda: firm_eligibility(task, DAY), rounds=3)
    told("eligibility of every expert, with his rows", lambda: expert_eligibility(review, DAY), rounds=3)
    told("the same to look at", lambda: pool_answers(review, DAY), plain=looked_at_rows(review), rounds=3)
    firm_page, panel_page = (
        reverse("pages:eligibility-firm", args=[task.number]),
        reverse("pages:eligibility-panel", args=[review.pk]),
    )
    told("explorer page, firms", opened(user, f"{firm_page}?on={DAY}"), rounds=3)
    told("explorer page, experts", opened(user, f"{panel_page}?on={DAY}"), rounds=3)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def looked_at_rows(review):
    """Return the plain way to ask: everybody's rows are read, and the rules of the pool look at each of them."""
    from experts.models import Expert  # noqa: PLC0415 - after django.setup
    from experts.rules import age_refusal  # noqa: PLC0415

    def ask():
        rows = Expert.objects.filter(bureau=review.bureau_id).select_related("person").order_by("number", "pk")
        about = ("standings", "undertakings", "specialties", "unavailabilities", "person__employments")
        found = []
        for row in rows.prefetch_related(*about).iterator(chunk_size=BATCH):
            spells = [one for one in row.standings.all() if one.started_on <= DAY and (one.ended_on or DAY) >= DAY]
            employers = {one.organisation_id for one in row.person.employments.all() if one.ended_on is None}
            nodes = {one.node_id for one in row.specialties.all() if one.ended_on is None}
            refused = (
                not spells or max(spells, key=lambda one: one.started_on).status != "ACTIVE",
                row.term_ends_on is not None and row.term_ends_on <= DAY,
                not any(one.year == DAY.year for one in row.undertakings.all()),
                any(one.started_on <= DAY <= one.ended_on for one in row.unavailabilities.all()),
                age_refusal(born_on=row.person.born_on, on=DAY, age=70, source="") is not None,
            )
            found.append((row.number, row.person.name, refused, employers, nodes))

    return ask


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


if __name__ == "__main__":
    main()
