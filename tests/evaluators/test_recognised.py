"""A past day counts the qualifications that the bureau had accepted by then, and those that it withdrew later."""

from datetime import date, timedelta

import pytest

from evaluators import services
from evaluators.models import FormerAcceptance, LeadEvaluator, Qualification
from evaluators.selectors import as_of, with_certificates
from evaluators.services import QualificationDraft
from tests.factories.assignments import firm_user, ready_firm
from tests.factories.delivery import LeadEvaluatorFactory
from tests.factories.foundation import office
from tests.factories.reviews import PNG

pytestmark = pytest.mark.django_db
FIRST, HANDED, ACCEPTED, GONE = date(2020, 1, 1), date(2020, 5, 1), date(2020, 5, 8), date(2020, 9, 1)


@pytest.fixture
def people():
    found = office()
    found["firm"] = ready_firm(found["bureau"])
    found["user"] = firm_user(found["firm"])
    return found


def draft(people, **facts):
    given = {"name": "工程咨询资信", "number": "甲1", "issuer": "省发改委", "valid_from": FIRST,
             "valid_to": date(2020, 12, 31)}  # fmt: skip
    return QualificationDraft(people["firm"], **(given | facts))


def handed_in(people, *, on=HANDED, **facts):
    return services.hand_in_qualification(draft=draft(people, **facts), proof=("证.png", PNG), by=people["user"], on=on)


def held(people, *days):
    return [as_of(type(people["firm"]).objects.filter(pk=people["firm"].pk), day).get().qualified for day in days]


def certificate_of(lead, day):
    row = with_certificates(LeadEvaluator.objects.filter(pk=lead.pk), day).get()
    return (row.certificate_then, row.certificate_ends_then)


def the_day_before(day):
    return day - timedelta(days=1)


def test_what_a_firm_handed_in_counts_from_the_day_of_acceptance(people):
    row = handed_in(people)
    assert held(people, FIRST, HANDED, ACCEPTED) == [0, 0, 0]

    services.accept_qualification(row=row, by=people["clerk"], on=ACCEPTED)

    days = (FIRST, HANDED, the_day_before(ACCEPTED), ACCEPTED, date(2020, 12, 31), date(2021, 1, 1))
    assert held(people, *days) == [0, 0, 0, 1, 1, 0]


def test_what_was_returned_never_counts(people):
    services.return_qualification(row=handed_in(people), words="缺页", by=people["clerk"], on=ACCEPTED)

    assert held(people, FIRST, HANDED, ACCEPTED, GONE) == [0, 0, 0, 0]


def test_what_the_bureau_enters_itself_counts_from_its_first_day(people):
    services.record_qualification(draft=draft(people), by=people["clerk"], on=ACCEPTED)
    services.add_qualifications(drafts=[draft(people, number="乙1")], by=people["clerk"], on=ACCEPTED)

    assert held(people, the_day_before(FIRST), FIRST, ACCEPTED) == [0, 2, 2]


def test_what_was_withdrawn_counted_until_that_day_and_anew_from_the_next_acceptance(people):
    row = handed_in(people)
    services.accept_qualification(row=row, by=people["clerk"], on=ACCEPTED)
    services.withdraw_qualification(row=row, words="核验未通过", by=people["clerk"], on=GONE)
    days = (the_day_before(ACCEPTED), ACCEPTED, the_day_before(GONE), GONE, date(2020, 10, 1))
    assert held(people, *days) == [0, 1, 1, 0, 0]

    again = handed_in(people, on=date(2020, 9, 20))
    services.accept_qualification(row=again, by=people["clerk"], on=date(2020, 10, 1))

    assert again.pk == row.pk
    assert held(people, *days) == [0, 1, 1, 0, 1]


def test_what_the_bureau_withdrew_and_enters_again_leaves_the_gap(people):
    row = services.record_qualification(draft=draft(people), by=people["clerk"], on=ACCEPTED)
    services.withdraw_qualification(row=row, words="录错", by=people["clerk"], on=GONE)
    services.record_qualification(draft=draft(people), by=people["clerk"], on=date(2020, 9, 10))

    assert held(people, FIRST, the_day_before(GONE), GONE, date(2020, 9, 10)) == [1, 1, 0, 1]
    assert [(one.started_on, one.ended_on) for one in FormerAcceptance.objects.all()] == [(FIRST, GONE)]


def test_acceptance_from_before_days_were_kept_counts_from_the_first_day(people):
    Qualification.objects.create(firm=people["firm"], name="资质", number="9", issuer="厅", valid_from=FIRST)

    assert held(people, the_day_before(FIRST), FIRST) == [0, 1]


def test_certificate_of_a_day_is_the_longest_paper_accepted_by_then(people):
    lead = LeadEvaluatorFactory(firm=people["firm"], certificate_number="旧1", certificate_valid_to=date(2020, 6, 30))
    facts = {"name": "注册会计师证书", "lead": lead, "is_certificate": True}
    row = handed_in(people, number="新1", valid_to=date(2022, 8, 31), **facts)

    def certificate(day):
        return certificate_of(lead, day)

    assert certificate(ACCEPTED) == ("旧1", date(2020, 6, 30))
    services.accept_qualification(row=row, by=people["clerk"], on=ACCEPTED)
    assert LeadEvaluator.objects.get(pk=lead.pk).certificate_number == "新1"
    assert [certificate(day) for day in (the_day_before(ACCEPTED), ACCEPTED)] == [
        ("", None),
        ("新1", date(2022, 8, 31)),
    ]

    services.record_qualification(
        draft=draft(people, number="新2", valid_from=GONE, valid_to=None, **facts), by=people["clerk"], on=GONE
    )
    assert [certificate(day)[0] for day in (the_day_before(GONE), GONE)] == ["新1", "新2"]


def test_certificate_whose_paper_was_withdrawn_has_run_out_the_day_before(people):
    lead = LeadEvaluatorFactory(firm=people["firm"], certificate_number="", certificate_valid_to=None)
    row = services.record_qualification(
        draft=draft(people, lead=lead, is_certificate=True), by=people["clerk"], on=ACCEPTED
    )
    services.withdraw_qualification(row=row, words="吊销", by=people["clerk"], on=GONE)

    assert [certificate_of(lead, day) for day in (ACCEPTED, GONE)] == [
        ("甲1", date(2020, 12, 31)),
        ("甲1", the_day_before(GONE)),
    ]
