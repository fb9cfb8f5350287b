"""Qualifications and lead evaluators on their pages: handed in by the firm, decided by the bureau, listed."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evaluators.enums import QualificationStatus
from evaluators.models import LeadEvaluator, Qualification
from evaluators.services import QualificationDraft, record_qualification
from foundation.core import clock
from tests.factories.assigned import NOW, TODAY
from tests.factories.assignments import FirmFactory, firm_user
from tests.factories.delivery import CommissionFactory, LeadEvaluatorFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office
from tests.factories.reviews import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    people = office()
    people["firm"] = FirmFactory(bureau=people["bureau"])
    people["lead"] = LeadEvaluatorFactory(firm=people["firm"], person__name="赵䶮")
    people["clerk_at"], people["firm_at"] = signed_in(people["clerk"]), signed_in(firm_user(people["firm"]))
    return people


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def shown(client, page, *args, **query):
    response = client.get(reverse(f"pages:{page}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def marks_of(page):
    """Return whether each number of days that a page says are left is marked as soon."""
    found = re.findall(r'<span class="st st-(warn|done)">(剩 \d+ 天)<', page)
    return {words: shape == "warn" for shape, words in found}


def handed_in(desk, **facts):
    form = {"name": "注册会计师证书", "number": "CPA-9", "issuer": "省注协", "valid_from": "2020-01-01",
            "valid_to": "2020-08-01", "lead": desk["lead"].pk, "is_certificate": "on",
            "proof": SimpleUploadedFile("证书.png", PNG, "image/png")}  # fmt: skip
    return desk["firm_at"].post(reverse("pages:firm-hand-in-qualification"), form | facts)


def test_firm_hands_in_and_clerk_accepts_and_both_see_it(desk):
    assert reverse("pages:firm-hand-in-qualification") in shown(desk["firm_at"], "firm-record")
    assert handed_in(desk).status_code == 302
    row = Qualification.objects.get()
    record = shown(desk["firm_at"], "firm-record")
    assert "注册会计师证书（赵䶮）" in record
    assert "已报送" in record
    listed = shown(desk["clerk_at"], "qualifications", status="HANDED_IN")
    assert reverse("pages:qualification", args=[row.pk]) in listed
    page = shown(desk["clerk_at"], "qualification", row.pk)
    assert reverse("pages:file", args=[row.proof_id]) in page

    answer = desk["clerk_at"].post(reverse("pages:qualification-accept", args=[row.pk]))

    row.refresh_from_db()
    assert (answer.status_code, row.status) == (302, QualificationStatus.ACCEPTED)
    assert LeadEvaluator.objects.get().certificate_valid_to == date(2020, 8, 1)
    assert desk["clerk"].name in shown(desk["clerk_at"], "qualification", row.pk)
    assert "剩 61 天" in shown(desk["firm_at"], "firm-record")
    assert "CPA-9" in shown(desk["clerk_at"], "firm", desk["firm"].number, tab="people")


def test_returned_one_shows_its_reason_to_the_firm(desk):
    handed_in(desk)
    row = Qualification.objects.get()
    empty = desk["clerk_at"].post(reverse("pages:qualification-return", args=[row.pk]), {"words": ""})
    desk["clerk_at"].post(reverse("pages:qualification-return", args=[row.pk]), {"words": "扫描件缺页"})

    assert empty.status_code == 422
    assert "扫描件缺页" in shown(desk["firm_at"], "firm-record")
    assert handed_in(desk).status_code == 302


def test_hand_in_without_a_scan_or_for_a_stranger_is_refused_beside_its_field(desk):
    stranger = LeadEvaluatorFactory(firm__bureau=desk["bureau"])

    bare, foreign = handed_in(desk, proof=""), handed_in(desk, lead=stranger.pk)

    assert (bare.status_code, foreign.status_code, Qualification.objects.count()) == (409, 422, 0)
    assert "请上传扫描件" in bare.content.decode()


def test_list_of_what_ends_soon_and_what_has_ended(desk):
    for number, last in (("近", date(2020, 8, 29)), ("远", date(2020, 9, 30)), ("过", date(2020, 5, 31)), ("无", None)):
        record_qualification(
            draft=QualificationDraft(desk["firm"], f"资质{number}", number, "厅", date(2019, 1, 1), last),
            by=desk["clerk"], on=TODAY,
        )  # fmt: skip

    pages = {ends: shown(desk["clerk_at"], "qualifications", ends=ends) for ends in ("SOON", "OVER", "LATER", "NEVER")}

    found = {ends: [number for number in "近远过无" if f"资质{number}" in page] for ends, page in pages.items()}
    assert found == {"SOON": ["近"], "OVER": ["过"], "LATER": ["远"], "NEVER": ["无"]}
    assert reverse("pages:qualifications") + "?ends=SOON" in shown(desk["clerk_at"], "firms")


@pytest.mark.rule("R-53")
def test_what_is_soon_is_what_the_bureau_reminds_of(desk):
    for number, last in (("近", date(2020, 7, 1)), ("远", date(2020, 7, 31))):
        draft = QualificationDraft(desk["firm"], f"资质{number}", number, "厅", date(2019, 1, 1), last)
        record_qualification(draft=draft, by=desk["clerk"], on=TODAY)

    def soon():
        page = shown(desk["clerk_at"], "qualifications", ends="SOON")
        record = marks_of(shown(desk["firm_at"], "firm-record"))
        return [number for number in "近远" if f"资质{number}" in page], record

    assert soon() == (["近", "远"], {"剩 30 天": True, "剩 60 天": True})
    rules = RuleSetFactory(bureau=desk["bureau"])
    RuleValueFactory(rule_set=rules, key="expiry_reminder_days", value=[7, 45])
    assert soon() == (["近"], {"剩 30 天": True, "剩 60 天": False})


def test_who_keeps_no_register_decides_nothing_and_another_bureau_sees_nothing(desk):
    handed_in(desk)
    row = Qualification.objects.get()
    reader, other = signed_in(desk["leader"]), signed_in(office()["clerk"])

    assert reader.post(reverse("pages:qualification-accept", args=[row.pk])).status_code == 403
    assert other.get(reverse("pages:qualification", args=[row.pk])).status_code == 404
    assert other.post(reverse("pages:qualification-accept", args=[row.pk])).status_code == 404
    assert Qualification.objects.get().status == QualificationStatus.HANDED_IN


@pytest.mark.edge("E22")
def test_lists_of_lead_evaluators_show_load_and_what_does_not_fit(desk):
    work = CommissionFactory(
        task__plan__bureau=desk["bureau"], assignment__firm=desk["firm"], lead_evaluator=desk["lead"]
    )
    LeadEvaluator.objects.update(certificate_valid_to=date(2020, 5, 1))

    assert "赵䶮" in shown(desk["clerk_at"], "leads", load="1")
    assert "赵䶮" not in shown(desk["clerk_at"], "leads", load="0")
    page = shown(desk["clerk_at"], "lead-findings")
    assert "1 项异常" in page
    assert "证书已到期，任务仍在进行" in page
    assert reverse("pages:commission", args=[work.task.number]) in page
    file = desk["clerk_at"].get(reverse("pages:lead-findings"), {"export": "csv"}).content.decode("utf-8-sig")
    assert file.splitlines()[1].startswith("赵䶮,")
    firm = shown(desk["clerk_at"], "firm", desk["firm"].number, tab="people")
    assert "1／4" in firm
    assert "1／4" in shown(desk["firm_at"], "firm-record")
    assert "未发现异常" in shown(desk["clerk_at"], "lead-findings", on="2020-04-30")
