"""Qualifications of firms and lead evaluators: handed in, accepted, returned, renewed; who is reminded, once."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators import services
from evaluators.enums import QualificationAction, QualificationStatus
from evaluators.models import LeadEvaluator, Qualification
from evaluators.rules import is_days_before, reminder_due
from evaluators.services import FirmRefused, QualificationDraft
from evaluators.transitions import QUALIFICATION
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.notices.models import Notice
from tests.factories.assignments import FirmFactory, firm_user
from tests.factories.delivery import LeadEvaluatorFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office
from tests.factories.reviews import PNG

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)
LAST = date(2020, 12, 31)
SCAN = ("证书.png", PNG)


@pytest.fixture
def people():
    found = office()
    found["firm"] = FirmFactory(bureau=found["bureau"])
    found["user"] = firm_user(found["firm"])
    return found


def draft(people, **facts):
    given = {"name": "会计师事务所执业证书", "number": "37010001", "issuer": "省财政厅", "valid_from": date(2019, 1, 1),
             "valid_to": LAST}  # fmt: skip
    return QualificationDraft(people["firm"], **(given | facts))


def recorded(people, **facts):
    return services.record_qualification(draft=draft(people, **facts), by=people["clerk"], on=ON)


def handed_in(people, **facts):
    return services.hand_in_qualification(draft=draft(people, **facts), proof=SCAN, by=people["user"], on=ON)


def told(user):
    rows = Notice.objects.filter(user=user, code__startswith="qualification_end").order_by("pk")
    return [(row.code, row.facts["days"]) for row in rows]


def test_what_the_firm_hands_in_counts_only_when_the_bureau_has_accepted_it(people):
    row = handed_in(people)
    assert (row.status, row.handed_in_by) == (QualificationStatus.HANDED_IN, people["user"])
    assert row.proof is not None
    assert not Qualification.objects.valid_on(ON).exists()
    assert Notice.objects.filter(user=people["clerk"], code="qualification_handed_in").exists()

    row = services.accept_qualification(row=row, by=people["clerk"], on=ON + timedelta(days=2))

    assert (row.accepted_by, row.accepted_on) == (people["clerk"], date(2020, 6, 3))
    days = (date(2018, 12, 31), ON, date(2020, 6, 3), LAST, date(2021, 1, 1))
    assert [Qualification.objects.valid_on(day).count() for day in days] == [0, 0, 1, 1, 0]
    assert Notice.objects.filter(user=people["user"], code="qualification_decided").exists()


def test_returned_one_says_why_and_is_handed_in_again(people):
    row = handed_in(people)
    with pytest.raises(FirmRefused):
        services.return_qualification(row=row, words=" ", by=people["clerk"], on=ON)
    services.return_qualification(row=row, words="扫描件缺页", by=people["clerk"], on=ON)
    row.refresh_from_db()
    assert (row.status, row.words) == (QualificationStatus.RETURNED, "扫描件缺页")

    again = handed_in(people, issuer="山东省财政厅")

    assert (again.pk, again.status, again.words, again.issuer) == (
        row.pk, QualificationStatus.HANDED_IN, "", "山东省财政厅",
    )  # fmt: skip


REFUSED = {
    "proof_missing": lambda p: services.hand_in_qualification(draft=draft(p), proof=None, by=p["user"], on=ON),
    "ends_before_start": lambda p: handed_in(p, valid_to=date(2018, 1, 1)),
    "lead_missing": lambda p: handed_in(p, is_certificate=True),
    "lead_not_current": lambda p: handed_in(p, lead=LeadEvaluatorFactory(firm__bureau=p["bureau"])),
    "qualification_known": lambda p: handed_in(p, number="在册"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_handed_in_is_refused_and_nothing_is_written(people, code):
    recorded(people, number="在册")
    entries = Entry.objects.count()

    with pytest.raises(FirmRefused) as caught:
        REFUSED[code](people)

    assert caught.value.refusal.code == code
    assert (Qualification.objects.count(), Entry.objects.count()) == (1, entries)


def test_only_the_firm_itself_hands_in_and_only_who_keeps_the_register_decides(people):
    row = handed_in(people)
    strangers = [firm_user(FirmFactory(bureau=people["bureau"])), people["clerk"], people["leader"]]
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            services.hand_in_qualification(draft=draft(people, number="2"), proof=SCAN, by=stranger, on=ON)
    for stranger in (people["user"], people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            services.accept_qualification(row=row, by=stranger, on=ON)

    assert Qualification.objects.get().status == QualificationStatus.HANDED_IN


@pytest.mark.parametrize("status", list(QualificationStatus))
@pytest.mark.parametrize("action", list(QualificationAction))
def test_qualification_moves_as_its_table_says(people, status, action):
    row = recorded(people)
    Qualification.objects.update(status=status, words="旧")
    acts = {
        QualificationAction.ACCEPT: lambda: services.accept_qualification(row=row, by=people["clerk"], on=ON),
        QualificationAction.RETURN: lambda: services.return_qualification(
            row=row, words="缺页", by=people["clerk"], on=ON
        ),
        QualificationAction.WITHDRAW: lambda: services.withdraw_qualification(
            row=row, words="伪造", by=people["clerk"], on=ON
        ),
    }
    after = QUALIFICATION.get((status, action))
    if after is None:
        with pytest.raises(TransitionRefused):
            acts[action]()
    else:
        acts[action]()

    assert Qualification.objects.get().status == (after or status)


def test_renewal_stands_beside_the_one_before_and_a_correction_in_its_place(people):
    recorded(people)
    recorded(people, valid_to=date(2021, 1, 31))
    recorded(people, valid_from=date(2021, 2, 1), valid_to=date(2023, 1, 31))

    found = Qualification.objects.order_by("valid_from").values_list("valid_from", "valid_to")
    assert list(found) == [(date(2019, 1, 1), date(2021, 1, 31)), (date(2021, 2, 1), date(2023, 1, 31))]


@pytest.mark.rule("R-10")
def test_certificate_of_a_lead_evaluator_lasts_as_long_as_its_longest_accepted_paper(people):
    lead = LeadEvaluatorFactory(firm=people["firm"], certificate_number="", certificate_valid_to=None)
    facts = {"name": "注册会计师证书", "lead": lead, "is_certificate": True}
    recorded(people, number="1", valid_to=date(2020, 8, 31), **facts)
    newer = handed_in(people, number="2", valid_from=date(2020, 6, 1), valid_to=date(2022, 8, 31), **facts)

    def known():
        return LeadEvaluator.objects.values_list("certificate_number", "certificate_valid_to").get(pk=lead.pk)

    assert known() == ("1", date(2020, 8, 31))
    services.accept_qualification(row=newer, by=people["clerk"], on=ON)
    assert known() == ("2", date(2022, 8, 31))
    services.withdraw_qualification(row=newer, words="吊销", by=people["clerk"], on=ON)
    assert known() == ("1", date(2020, 8, 31))
    services.withdraw_qualification(row=Qualification.objects.get(number="1"), words="吊销", by=people["clerk"], on=ON)
    assert known() == ("1", date(2020, 5, 31))


def test_roster_with_the_days_the_wrong_way_round_names_its_row(people):
    with pytest.raises(FirmRefused) as caught:
        services.add_qualifications(
            drafts=[draft(people), draft(people, number="2", valid_to=date(2018, 1, 1))], by=people["clerk"], on=ON
        )

    assert caught.value.refusal.facts == {"field": "valid_to", "index": 1}
    assert not Qualification.objects.exists()


@pytest.mark.rule("R-53")
@pytest.mark.parametrize(
    ("left", "due"), [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7), (-1, 0), (-400, 0)]
)
def test_nearest_reminder_that_was_reached_is_due(left, due):
    assert reminder_due(last_day=ON + timedelta(days=left), on=ON, days=[90, 30, 7]) == due


@pytest.mark.rule("R-53")
@given(
    days=st.lists(st.integers(1, 400), min_size=1, max_size=5),
    ran=st.lists(st.integers(-5, 450), min_size=1, max_size=30),
)
def test_whenever_the_job_runs_no_reminder_comes_twice_and_none_too_early(days, ran):
    given_ = [due for left in sorted(ran, reverse=True)
              if (due := reminder_due(last_day=ON, on=ON - timedelta(days=left), days=days)) is not None]  # fmt: skip

    assert given_ == sorted(given_, reverse=True)
    assert set(given_) <= {*days, 0}
    assert all(reminder_due(last_day=ON, on=ON - timedelta(days=day), days=days) == day for day in days)
    assert is_days_before(days)
    assert not is_days_before([0])


@pytest.mark.rule("R-53")
def test_firm_and_clerk_are_told_once_for_each_day_of_the_rule_and_at_the_end(people):
    recorded(people)

    for left in range(100, -40, -1):
        services.remind_expiring(on=LAST - timedelta(days=left))
        services.remind_expiring(on=LAST - timedelta(days=left))

    wanted = [("qualification_ends", 90), ("qualification_ends", 30), ("qualification_ends", 7),
              ("qualification_ended", 0)]  # fmt: skip
    assert told(people["user"]) == told(people["clerk"]) == wanted
    assert told(people["leader"]) == []
    stranger = firm_user(FirmFactory(bureau=people["bureau"]))
    assert told(stranger) == []


@pytest.mark.rule("R-53")
def test_missed_days_are_made_up_for_by_the_nearest_reminder_alone(people):
    recorded(people)

    services.remind_expiring(on=LAST - timedelta(days=95))
    services.remind_expiring(on=LAST - timedelta(days=20))

    assert told(people["user"]) == [("qualification_ends", 30)]


@pytest.mark.rule("R-53")
def test_nothing_is_said_of_what_was_renewed_returned_or_belongs_to_who_has_left(people):
    recorded(people)
    recorded(people, valid_from=date(2021, 1, 1), valid_to=date(2025, 12, 31), number="37010002")
    handed_in(people, name="另一资质")
    left = FirmFactory(bureau=people["bureau"], status="LEFT", admitted_on=None, term_ends_on=None)
    services.record_qualification(
        draft=QualificationDraft(left, "资质", "1", "厅", date(2019, 1, 1), LAST), by=people["clerk"], on=ON
    )

    assert services.remind_expiring(on=LAST - timedelta(days=7)) == 0


@pytest.mark.rule("R-53")
def test_certificate_without_a_paper_is_reminded_of_too_and_each_persons_paper_for_itself(people):
    LeadEvaluatorFactory(firm=people["firm"], certificate_valid_to=LAST)
    first, second = LeadEvaluatorFactory(firm=people["firm"]), LeadEvaluatorFactory(firm=people["firm"])
    facts = {"name": "注册会计师证书", "is_certificate": True}
    recorded(people, number="1", lead=first, **facts)
    recorded(people, number="2", lead=second, **(facts | {"valid_to": date(2025, 12, 31)}))

    services.remind_expiring(on=LAST - timedelta(days=7))

    assert told(people["user"]) == [("qualification_ends", 7)] * 2


@pytest.mark.rule("R-53")
def test_bureau_chooses_its_own_days(people):
    recorded(people)
    rules = RuleSetFactory(bureau=people["bureau"])
    RuleValueFactory(rule_set=rules, key="expiry_reminder_days", value=[45])

    services.remind_expiring(on=LAST - timedelta(days=60))
    services.remind_expiring(on=LAST - timedelta(days=40))

    assert told(people["user"]) == [("qualification_ends", 45)]


def test_no_reminder_names_a_firm_or_a_person(people):
    lead = LeadEvaluatorFactory(firm=people["firm"], certificate_valid_to=LAST)
    firm_member = firm_user(people["firm"], role=Role.FIRM_MEMBER)

    services.remind_expiring(on=LAST - timedelta(days=7))

    notice = Notice.objects.get(user=firm_member)
    said = f"{notice.code} {notice.facts}"
    assert lead.person.name not in said
    assert people["firm"].organisation.name not in said
