"""Papers of an archived task are kept for their years, and nobody records their destruction before. Rule R-25."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from assignments.enums import FirmTrack, PaperClass, ReportTrack, TaskAction, TaskStatus
from assignments.models import ArchiveTerm
from assignments.services.archive import DisposalRefused, dispose_papers
from assignments.services.tasks import move_by_hand
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import NotAllowed, TransitionRefused
from tests.factories.assignments import TaskFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-25")]
ON = date(2021, 3, 31)
LAST_DAY, FREE = date(2036, 12, 31), date(2037, 1, 1)


@pytest.fixture
def task():
    return TaskFactory(status=TaskStatus.ACCEPTED, report_track=ReportTrack.RECTIFIED, firm_track=FirmTrack.TAIL_PAID)


@pytest.fixture
def people(task):
    return office(task.bureau)


def archived(task, people):
    move_by_hand(task=task, action=TaskAction.ARCHIVE, by=people["clerk"], on=ON)
    return {term.kind: term for term in ArchiveTerm.objects.filter(task=task)}


def test_archiving_writes_from_when_on_each_class_need_not_be_kept(task, people):
    terms = archived(task, people)

    assert {kind: term.free_from for kind, term in terms.items()} == {
        PaperClass.PROCUREMENT: FREE,
        PaperClass.VOUCHERS: date(2052, 1, 1),
        PaperClass.OTHERS: date(2032, 1, 1),
    }


def test_task_keeps_the_years_of_its_own_rule_set(task, people):
    old = RuleSetFactory(bureau=task.bureau, effective_to=date(2020, 12, 31))
    RuleValueFactory(rule_set=old, key="archive_years", value={"PROCUREMENT": 20, "VOUCHERS": 30, "OTHERS": 10})
    task.rule_set = old
    task.save()

    assert archived(task, people)["PROCUREMENT"].free_from == date(2042, 1, 1)


def test_task_that_cannot_be_archived_gets_no_term(task, people):
    open_task = TaskFactory(status=TaskStatus.ACCEPTED, plan=task.plan)

    with pytest.raises(TransitionRefused):
        archived(open_task, people)

    assert not ArchiveTerm.objects.exists()


def test_destruction_is_refused_to_the_last_day_and_recorded_from_the_next(task, people):
    term = archived(task, people)["PROCUREMENT"]
    entries = Entry.objects.count()
    with pytest.raises(DisposalRefused) as caught:
        dispose_papers(term=term, document="销毁清册1号", by=people["head"], on=LAST_DAY)
    term.refresh_from_db()
    assert (caught.value.refusal.code, caught.value.refusal.facts["free_on"]) == ("still_kept", FREE)
    assert "政府采购法" in caught.value.refusal.source
    assert (term.disposed_on, Entry.objects.count()) == (None, entries)

    with pytest.raises(DisposalRefused):
        dispose_papers(term=term, document=" ", by=people["head"], on=FREE)
    dispose_papers(term=term, document="销毁清册1号", by=people["head"], on=FREE)
    with pytest.raises(DisposalRefused) as again:
        dispose_papers(term=term, document="销毁清册2号", by=people["head"], on=FREE)

    term.refresh_from_db()
    assert again.value.refusal.code == "disposed_before"
    assert (term.disposed_on, term.disposal_document) == (FREE, "销毁清册1号")
    assert Entry.objects.filter(action="archive.disposed").count() == 1


def test_database_keeps_papers_for_their_term_too(task, people):
    term = archived(task, people)["OTHERS"]

    with pytest.raises(IntegrityError), transaction.atomic():
        ArchiveTerm.objects.filter(pk=term.pk).update(
            disposed_on=date(2031, 12, 31), disposed_by=people["head"], disposal_document="1"
        )


def test_only_the_section_head_of_the_bureau_records_it(task, people):
    term = archived(task, people)["OTHERS"]

    for person in (people["clerk"], people["leader"], office()["head"]):
        with pytest.raises(NotAllowed):
            dispose_papers(term=term, document="1", by=person, on=FREE)


def test_pages_show_the_term_and_take_the_record(client, task, people):
    term = archived(task, people)["OTHERS"]
    client.force_login(people["head"])
    listed = client.get(reverse("pages:archive"))
    assert listed.content.decode().count(task.number) >= 3
    url = reverse("pages:archive-dispose", args=[term.pk])
    shown = client.get(reverse("pages:task", args=[task.number]) + "?tab=papers").content.decode()
    assert "2032年1月1日" in shown
    with clock.standing_at(clock.now().replace(year=2031)):
        assert client.post(url, {"document": "1号"}).status_code == 409

    with clock.standing_at(clock.now().replace(year=2033)):
        assert url in client.get(reverse("pages:task", args=[task.number]) + "?tab=papers").content.decode()
        done = client.post(url, {"document": "销毁清册1号"})

    assert "销毁清册1号" in client.get(done["Location"]).content.decode()
    client.force_login(office()["head"])
    assert client.get(url).status_code == 404
    assert task.number not in client.get(reverse("pages:archive")).content.decode()
