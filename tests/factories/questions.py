"""Small rosters that leave something open, checked and answered."""

from datetime import date

from faces.exchange.exporters import workbook
from faces.exchange.runs import answer, check_file
from foundation.accounts.enums import Role
from parties.services import PersonDraft, register_persons
from tests.factories.assignments import OrganisationFactory, UnitFactory
from tests.factories.foundation import UserFactory

DAY = date(2020, 6, 1)
PEOPLE = ("单位编码", "职责", "姓名", "身份证号", "手机号", "起始日期")
UNITS = ("单位编码", "单位名称", "单位性质")
PROJECTS = ("项目编码", "项目名称", "单位编码", "项目类型", "预算金额（万元）")
FIRMS = ("名录编号", "机构名称", "统一社会信用代码", "机构类型", "组织形式")
OLD, NEW_CODE = "91350100M000100Y43", "91110108551385082Q"
ID = "110101199003070732"


def clerk_of_a_bureau():
    clerk = UserFactory(role=Role.CLERK)
    body = OrganisationFactory(bureau=clerk.bureau, name="甲局（本级）")
    UnitFactory(bureau=clerk.bureau, code="101", organisation=body)
    return clerk


def known_person(clerk, name="张三", phone="13800000001", id_number=""):
    drafts = [PersonDraft(name, id_number, phone)]
    return register_persons(bureau=clerk.bureau, drafts=drafts, by=clerk, on=DAY)[0]


def people_book(*rows):
    return workbook([("单位人员", PEOPLE, [("101", f"联络{n}", *row, "2020-01-01") for n, row in enumerate(rows)])])


def checked(clerk, content, noun="units"):
    return check_file(bureau=clerk.bureau, noun=noun, name="a.xlsx", content=content, by=clerk, on=DAY)


def choices(run_, place=0):
    return [value for value, _label in run_.report["questions"][place]["choices"]]


def answered(clerk, run_, *given):
    asked = run_.report["questions"]
    answers = {one["id"]: choice for one, choice in zip(asked, given, strict=True)}
    return answer(run_=run_, answers=answers, by=clerk, on=DAY)
