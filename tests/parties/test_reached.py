"""A list that reaches known persons otherwise is journaled: what was, what is, which file; numbers half hidden."""

from datetime import date

import pytest

from faces.exchange.exporters import workbook
from faces.exchange.runs import import_file
from foundation.audit.models import Entry, Payload
from foundation.core.crypto import decrypt
from foundation.core.identifiers import masked_mail
from parties.models import Person
from parties.services import PersonDraft, Told, mask_contact, register_persons
from tests.factories.admissions import id_number
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON, OLD, NEW = date(2020, 6, 1), "13912345678", "13800001111"
UNITS = (
    "预算单位",
    ("单位编码", "单位名称", "统一社会信用代码", "单位性质"),
    [("001", "演示局", "91350100M000100Y43", "机关")],
)


@pytest.fixture
def people():
    return office()


def register(people, *drafts, file=None):
    return register_persons(bureau=people["bureau"], drafts=drafts, by=people["clerk"], on=ON, file=file)


def told():
    return Entry.objects.filter(action="parties.contact_changed").order_by("pk")


@pytest.mark.parametrize(("address", "shown"), [("zhang@example.org", "z***@example.org"), ("a@b", "a***@b"), ("", "")])
def test_mail_address_is_masked(address, shown):
    assert masked_mail(address) == shown


def test_only_who_is_reached_otherwise_is_journaled_with_the_file_and_half_hidden(people):
    first, second = (PersonDraft(f"演示{n}", id_number(n), OLD[:-1] + str(n), f"old{n}@example.cn") for n in (1, 2))
    rows = register(people, first, second)
    assert not told().exists()

    changed = PersonDraft("演示1", id_number(1), NEW, "new@example.cn")
    register(people, changed, second, file=Told("名录.xlsx", "ab" * 32))

    entry = told().get()
    data = Payload.objects.get(entry=entry).data
    assert (entry.subject_id, entry.actor_id, "ab" * 32 in entry.text) == (rows[0].pk, people["clerk"].pk, True)
    assert [
        word in data for word in ("139****5671", "138****1111", "o***@example.cn", "n***@example.cn", "名录.xlsx")
    ] == [True] * 5
    assert [word in entry.text + data for word in (NEW, "new@example.cn", "old1@example.cn")] == [False] * 3


def test_empty_cells_change_nothing_and_are_not_journaled(people):
    register(people, PersonDraft("演示1", id_number(1), OLD, "old@example.cn"))
    register(people, PersonDraft("演示1", id_number(1)))

    assert (Person.objects.get().email, told().exists()) == ("old@example.cn", False)


def test_old_list_does_not_reach_who_asked_to_be_reached_no_more(people):
    row = register(people, PersonDraft("演示1", id_number(1), OLD, "old@example.cn"))[0]
    mask_contact(person=row, reason="本人要求", by=people["clerk"], on=ON)

    register(people, PersonDraft("演示1", id_number(1), NEW, "old@example.cn"), file=Told("旧名录.xlsx", "cd" * 32))

    row.refresh_from_db()
    assert (row.email, decrypt(row.phone_sealed), told().exists()) == ("", OLD, False)


def test_import_names_its_file_in_the_journal(people):
    def bring(phone):
        headings = ("单位编码", "职责", "姓名", "身份证号", "手机号", "起始日期")
        line = ("001", "绩效联络员", "演示甲", id_number(3), phone, "2019-01-01")
        content = workbook([UNITS, ("单位人员", headings, [line])])
        return import_file(
            bureau=people["bureau"], noun="units", name="单位.xlsx", content=content, by=people["clerk"], on=ON
        )

    bring(OLD)
    run = bring(NEW)

    entry = told().get()
    assert (run.sha256 in entry.text, "单位.xlsx" in Payload.objects.get(entry=entry).data) == (True, True)
