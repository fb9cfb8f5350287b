"""Public pages: without sign-in, fast without scripts, and nothing unpublished can be told from unknown."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from disclosure.services import publish_certificate, publish_draw, publish_rating, withdraw
from foundation.core.canon import sha256_hex
from parties.models import Person
from tests.factories.disclosure import DAY, PublicationFactory, make_draw, make_rating, make_task, office
from training.models import Attendance, Certificate, Course, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture(autouse=True)
def _chinese(client):
    client.cookies["gp_language"] = "zh-hans"


def get(client, name, *args, **query):
    return client.get(reverse(f"pages:{name}", args=args), query)


def body(response):
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.mark.parametrize("name", ["public-home", "public-ratings", "public-draws", "public-check"])
def test_empty_site_says_what_will_stand_here(client, name):
    office()

    response = get(client, name)

    assert response.status_code == 200
    assert "公评" in body(response)


def test_stranger_reads_a_published_rating(client, people):
    row = publish_rating(task=make_rating(people).task, by=people["leader"], on=DAY)

    page = body(get(client, "public-publication", row.slug))

    assert "报告质量等级" in page
    assert "项目绩效等级" in page
    assert "81.67" in page
    assert row.sha256[:8] in page
    copy = client.get(reverse("pages:public-copy", args=[row.slug]))
    assert sha256_hex(copy.content) == row.sha256
    assert row.title in body(get(client, "public-home"))


@pytest.mark.parametrize(
    ("exact", "grade", "shown"), [("17999/200", "GOOD", "89.995"), ("599999999/10000000", "UNQUALIFIED", "59.99…")]
)
def test_printed_score_never_crosses_the_cut_of_its_grade(client, people, exact, grade, shown):
    row = publish_rating(task=make_rating(people, score=exact, grade=grade).task, by=people["leader"], on=DAY)

    for page in (
        get(client, "public-publication", row.slug),
        get(client, "public-home"),
        get(client, "public-ratings"),
    ):
        assert shown in body(page)
        assert not [word for word in ("90.00", "60.00") if word in body(page)]


def test_unknown_and_unpublished_look_alike(client, people):
    make_rating(people)
    make_draw(people)
    slug = f"r-{people['bureau'].code}-2020-1"

    unpublished = get(client, "public-publication", slug)
    unknown = get(client, "public-publication", f"r-{people['bureau'].code}-2020-9")

    assert unpublished.status_code == unknown.status_code == 404
    assert unpublished.content.replace(b"2020-1", b"2020-9") == unknown.content
    for name in ("public-copy", "public-record"):
        assert get(client, name, slug).status_code == 404


@pytest.mark.edge("E59")
def test_lists_are_the_same_bytes_whatever_exists_unpublished(client, people):
    publish_rating(task=make_rating(people).task, by=people["leader"], on=DAY)
    names = ["public-home", "public-ratings", "public-draws"]
    before = [body(get(client, name)) for name in names]

    make_rating(people)
    make_draw(people)

    assert [body(get(client, name)) for name in names] == before


def test_withdrawn_page_keeps_address_day_and_reason_but_no_content(client, people):
    row = publish_rating(task=make_rating(people).task, by=people["leader"], on=DAY)
    withdraw(publication=row, reason="金额写错", by=people["clerk"], on=date(2020, 12, 1))

    response = get(client, "public-publication", row.slug)

    assert response.status_code == 410
    assert "金额写错" in body(response)
    assert "2020年12月1日" in body(response)
    assert row.firm_name not in body(response)
    assert row.title not in body(response)
    assert row.title not in body(get(client, "public-ratings"))
    assert get(client, "public-copy", row.slug).status_code == 404


def test_facets_narrow_and_count(client):
    PublicationFactory.create_batch(3, work_year=2020, grade="GOOD", unit_name="甲单位")
    PublicationFactory.create_batch(2, work_year=2021, grade="EXCELLENT", unit_name="乙单位")

    page = body(get(client, "public-ratings", year="2021"))

    assert page.count('data-th="工作年度"') == 2
    assert re.search(r'value="2020">2020<span class="n">3<', page)
    assert "乙单位" in page
    assert "没有符合" in body(get(client, "public-ratings", grade="NOPE"))
    assert get(client, "public-ratings", year="x'; --", after="9" * 40, q="%").status_code == 200


@pytest.mark.parametrize("rows", [1, 10, 1000])
def test_list_costs_the_same_at_any_length(client, rows, django_assert_max_num_queries):
    office()
    PublicationFactory.create_batch(rows)

    with django_assert_max_num_queries(8):
        page = body(get(client, "public-ratings"))

    assert page.count('data-th="工作年度"') == min(rows, 50)


def test_pages_follow_each_other_without_gap(client):
    PublicationFactory.create_batch(120)
    seen, url = [], reverse("pages:public-ratings")
    for _turn in range(3):
        page = body(client.get(url))
        seen += re.findall(r"/public/p/([\w-]+)/", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = reverse("pages:public-ratings") + following.group(1).replace("&amp;", "&") if following else None

    assert url is None
    assert len(seen) == len(set(seen)) == 120
    back = body(client.get(reverse("pages:public-ratings"), {"before": "21"}))
    assert 'rel="prev"' in back


def test_draw_page_and_record_verify(client, people, tmp_path):
    row = publish_draw(draw=make_draw(people), by=people["clerk"], on=DAY)

    page = body(get(client, "public-publication", row.slug))
    record = get(client, "public-record", row.slug)
    program = get(client, "public-verify-file", "verify_draw.py")

    assert f'data-verify-src="{reverse("pages:public-record", args=[row.slug])}"' in page
    assert "js/verify.js" in page
    assert json.loads(record.content) == row.body["record"]
    assert program.content == (Path(settings.BASE_DIR) / "assignments/verify_draw.py").read_bytes()
    (tmp_path / "verify_draw.py").write_bytes(program.content)
    (tmp_path / "record.json").write_bytes(record.content)
    done = subprocess.run(
        [sys.executable, "verify_draw.py", "record.json"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip().splitlines()[-1]) == (0, "OK")


def test_draw_page_speaks_in_words(client, people):
    row = publish_draw(draw=make_draw(people), by=people["clerk"], on=DAY)

    page = body(get(client, "public-publication", row.slug))

    assert '<th scope="row">经办</th>' in page
    assert "operator" not in page
    assert "2020年10月13日 10:06" in page
    assert f"python3 verify_draw.py --zh {row.slug}-record.json" in page
    assert "不必相信本页" in page


def test_rating_page_spells_exact_values_and_days(client, people):
    row = publish_rating(task=make_rating(people).task, by=people["leader"], on=DAY)

    page = body(get(client, "public-publication", row.slug))

    assert "81.6666… (245 ÷ 3)" in page
    assert "245/3" not in page
    assert not re.search(r"<dd>\d{4}-\d\d-\d\d</dd>", page)


def test_only_the_two_programs_are_given_away(client):
    assert get(client, "public-verify-file").status_code == 200
    for name in ("manage.py", "..%2Fmanage.py", "settings.py"):
        assert get(client, "public-verify-file", name).status_code == 404


def test_certificate_check(client, people):
    bureau = people["bureau"]
    course = Course.objects.create(bureau=bureau, title="绩效评价实务", audience="FIRM", hours_tenths=60)
    session = Session.objects.create(course=course, held_on=date(2020, 7, 23), place="演示会议室")
    attendance = Attendance.objects.create(
        session=session,
        person=Person.objects.create(bureau=bureau, name="许知远"),
        hours_tenths=60,
        recorded_by=people["clerk"],
    )
    issued = Certificate.objects.create(attendance=attendance, code="GP20ABCD", issued_on=DAY)

    unpublished = body(get(client, "public-check", code="GP20ABCD"))
    unknown = body(get(client, "public-check", code="GP20WXYZ"))
    assert unpublished.replace("GP20ABCD", "") == unknown.replace("GP20WXYZ", "")

    row = publish_certificate(certificate=issued, by=people["clerk"], on=DAY)
    valid = body(get(client, "public-check", code="gp20abcd"))
    assert "许**" in valid
    assert "2020年7月23日" in valid
    assert "许知远" not in valid
    withdraw(publication=row, reason="签到有误", by=people["clerk"], on=DAY)
    assert "签到有误" in body(get(client, "public-check", code="GP20ABCD"))


def test_writing_methods_are_refused(client):
    assert client.post(reverse("pages:public-check")).status_code == 405


def test_hostile_title_is_text(client, people):
    task = make_task(people, title="<script>alert(1)</script>")
    row = publish_rating(task=make_rating(people, task=task).task, by=people["leader"], on=DAY)

    assert "<script>alert(1)" not in body(get(client, "public-publication", row.slug))
