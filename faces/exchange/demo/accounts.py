"""The bureau, its sections and the demonstration accounts, as rows."""

from typing import Final

from faces.exchange.demo.book import Book, Table
from faces.exchange.demo.units import SECTIONS

# sign-in name, person, role, section
ACCOUNTS: Final = (
    ("clerk", "王砚清", "经办人", "预算绩效管理科"),
    ("clerk2", "孙若木", "经办人", "预算绩效管理科"),
    ("head", "陈怀瑾", "科室负责人", "预算绩效管理科"),
    ("leader", "周维桢", "局领导", ""),
    ("business", "赵念慈", "业务科室", "教科文科"),
    ("supervisor", "郑守仁", "监督人员", "机关纪委"),
    ("firm", "吴令仪", "机构管理员", ""),
    ("firm_member", "冯云帆", "机构人员", ""),
    ("expert", "", "专家", ""),
    ("expert2", "", "专家", ""),
    ("expert3", "", "专家", ""),
    ("unit", "许知秋", "预算单位", ""),
    ("admin", "韩景行", "账号管理员", ""),
)


def accounts() -> Book:
    """Return the book of the bureau itself."""
    tables = (
        Table(
            "财政部门",
            "",
            ("行政区划代码", "名称", "简称", "演示"),
            [("370112", "济南市历城区财政局", "历城区财政局", "是")],
        ),
        Table("科室", "", ("科室名称", "职能"), list(SECTIONS)),
        Table("账号", "演示账号，密码见登录页", ("账号", "姓名", "角色", "科室"), list(ACCOUNTS)),
    )
    return Book("bureau.xlsx", tables)
