"""Who was entered by a clerk: shown in a public notice, waited for, objected to, admitted; or taken over."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import gettext

from admissions.enums import ApplicationStatus, ObjectionOutcome
from admissions.models import Application, EntryCheck
from admissions.selectors import (
    announced,
    checklist_items,
    checks_on,
    kind_of,
    notice_of_entry,
    returned_notice_of,
    visible_to,
    waiting,
)
from admissions.services import (
    ApplicationRefused,
    CheckDraft,
    admit,
    announce_entry,
    decide_objection,
    move_entry,
    record_checks,
    record_objection,
    refuse,
    take_over_entry,
)
from desk.services import join_persons, leave_pool, record_death
from evaluators.enums import FirmAction, FirmStatus
from experts.enums import ExpertAction, ExpertStatus
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.workdays.selectors import add_workdays
from tests.factories.assignments import ExpertFactory, FirmFactory, expert_user, firm_user
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
EARLIER = date(2019, 4, 1)
ON = date(2020, 6, 1)
LAST = date(2020, 6, 8)
AFTER = date(2020, 6, 9)
KINDS = pytest.mark.parametrize("make", [FirmFactory, ExpertFactory])


@pytest.fixture
def people():
    return office()


def entered(people, make, *, on=ON, is_checked=True):
    """Return an applicant that a clerk wrote, with its checklist."""
    entry = make(bureau=people["bureau"], status=FirmStatus.APPLIED, admitted_on=None, term_ends_on=None)
    if is_checked:
        answers = dict.fromkeys(checklist_items(entry.bureau, kind_of(entry), on), CheckDraft(is_met=True))
        record_checks(entry=entry, answers=answers, by=people["clerk"], on=on)
    return entry


def holds(spell, day):
    return spell.started_on <= day and (spell.ended_on is None or spell.ended_on > day)


def step(entry, action, people, *, on, **more):
    return move_entry(entry=entry, action=FirmAction(action), by=people["clerk"], on=on, **more)


@pytest.mark.rule("R-47")
@KINDS
def test_notice_is_shown_with_its_days_and_waited_for(people, make):
    entry = entered(people, make)

    step(entry, "ANNOUNCE", people, on=ON)

    row = notice_of_entry(entry)
    assert (row.announced_on, row.notice_until, add_workdays(ON, 5)) == (ON, LAST, LAST)
    assert list(announced(LAST)) == [row]
    assert (row.applicant, row.entered_by, row.notice["who"]) == (None, people["clerk"], row.title)
    assert list(visible_to(people["clerk"])) == [row]
    with pytest.raises(ApplicationRefused) as caught:
        step(entry, "ADMIT", people, on=LAST)
    assert (caught.value.refusal.code, caught.value.refusal.facts) == ("notice_runs", {"until": LAST.isoformat()})
    entry.refresh_from_db()
    assert entry.status == FirmStatus.NOTICE
    assert list(waiting(people["bureau"].pk, AFTER)) == [row]

    admitted = step(entry, "ADMIT", people, on=AFTER)

    row.refresh_from_db()
    assert (admitted.status, admitted.admitted_on, row.status) == ("ACTIVE", AFTER, ApplicationStatus.ADMITTED)
    assert type(entry).objects.count() == 1


@pytest.mark.parametrize("make", [FirmFactory, ExpertFactory])
@pytest.mark.parametrize("at", ["before", "after"])
def test_nobody_is_announced_or_admitted_whose_checklist_is_not_met(people, make, at):
    entry = entered(people, make, is_checked=at == "after")
    if at == "after":
        step(entry, "ANNOUNCE", people, on=ON)
        record_checks(
            entry=entry, answers={"no_violation_3_years": CheckDraft(is_met=False)}, by=people["clerk"], on=LAST
        )

    with pytest.raises(ApplicationRefused) as caught:
        step(entry, "ADMIT" if at == "after" else "ANNOUNCE", people, on=AFTER)

    entry.refresh_from_db()
    assert caught.value.refusal.code == "not_checked"
    assert entry.status == (FirmStatus.NOTICE if at == "after" else FirmStatus.APPLIED)
    assert Application.objects.count() == (1 if at == "after" else 0)


@KINDS
def test_admission_waits_for_an_objection_too(people, make):
    entry = entered(people, make)
    row = announce_entry(entry=entry, by=people["clerk"], on=ON)
    given = {"words": "异议", "raised_by": "某", "raised_on": LAST, "by": people["clerk"], "on": LAST}
    objection = record_objection(application=row, **given)

    with pytest.raises(ApplicationRefused) as caught:
        admit(application=row, by=people["clerk"], on=AFTER)

    assert caught.value.refusal.code == "objection_open"
    decide_objection(
        objection=objection, outcome=ObjectionOutcome.DISMISSED, answer="不成立", by=people["clerk"], on=AFTER
    )
    assert admit(application=row, by=people["clerk"], on=AFTER).status == ApplicationStatus.ADMITTED


@KINDS
def test_returned_entry_gets_a_notice_of_its_own_again(people, make):
    entry = entered(people, make)
    step(entry, "ANNOUNCE", people, on=ON)
    step(entry, "RETURN", people, on=LAST, reason="补正")
    row = Application.objects.get()
    entry.refresh_from_db()
    assert (row.status, entry.status) == (ApplicationStatus.TO_CORRECT, FirmStatus.TO_CORRECT)
    assert not announced(LAST).exists()
    step(entry, "RESUBMIT", people, on=AFTER)

    step(entry, "ANNOUNCE", people, on=AFTER)

    again = Application.objects.get()
    assert (again.pk, again.status, again.announced_on) == (row.pk, ApplicationStatus.NOTICE, AFTER)
    with pytest.raises(ApplicationRefused):
        step(entry, "ADMIT", people, on=AFTER + timedelta(days=1))


@KINDS
def test_refused_entry_leaves_the_register(people, make):
    entry = entered(people, make)
    row = announce_entry(entry=entry, by=people["clerk"], on=ON)

    refuse(application=row, reason="异议成立", by=people["clerk"], on=LAST)

    entry.refresh_from_db()
    row.refresh_from_db()
    assert (row.status, entry.status) == (ApplicationStatus.REFUSED, FirmStatus.LEFT)


@KINDS
def test_entry_in_notice_of_which_no_days_are_known_is_not_admitted(people, make):
    entry = make(bureau=people["bureau"], status=FirmStatus.NOTICE, admitted_on=None, term_ends_on=None)

    with pytest.raises(ApplicationRefused) as caught:
        step(entry, "ADMIT", people, on=AFTER)

    assert caught.value.refusal.code == "no_notice"
    assert step(entry, "RETURN", people, on=AFTER, reason="重新公示").status == FirmStatus.TO_CORRECT


@KINDS
def test_who_stands_already_gets_no_notice(people, make):
    entry = make(bureau=people["bureau"])
    answers = dict.fromkeys(checklist_items(entry.bureau, kind_of(entry), ON), CheckDraft(is_met=True))
    record_checks(entry=entry, answers=answers, by=people["clerk"], on=ON)

    with pytest.raises(TransitionRefused):
        step(entry, "ANNOUNCE", people, on=ON)

    assert not Application.objects.exists()


@KINDS
def test_who_stood_in_the_earlier_register_is_taken_over_without_a_notice(people, make):
    entry = entered(people, make, is_checked=False)
    words = "原名录2019年第3号，2019-04-01入库"

    row = take_over_entry(entry=entry, words=words, admitted_on=EARLIER, by=people["clerk"], on=ON)

    row.refresh_from_db()
    assert (row.status, row.status_since, row.admitted_on) == (ExpertStatus.ACTIVE, EARLIER, EARLIER)
    assert row.term_ends_on == date(2022, 4, 1)
    assert list(row.terms.values_list("decided_on", "ends_on")) == [(EARLIER, date(2022, 4, 1))]
    for day in (EARLIER, ON, AFTER):
        assert [one.status for one in row.standings.all() if holds(one, day)] == ["ACTIVE"]
    assert all(one.ended_on is None or one.ended_on >= one.started_on for one in row.standings.all())
    assert {one.remark for one in checks_on(row, ON).values()} == {words}
    assert row.standings.order_by("-pk").first().reason == words
    assert not Application.objects.exists()
    told = Entry.objects.get(action="admissions.taken_over").text
    assert words in told
    assert EARLIER.isoformat() in told


@KINDS
@pytest.mark.parametrize("later", [0, 1])
def test_take_over_names_a_day_before_today(people, make, later):
    entry = entered(people, make, is_checked=False)

    day = ON + timedelta(days=later)
    with pytest.raises(ApplicationRefused) as caught:
        take_over_entry(entry=entry, words="原名录", admitted_on=day, by=people["clerk"], on=ON)

    entry.refresh_from_db()
    assert (caught.value.refusal.code, caught.value.refusal.facts) == ("not_earlier", {"field": "admitted_on"})
    assert (entry.status, EntryCheck.objects.exists()) == (FirmStatus.APPLIED, False)


@KINDS
def test_who_stood_here_before_is_not_taken_over_but_announced(people, make):
    entry = entered(people, make)
    taken = take_over_entry(entry=entry, words="原名录", admitted_on=EARLIER, by=people["clerk"], on=ON)
    step(taken, "LEAVE", people, on=LAST)
    step(taken, "REAPPLY", people, on=AFTER)

    with pytest.raises(ApplicationRefused) as caught:
        take_over_entry(entry=taken, words="原名录", admitted_on=EARLIER, by=people["clerk"], on=AFTER)

    assert caught.value.refusal.code == "stood_here"


def running(people, make):
    entry = entered(people, make)
    step(entry, "ANNOUNCE", people, on=ON)
    entry.refresh_from_db()
    return entry, notice_of_entry(entry)


@KINDS
def test_notice_that_runs_ends_when_the_entry_leaves(people, make):
    entry, row = running(people, make)

    step(entry, "LEAVE", people, on=LAST, reason="不再申请")

    row.refresh_from_db()
    entry.refresh_from_db()
    assert (row.status, row.status_since, entry.status) == (ApplicationStatus.WITHDRAWN, LAST, FirmStatus.LEFT)
    assert row.moves.order_by("-pk").first().reason == "不再申请"
    with pytest.raises(TransitionRefused):
        admit(application=row, by=people["head"], on=AFTER)


def returned(people, make):
    entry = entered(people, make)
    step(entry, "ANNOUNCE", people, on=ON)
    step(entry, "RETURN", people, on=LAST, reason="补正")
    entry.refresh_from_db()
    return entry, returned_notice_of(entry)


@KINDS
def test_notice_that_was_returned_ends_when_the_entry_leaves_or_is_taken_over(people, make):
    for action in ("LEAVE", "RESUBMIT"):
        entry, row = returned(people, make)
        step(entry, action, people, on=AFTER, reason="不再入库")
        if action == "RESUBMIT":
            row.refresh_from_db()
            assert row.status == ApplicationStatus.TO_CORRECT
            given = {"words": "不再入库", "admitted_on": EARLIER, "by": people["clerk"], "on": AFTER}
            take_over_entry(entry=entry, **given)

        row.refresh_from_db()
        last = row.moves.order_by("-pk").first()
        assert (row.status, row.status_since) == (ApplicationStatus.WITHDRAWN, AFTER)
        assert (last.status, last.reason) == (ApplicationStatus.WITHDRAWN, "不再入库")


@pytest.mark.edge("E37")
@pytest.mark.parametrize("state", [running, returned])
@pytest.mark.parametrize("how", ["leaves", "dies", "is joined"])
def test_notice_of_an_expert_ends_when_he_goes_whether_it_runs_or_was_returned(people, how, state):
    entry, row = state(people, ExpertFactory)
    _other, waits = state(people, ExpertFactory)
    before = waits.status
    given = {"by": people["clerk"], "on": AFTER}
    if how == "leaves":
        leave_pool(expert=entry, reason="本人申请", asks_erasure=False, **given)
    elif how == "dies":
        record_death(person=entry.person, died_on=LAST, at=clock.now(), **given)
    else:
        kept = ExpertFactory(bureau=people["bureau"])
        join_persons(kept=kept.person, joined=entry.person, reason="同一人", **given)

    row.refresh_from_db()
    waits.refresh_from_db()
    entry.refresh_from_db()
    assert (row.status, waits.status, entry.status) == (ApplicationStatus.WITHDRAWN, before, "LEFT")
    words = row.moves.order_by("-pk").first().reason
    assert {"leaves": "本人申请", "dies": gettext("Has died."), "is joined": words}[how] == words
    assert words


@KINDS
@pytest.mark.parametrize(("words", "is_bad", "code"), [(" ", False, "words_missing"), ("原名录", True, "not_checked")])
def test_nothing_is_taken_over_without_words_or_on_an_item_that_is_not_met(people, make, words, is_bad, code):
    entry = entered(people, make, is_checked=False)
    if is_bad:
        answers = {"no_violation_3_years": CheckDraft(is_met=False)}
        record_checks(entry=entry, answers=answers, by=people["clerk"], on=ON)
    before = EntryCheck.objects.count()

    with pytest.raises(ApplicationRefused) as caught:
        take_over_entry(entry=entry, words=words, admitted_on=EARLIER, by=people["clerk"], on=ON)

    entry.refresh_from_db()
    assert caught.value.refusal.code == code
    assert (entry.status, EntryCheck.objects.count()) == (FirmStatus.APPLIED, before)


@KINDS
def test_only_who_keeps_this_register_does_any_of_it(people, make):
    entry = entered(people, make)
    own = firm_user(entry) if make is FirmFactory else expert_user(entry)
    for user in (own, office()["clerk"]):
        for act in (
            lambda by: announce_entry(entry=entry, by=by, on=ON),
            lambda by: move_entry(entry=entry, action=ExpertAction.ANNOUNCE, by=by, on=ON),
            lambda by: take_over_entry(entry=entry, words="原", admitted_on=EARLIER, by=by, on=ON),
        ):
            with pytest.raises(NotAllowed):
                act(user)

    assert not Application.objects.exists()


# pages and API


@pytest.mark.parametrize(("make", "noun"), [(FirmFactory, "firm"), (ExpertFactory, "expert")])
def test_clerk_opens_the_notice_on_the_page_and_everybody_reads_it(client, people, make, noun):
    today = clock.today()
    entry = entered(people, make, on=today)
    client.force_login(people["clerk"])
    move = reverse(f"pages:{noun}-move", args=[entry.number])
    assert client.post(move, {"action": "ANNOUNCE"}).status_code == 302
    row = Application.objects.get()

    refused = client.post(move, {"action": "ADMIT"})
    shown = client.get(reverse("pages:application", args=[row.pk])).content.decode()
    page = client.get(reverse(f"pages:{noun}", args=[entry.number])).content.decode()
    client.logout()
    public = client.get(reverse("pages:apply")).content.decode()

    assert refused.status_code == 409
    assert reverse("pages:application-admit", args=[row.pk]) in shown
    assert reverse("pages:application", args=[row.pk]) in page
    assert row.title in public


@pytest.mark.parametrize(("make", "noun"), [(FirmFactory, "firm"), (ExpertFactory, "expert")])
def test_clerk_takes_over_on_the_page(client, people, make, noun):
    entry = entered(people, make, is_checked=False)
    client.force_login(people["clerk"])
    page = reverse(f"pages:{noun}-take-over", args=[entry.number])
    assert page in client.get(reverse(f"pages:{noun}", args=[entry.number])).content.decode()

    unsaid = client.post(page, {"words": "原名录"})
    late = client.post(page, {"words": "原名录", "admitted_on": clock.today().isoformat()})
    assert [unsaid.status_code, late.status_code, type(entry).objects.get().status] == [422, 409, "APPLIED"]
    assert client.post(page, {"words": "原名录", "admitted_on": EARLIER.isoformat()}).status_code == 302

    entry.refresh_from_db()
    assert (entry.status, entry.admitted_on) == (FirmStatus.ACTIVE, EARLIER)


@pytest.mark.parametrize(("make", "noun"), [(FirmFactory, "firms"), (ExpertFactory, "experts")])
def test_api_opens_the_notice_waits_and_takes_over(client, people, make, noun):
    today = clock.today()
    first, second = entered(people, make, on=today), entered(people, make, is_checked=False)
    client.force_login(people["clerk"])

    def say(entry, verb, **given):
        return client.post(f"/api/v1/{noun}/{entry.pk}/{verb}/", given, content_type="application/json")

    opened = say(first, "move", action="ANNOUNCE")
    early = say(first, "move", action="ADMIT")
    unsaid, late = (say(second, "take-over", words="原名录", **day) for day in ({}, {"admitted_on": today.isoformat()}))
    taken = say(second, "take-over", words="原名录", admitted_on=EARLIER.isoformat())

    assert (opened.json()["status"], early.status_code, early.json()["code"]) == ("NOTICE", 409, "notice_runs")
    assert (unsaid.status_code, late.status_code, late.json()["code"]) == (400, 409, "not_earlier")
    assert [taken.status_code, taken.json()["status"], taken.json()["admitted_on"]] == [200, "ACTIVE", "2019-04-01"]
    found = client.get("/api/v1/applications/").json()["results"]
    assert [one["entered_by_name"] for one in found] == [people["clerk"].name]
