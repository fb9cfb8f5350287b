"""Evidence that is added to an event that stands: nothing is replaced, the party is told, a void event takes none."""

import pytest

from credit.models import CreditEvent
from credit.selectors import evidence_of
from credit.services import CreditRefused, add_evidence, void_event
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.files.services import FileRefused
from foundation.notices.models import Notice
from tests.credit.test_replies import ON, violation
from tests.factories.assignments import FirmFactory, firm_user
from tests.factories.foundation import office
from tests.foundation.files.test_uploads import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    return FirmFactory(bureau=people["bureau"])


def added(people, event, count=1, **facts):
    files = [(f"证据{number}.pdf", pdf(pages=number)) for number in range(1, count + 1)]
    given = {"evidence": files, "shows": "物流签收单", "by": people["head"], "on": ON} | facts
    return add_evidence(event=event, **given)


def test_evidence_is_added_to_what_is_there_and_the_party_is_told(people, firm):
    user = firm_user(firm)
    row = violation(people, firm, evidence=[("原件.pdf", pdf())])
    first = row.evidence

    added(people, row, 2)

    row.refresh_from_db()
    files = evidence_of([row.pk])[row.pk]
    assert [file.original_name for file in files] == ["原件.pdf", "证据1.pdf", "证据2.pdf"]
    assert row.evidence == first
    told = Entry.objects.get(action="credit.evidence_added").text
    assert "物流签收单" in told
    assert all(file.sha256 in told for file in files[1:])
    assert Notice.objects.filter(user=user, code="credit_evidence_added").count() == 1


def test_first_file_of_an_event_without_any_becomes_its_own(people, firm):
    row = violation(people, firm)

    (file,) = added(people, row)

    row.refresh_from_db()
    assert row.evidence == file


def test_what_does_not_fit_is_refused_and_leaves_nothing(people, firm):
    row = violation(people, firm, evidence=[(f"原件{n}.pdf", pdf(pages=n)) for n in range(1, 10)])
    before = (Entry.objects.count(), Notice.objects.count())

    for error, facts in (
        (CreditRefused, {"evidence": []}),
        (CreditRefused, {"shows": "  "}),
        (CreditRefused, {"count": 2}),  # nine are there, ten are the most
        (FileRefused, {"evidence": [("坏.exe", b"MZ")]}),
        (NotAllowed, {"by": people["clerk"]}),
        (NotAllowed, {"by": office()["head"]}),
    ):
        with pytest.raises(error):
            added(people, row, **facts)

    assert (Entry.objects.count(), Notice.objects.count()) == before
    assert len(evidence_of([row.pk])[row.pk]) == 9


def test_void_event_takes_no_evidence(people, firm):
    row = violation(people, firm)
    void_event(event=row, reason="录错", by=people["head"], on=ON)

    with pytest.raises(TransitionRefused):
        added(people, row)

    assert CreditEvent.objects.get().evidence is None
