"""The unit's pages: its own evaluations, the draft only once comments are asked, what it has to put right."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assignments.enums import TaskStatus
from delivery.models import ReportVersion, UnitComment
from foundation.core import clock
from foundation.files.models import StoredFile
from results.enums import RectificationStatus
from results.models import Rectification
from tests.delivery.test_versions import report
from tests.factories.assignments import TODAY, UnitFactory, unit_user
from tests.factories.delivery import NOW, CommissionFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def work():
    made = CommissionFactory(task__status=TaskStatus.COMMENTS)
    VersionFactory(commission=made, task=made.task, kind="DRAFT", number=1)
    return made


@pytest.fixture
def desk(client, work):
    client.force_login(unit_user(work.task.unit))
    return client


def at(name, *args):
    return reverse(f"pages:{name}", args=args)


def text(page):
    assert page.status_code == 200, page.status_code
    return page.content.decode()


def asked(work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.ACCEPTED)
    return Rectification.objects.create(
        task=work.task, words="补齐台账", due_on=date(2020, 12, 1), asked_by=work.task.clerk, asked_on=TODAY
    )


def test_another_unit_finds_nothing_and_leaves_nothing(client, work):
    row = asked(work)
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.COMMENTS)
    client.force_login(unit_user(UnitFactory(bureau=work.task.bureau)))
    number = work.task.number

    for page in (at("unit-task", number), at("unit-comment", number), at("unit-rectify", row.pk)):
        assert client.get(page).status_code == 404, page
    assert client.post(at("unit-comment", number), {"words": "意见"}).status_code == 404
    assert client.post(at("unit-rectify", row.pk), {"report": "已整改"}).status_code == 404
    assert client.get(at("file", ReportVersion.objects.get().file_id)).status_code == 404
    assert work.task.title not in text(client.get(at("unit-home")))
    row.refresh_from_db()
    assert (UnitComment.objects.count(), row.status) == (0, RectificationStatus.ASKED)


def test_comment_is_sent_from_the_home_page_and_its_answer_is_read(desk, work):
    number = work.task.number
    assert at("unit-task", number) in text(desk.get(at("unit-home")))
    assert at("unit-comment", number) in text(desk.get(at("unit-task", number)))

    assert desk.post(at("unit-comment", number), {"words": " "}).status_code == 422
    assert desk.post(at("unit-comment", number), {"words": "第3页的人数应为12。"}).status_code == 302

    row = UnitComment.objects.get()
    UnitComment.objects.filter(pk=row.pk).update(is_adopted=False, reply="与决算一致", answered_by=work.task.clerk)
    page = text(desk.get(at("unit-task", number)))
    assert "第3页的人数应为12。" in page
    assert "与决算一致" in page


@pytest.mark.parametrize("status", [TaskStatus.FIELDWORK, TaskStatus.DRAFT])
def test_draft_is_hidden_until_comments_are_asked(desk, work, status):
    type(work.task).objects.filter(pk=work.task_id).update(status=status)

    assert "/files/" not in text(desk.get(at("unit-task", work.task.number)))
    assert desk.get(at("unit-comment", work.task.number)).status_code == 404
    assert desk.post(at("unit-comment", work.task.number), {"words": "意见"}).status_code == 404
    assert not UnitComment.objects.exists()


def test_comment_after_the_time_is_refused_and_not_kept(desk, work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.SUBMITTED)

    assert desk.post(at("unit-comment", work.task.number), {"words": "意见"}).status_code == 409
    assert not UnitComment.objects.exists()


def test_half_written_comment_is_found_again_and_gone_once_sent(desk, work):
    url = at("unit-comment", work.task.number)
    assert desk.post(at("draft", f"unit-comment-{work.task_id}"), {"words": "写到一半"}).status_code == 200
    assert "写到一半" in text(desk.get(url))

    desk.post(url, {"words": "写完了"})

    assert "写到一半" not in text(desk.get(url))


def test_rectification_is_reported_with_evidence_and_a_hostile_file_is_refused(desk, work):
    row = asked(work)
    url = at("unit-rectify", row.pk)
    assert url in text(desk.get(at("unit-home")))
    before = StoredFile.objects.count()

    bad = desk.post(url, {"report": "已补齐", "evidence": SimpleUploadedFile("证据.pdf", b"MZ")})
    assert (bad.status_code, StoredFile.objects.count()) == (409, before)
    row.refresh_from_db()
    assert row.status == RectificationStatus.ASKED

    good = {"report": "已补齐", "evidence": SimpleUploadedFile("证据.pdf", report())}
    assert desk.post(url, good).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.report, row.reported_on) == (RectificationStatus.REPORTED, "已补齐", TODAY)
    assert row.evidence.owner_id == row.pk
    assert url not in text(desk.get(at("unit-home")))


def test_home_costs_the_same_however_much_waits(desk, work, django_assert_max_num_queries):
    url = at("unit-home")
    desk.get(url)
    with django_assert_max_num_queries(40) as one:
        desk.get(url)
    for _turn in range(3):
        asked(CommissionFactory(task__plan=work.task.plan, task__unit=work.task.unit))

    with django_assert_max_num_queries(40) as four:
        page = desk.get(url)

    assert len(page.context["waiting"]) == 4
    assert len(four.captured_queries) == len(one.captured_queries)
